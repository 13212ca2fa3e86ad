"""The daily look at an insurer's own books: is each settlement there that we count on, no other?

Only looks. A settlement that one side lacks is put right by a person: only the insurer can say why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta

from activities.world import World
from domain.channel_bill import BillKind
from domain.money import Money
from domain.payment import PartKind
from domain.review import Question, ReviewKind
from domain.settlement_check import (
    RowDifference,
    RowDiffers,
    SettledDays,
    SettlementsChecked,
    Total,
    rows_differing,
    total_of,
)
from store import channel_moves

MOST_NAMED = 5
"""So many rows are named in the question itself; the file beside it has them all."""

_ONE_DAY = timedelta(days=1)
_KINDS = {
    PartKind.POOL_FUND: ("统筹基金", "pool fund"),
    PartKind.PERSONAL_ACCOUNT: ("个人账户", "personal account"),
}
_MOVES = {BillKind.PAYMENT: "settled", BillKind.REFUND: "cancelled"}
_WORDS = {
    RowDifference.OURS_ONLY: ("仅我方有", "only here"),
    RowDifference.THEIRS_ONLY: ("仅医保有", "only there"),
    RowDifference.OTHER_AMOUNT: ("金额不同", "amounts differ"),
}

_POINTS = (("我方", "医保", "，", "；", "。"), ("here", "there", ", ", "; ", ". "))
"""Who is who, and how clauses and sentences end, in Chinese and in English."""


class NoSuchInsurer(LookupError):
    """Settlements of somebody were to be checked who settles nothing with us."""

    def __init__(self, insurer: str) -> None:
        self.insurer = insurer
        super().__init__(f"insurer: {insurer!r} settles no part of a bill over an interface.")


class DaysNotOver(ValueError):
    """The last day of a check lies before its first, or has not ended yet."""

    def __init__(self, first: date, last: date, today: date) -> None:
        self.first, self.last = first, last
        why = f"comes before first: {first}" if last < first else f"is not over on {today}"
        super().__init__(f"last: {last} {why}.")


def check_settlements(world: World, wanted: SettledDays) -> SettlementsChecked:
    """Compare totals of each kind; where they differ, name the rows and ask a person.

    Raises: DaysNotOver, NoSuchInsurer, and what a question to the insurer may raise.
    """
    first, last = _days(world, wanted)
    insurer = world.pay_ways.insurers.get(wanted.insurer)
    if insurer is None:
        raise NoSuchInsurer(wanted.insurer)
    told, lines, differing = [], [], list[RowDiffers]()
    for books in insurer:
        with world.database.reading() as session:
            ours = channel_moves.moved_on(session, books.code, first, last)
        here, there = total_of(ours), books.total(first, last)
        told.append(f"{_KINDS[books.kind][1]} {_in_words(here, 1)}")
        if here != there:
            told[-1] += f", there {_in_words(there, 1)}"
            lines.append((books.kind, here, there))
            differing += rows_differing(books.kind, ours, books.moves(first, last))
    days = f"{first}" if first == last else f"{first}..{last}"
    sentence = f"{wanted.insurer}, {days}: {'; '.join(told)}"
    if not lines:
        return SettlementsChecked(sentence)
    return SettlementsChecked(sentence, _asked(world, wanted.insurer, days, lines, differing))


def _days(world: World, wanted: SettledDays) -> tuple[date, date]:
    yesterday = world.today() - _ONE_DAY
    first = wanted.first or wanted.last or yesterday
    last = wanted.last or max(first, yesterday)
    if not first <= last <= yesterday:
        raise DaysNotOver(first, last, world.today())
    return first, last


def _asked(
    world: World,
    insurer: str,
    days: str,
    lines: Sequence[tuple[PartKind, Total, Total]],
    differing: Sequence[RowDiffers],
) -> Question:
    """The same rows are the same question, however often they are found."""
    file = _file_of(world, differing)
    world.set_down(file)
    with world.writing() as session:
        sha256 = world.evidence.put(
            session,
            file,
            kind="settlement_check",
            source=insurer,
            name=f"settlements {insurer} {days}",
            case_no=None,
            now=world.now(),
        )
    found = hashlib.sha256(file).hexdigest()[:8]
    zh, en = (_sentence(insurer, days, lines, differing, language) for language in (0, 1))
    return Question(
        natural_key=f"settlements:{insurer}:{days}:{found}",
        kind=ReviewKind.CLEARING,
        case_no=None,
        subject=f"{insurer} {days}",
        sentence_zh=zh,
        sentence_en=en,
        amount=sum((_gap(one) for one in differing), Money(0)),
        evidence=(sha256,),
    )


def _sentence(
    insurer: str,
    days: str,
    lines: Sequence[tuple[PartKind, Total, Total]],
    differing: Sequence[RowDiffers],
    language: int,
) -> str:
    """In Chinese (0) or English (1): the totals, the first rows, and what is asked."""
    here, there, comma, stop, end = _POINTS[language]
    totals = stop.join(
        f"{_KINDS[kind][language]} {here} {_in_words(ours, language)}{comma}"
        f"{there} {_in_words(theirs, language)}"
        for kind, ours, theirs in lines
    )
    rows = [
        f"{one.number} {_WORDS[one.what][language]} ({_amount(one.ours)} / {_amount(one.theirs)})"
        for one in differing[:MOST_NAMED]
    ]
    if len(differing) > MOST_NAMED:
        more = len(differing) - MOST_NAMED
        rows.append(f"{more} more" if language else f"另有 {more} 笔")
    asked = "Do the insurer's figures stand?" if language else "认可还是提出异议？"
    return f"{insurer} {days}{comma}{totals}{end}{stop.join(rows)}{end}{asked}"


def _in_words(total: Total, language: int) -> str:
    settled, cancelled = total.settled_amount.grouped(), total.cancelled_amount.grouped()
    if not language:
        back = f"、撤销 {total.cancelled} 笔 {cancelled} 元" if total.cancelled else ""
        return f"{total.settled} 笔 {settled} 元{back}"
    return f"{total.settled} for {settled}" + (
        f" less {total.cancelled} for {cancelled}" if total.cancelled else ""
    )


def _amount(amount: Money | None) -> str:
    return "-" if amount is None else amount.grouped()


def _gap(one: RowDiffers) -> Money:
    gap = (one.ours or Money(0)) - (one.theirs or Money(0))
    return max(gap, -gap)


def _file_of(world: World, differing: Sequence[RowDiffers]) -> bytes:
    """Every row that differs, with what our books say of the payment behind it; shown as text."""
    with world.database.reading() as session:
        states = channel_moves.states_of(session, {one.pay_no for one in differing})
    rows = [
        {
            "number": one.number,
            "kind": one.kind,
            "move": _MOVES[one.move],
            "difference": one.what,
            "here": one.ours.plain() if one.ours else None,
            "there": one.theirs.plain() if one.theirs else None,
            "our_state": states.get(one.pay_no, "no such payment"),
        }
        for one in differing
    ]
    return json.dumps({"rows": rows}).encode()
