"""Diaries: whole lives on a real Temporal server, a simulated day at a time."""
