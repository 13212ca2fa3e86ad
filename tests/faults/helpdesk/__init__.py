"""A portal that nobody here wrote: a help desk with Django's admin, and faults put before it.

Apart because it runs in an environment of its own, which the product never sees.
"""
