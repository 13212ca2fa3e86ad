"""Drives a payer's website the way a clerk does, for payers that offer nothing else."""
