"""What steps and lives tell each other about unclear money and about amounts that we would bear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.facts import OpenDifference


@dataclass(frozen=True)
class LinesLeft:
    """What is unclear of one account's day: to ask about now, and in how many seconds the next of
    it is due, on which day; None when nothing is."""

    to_ask: tuple[OpenDifference, ...]
    due_in_s: int | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class ToWriteOff:
    """An amount in fen that somebody would bear of a claim, a transfer or an item: its `subject`.

    Begins like Money, which lives of before still hand over.
    """

    minor: int
    currency: str
    subject: str = ""


@dataclass(frozen=True)
class WriteOff:
    """A decision to bear an amount ourselves."""

    order_no: str
    claim_no: str
    review_no: str
    advice_no: str = ""
