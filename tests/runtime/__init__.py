"""The composition room: schedules, invariants, the command line."""
