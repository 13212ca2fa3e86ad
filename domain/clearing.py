"""Clearing a month with a payer: which month, under which number, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from domain.money import Money
from domain.review import Decision

ClearingState = Literal["waiting", "agreed", "differs"]


@dataclass(frozen=True)
class ClearingWanted:
    """Which portal's month is to be cleared; YYYY-MM, or "" for the month before today's."""

    portal: str
    month: str = ""


@dataclass(frozen=True)
class Clearing:
    """One application: how many claims the payer's advices of the month pay, and how much.

    There is one for each portal account and month, and `number` is our own name for it. What the
    advices take back is no part of the total, because no claim of the month is paid less for it.
    """

    portal: str
    month: str
    number: str
    count: int
    total: Money


@dataclass(frozen=True)
class ClearingFacts:
    """Where an application stands; `answer` is what the payer found instead."""

    state: ClearingState
    receipt: str
    answer: str = ""
    look_again_s: int = 0


@dataclass(frozen=True)
class ClearingDecided:
    """What a person found out about an application that nobody could tell of."""

    clearing: Clearing
    decision: Decision


def month_before(day: date) -> str:
    """The last whole month before a day, YYYY-MM."""
    return f"{day.replace(day=1) - timedelta(days=1):%Y-%m}"


def days_of(month: str) -> tuple[date, date]:
    """The first and the last day of a month. Raises: ValueError, when it is none."""
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return first, following - timedelta(days=1)


def month_of(number: str) -> str:
    """The month in the name of an application: "2026-01" of "CLR-PB-2026-01"."""
    return number[-len("2026-01") :]


def clearing_no(portal: str, month: str) -> str:
    """The name of a portal's application for a month: "CLR-PB-2026-01"."""
    return f"CLR-{portal}-{month}"
