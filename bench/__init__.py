"""What `make bench` runs: our cases against a no-op of twelve steps, on one server, in one run."""
