"""The portal of payer D, as commercial insurers have them: one page that a script builds, and one
address that takes every read and every write. What it does wrong on purpose is said where it does
it."""
