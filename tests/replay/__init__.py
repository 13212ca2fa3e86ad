"""Recorded histories of every path: a changed life must still fit the lives that run."""
