"""Lets one commit out of a browser context, once, and only after Python said yes to it.

It is apart because everything else of the bot may fail and be tried again; this may not.
"""

from __future__ import annotations

from bots.portal.guard.guard import Approve, Guard, Release
from bots.portal.guard.outcome import CommitOutcome, Violation
from bots.portal.guard.request import WriteRequest, WriteRule

__all__ = [
    "Approve",
    "CommitOutcome",
    "Guard",
    "Release",
    "Violation",
    "WriteRequest",
    "WriteRule",
]
