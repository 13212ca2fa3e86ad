"""The composition room: everything is built here, once, and handed to whoever needs it."""
