"""A lid on what anonymous callers may make us write down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

EVENTS_A_MINUTE = 20, timedelta(minutes=1)
"""How often a source's refused messages are reported: anyone can knock here."""


class Throttle:
    """Says yes at most `limit` times per key and window; forgets when the window ends."""

    def __init__(self, limit: int, window: timedelta) -> None:
        self._limit, self._window = limit, window
        self._counts: dict[str, int] = {}
        self._ends: datetime | None = None

    def allows(self, key: str, now: datetime) -> bool:
        """Count this call and say whether it is still within the limit."""
        if self._ends is None or now >= self._ends:
            self._counts, self._ends = {}, now + self._window
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key] <= self._limit


@dataclass(frozen=True)
class Lids:
    """The lids of one API; one that is opened anew starts with fresh ones."""

    codec_uses: Throttle = field(default_factory=lambda: Throttle(1, timedelta(hours=1)))
    session_uses: Throttle = field(default_factory=lambda: Throttle(1, timedelta(minutes=1)))
    strange_payments: Throttle = field(default_factory=lambda: Throttle(*EVENTS_A_MINUTE))
    strange_webhooks: Throttle = field(default_factory=lambda: Throttle(*EVENTS_A_MINUTE))
