"""What every message family does: send one asked thing, verify what comes back, read a notice.

Apart from the channels, because a family knows nothing of payments: it carries named values there
and brings named texts back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

Value = str | int
"""What is sent: an int stays a number where the family has numbers."""

Told = Mapping[str, str]
"""What came back, flat: places like "amount.total" and their texts. Only what was verified."""


@dataclass(frozen=True)
class Asked:
    """One rendered call; `changes` is false for a mere question.

    `name` is the family's own word for it, `key` our number of the payment or refund it is about.
    """

    call: str
    changes: bool
    key: str
    name: str = ""
    method: str = "POST"
    path: str = ""
    query: Mapping[str, Value] = field(default_factory=dict)
    send: Mapping[str, Value] = field(default_factory=dict)


class Wire(Protocol):
    """One message family at one place."""

    def exchange(self, asked: Asked) -> Told:
        """Send it and return the verified answer.

        Raises: Unreachable, Refused (verified; `error` is the channel's code), TemporarilyDown,
        OutcomeUnknown (only when it `changes`), AnswerUnreadable (also when it is not genuine).
        """

    def fetch_link(self, link: str) -> bytes:
        """Get a document from where the channel said that it lies. Raises: as a question."""

    def open_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told:
        """Verify a notice and return what it tells. Raises: NotGenuine."""

    def close(self) -> None:
        """Give the connections back."""


def flat(value: object, place: str = "") -> dict[str, str]:
    """Nested objects and lists as places with texts: {"amount": {"total": 5}} is amount.total."""
    if isinstance(value, dict):
        found: dict[str, str] = {}
        for name, inner in value.items():
            found |= flat(inner, f"{place}.{name}" if place else str(name))
        return found
    if isinstance(value, list):
        found = {}
        for number, inner in enumerate(value):
            found |= flat(inner, f"{place}.{number}" if place else str(number))
        return found
    return {} if value is None else {place: str(value)}


def nested(values: Mapping[str, Value]) -> dict[str, object]:
    """The other way round: {"amount.total": 5} is {"amount": {"total": 5}}."""
    whole: dict[str, object] = {}
    for place, value in values.items():
        *around, last = place.split(".")
        inside = whole
        for name in around:
            inner = inside.setdefault(name, {})
            assert isinstance(inner, dict), place
            inside = inner
        inside[last] = value
    return whole
