"""The pretend acquirer from inside: one book of payments behind doors of four manners."""
