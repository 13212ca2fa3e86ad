"""The pretend outside: every counterparty a process of its own that imports nothing of ours."""
