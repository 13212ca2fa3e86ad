"""A first definition of a portal, from watching a person walk it or from a recording.

Apart from the bot because it only looks: it knows no claim and types nothing.
"""
