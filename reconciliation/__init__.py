"""The matching engine: pure functions over rows, no I/O."""
