"""The kill matrix: everything that can happen to a bot while it hands a claim in, at every portal.

Apart from the other faults because it counts at the portal's own books, run after run: never two
claims for one reference, and none that nobody looks after. `python -m tests.faults.portals --help`.
"""
