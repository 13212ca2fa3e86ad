"""The counterparties that offer an API or a file: one small class each, and one way to call."""
