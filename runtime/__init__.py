"""The composition room: everything is built here, once, and handed to whoever needs it."""

import atexit

from runtime.leaving import leave

# What is registered first runs last, and no module of this room is read before this one.
atexit.register(leave)
