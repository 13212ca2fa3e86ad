"""An insurer's settlements of some days against ours: totals first, rows when totals differ. Pure.

As the national interface asks for it: 3201 compares counts and sums by kind, and 3202 names the
rows behind a total that is not the same on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.bill_comparison import Moved
from domain.channel_bill import BillKind
from domain.money import Money
from domain.payment import PartKind
from domain.review import Question


@dataclass(frozen=True)
class SettledDays:
    """One insurer's settlements of the days from `first` to `last`; None is yesterday."""

    insurer: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class SettlementsChecked:
    """How the check ended, in a sentence; `question` is for a person when something differs."""

    told: str
    question: Question | None = None


@dataclass(frozen=True)
class Total:
    """How many were settled and cancelled, and for how much; neither sum is below zero."""

    settled: int
    settled_amount: Money
    cancelled: int
    cancelled_amount: Money


class RowDifference(StrEnum):
    """What the two sides say differently of one settling or cancelling."""

    OURS_ONLY = "ours_only"
    THEIRS_ONLY = "theirs_only"
    OTHER_AMOUNT = "other_amount"


@dataclass(frozen=True)
class RowDiffers:
    """One settling or cancelling by its number of ours; None where a side does not have it."""

    what: RowDifference
    kind: PartKind
    move: BillKind
    number: str
    pay_no: str
    ours: Money | None
    theirs: Money | None


def total_of(moves: Sequence[Moved]) -> Total:
    """Sum up; payments are settlings, refunds cancellings."""
    settled = [one.amount for one in moves if one.kind is BillKind.PAYMENT]
    cancelled = [-one.amount for one in moves if one.kind is BillKind.REFUND]
    return Total(len(settled), sum(settled, Money(0)), len(cancelled), sum(cancelled, Money(0)))


def rows_differing(
    kind: PartKind, ours: Sequence[Moved], theirs: Sequence[Moved]
) -> tuple[RowDiffers, ...]:
    """Every settling and cancelling that one side lacks or has at another amount, by number."""
    mine = {(one.number, one.kind): one for one in ours}
    other = {(one.number, one.kind): one for one in theirs}
    found = []
    for number, move in sorted(mine.keys() | other.keys()):
        known = [side.get((number, move)) for side in (mine, other)]
        here, there = (one.amount if one else None for one in known)
        if here == there:
            continue
        pay_no = next(one.pay_no for one in known if one)
        what = RowDifference.OTHER_AMOUNT
        if here is None or there is None:
            what = RowDifference.THEIRS_ONLY if here is None else RowDifference.OURS_ONLY
        found.append(RowDiffers(what, kind, move, number, pay_no, here, there))
    return tuple(found)
