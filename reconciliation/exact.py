"""Exact matching: one bank line, one announced transfer, same trace number and amount."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from domain.money import Money

Row = tuple[str, str, Money]
"""Identity, trace number, amount."""


def match_exactly(lines: Sequence[Row], announced: Sequence[Row]) -> dict[str, str]:
    """Return line identity -> announced identity, only where both sides are unique.

    Two lines, or two announcements, with the same trace number and amount are ambiguous: none of
    them is matched. An empty trace number matches nothing.
    """
    line_keys = Counter((trace, amount) for _, trace, amount in lines)
    announced_keys = Counter((trace, amount) for _, trace, amount in announced)
    by_key = {(trace, amount): number for number, trace, amount in announced}
    return {
        identity: by_key[trace, amount]
        for identity, trace, amount in lines
        if trace and line_keys[trace, amount] == 1 and announced_keys[trace, amount] == 1
    }
