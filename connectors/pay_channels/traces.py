"""The numbers that card messages carry: given once for each thing sent, the same ever after."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MOST = 999_999
"""A trace number has six digits and is never zero. Source: ISO 8583, field 11."""


@dataclass(frozen=True)
class Trace:
    """The trace number of one message, and when it was first sent (aware)."""

    number: int
    at: datetime


class Traces(Protocol):
    """Where trace numbers come from. A repeat and a reversal must find the original's again."""

    def of(self, channel: str, key: str) -> Trace:
        """The number under a key like "pay:P-1", given at the first call."""

    def known(self, channel: str, key: str) -> Trace | None:
        """The number under a key, None when nothing was ever sent under it."""


class RememberedTraces:
    """Numbers that a process remembers: for a self-test, whose payments end with it."""

    def __init__(self, now: Callable[[], datetime], first: int = 1) -> None:
        self._now, self._next = now, first
        self._given: dict[tuple[str, str], Trace] = {}
        self._lock = threading.Lock()

    def of(self, channel: str, key: str) -> Trace:
        """See `Traces`."""
        with self._lock:
            if (channel, key) not in self._given:
                self._given[channel, key] = Trace(self._next, self._now())
                self._next = self._next % MOST + 1
            return self._given[channel, key]

    def known(self, channel: str, key: str) -> Trace | None:
        """See `Traces`."""
        return self._given.get((channel, key))
