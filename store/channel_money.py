"""What a pay channel's money did: how much reached the bank in time, how many lines of its bills
found their payment by themselves. Apart from booking: only the score reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from domain.bill_comparison import BillDifference, difference_key
from domain.calendar import WorkingDays
from domain.channel_bill import BillKind
from domain.ledger import suspense
from store.tables_channels import ChannelBillLineRow, ChannelBillRow
from store.tables_money import (
    AwaitedTransferRow,
    DifferenceRow,
    LineSettlementRow,
    StatementLineRow,
)
from store.transfers import line_that_met

_AT_ONCE = 500


@dataclass(frozen=True)
class MoneySeen:
    """Of a channel's payments, `settled` are in the bank, or should be by now, `settled_late` of
    them later than wanted or not at all; of `to_match` movements, `matched` were alike in bill and
    books."""

    settled: int = 0
    settled_late: int = 0
    to_match: int = 0
    matched: int = 0


def money_seen(
    s: Session, channel: str, *, since: date, today: date, days: int, calendar: WorkingDays
) -> MoneySeen:
    """What the bills from `since` on, and the bank, say; money is wanted within `days` working days
    of the day on which it was paid."""
    settled, late = _settled(s, channel, since, today, days, calendar)
    to_match, unlike = _compared(s, channel, since)
    return MoneySeen(settled, late, to_match, to_match - unlike)


def _settled(
    s: Session, channel: str, since: date, today: date, days: int, calendar: WorkingDays
) -> tuple[int, int]:
    """Payments whose credit has come or is overdue, and those of them that are late."""
    bills = s.exec(
        select(ChannelBillRow).where(
            ChannelBillRow.channel == channel,
            col(ChannelBillRow.day) >= since,
            ChannelBillRow.advice_no != "",
        )
    ).all()
    came_on = _arrivals(s, [bill.advice_no for bill in bills])
    payments = _payments_in(s, channel, from_n=min((bill.n for bill in bills), default=0))
    settled = late = 0
    for bill in bills:
        until, _provisional = calendar.add_working_days(bill.day, days)
        arrived = came_on.get(bill.advice_no)
        if arrived is None and today <= until:
            continue
        settled += payments[bill.n]
        if arrived is None or arrived > until:
            late += payments[bill.n]
    return settled, late


def _payments_in(s: Session, channel: str, *, from_n: int) -> Counter[int]:
    """How many payments each bill of a channel has, from this one on."""
    counted = (
        select(ChannelBillLineRow.n, func.count())
        .where(ChannelBillLineRow.channel == channel, ChannelBillLineRow.kind == BillKind.PAYMENT)
        .where(col(ChannelBillLineRow.n) >= from_n)
        .group_by(col(ChannelBillLineRow.n))
    )
    return Counter(dict(s.exec(counted).all()))


def _arrivals(s: Session, advices: Sequence[str]) -> dict[str, date]:
    """On which day the bank showed each of these credits; one that is not there is left out."""
    met: dict[str, str] = {}
    for some in _in_turn(advices):
        settled = select(LineSettlementRow).where(col(LineSettlementRow.advice_no).in_(some))
        met |= {row.advice_no or "": row.line_id for row in s.exec(settled).all()}
        announced = select(AwaitedTransferRow).where(col(AwaitedTransferRow.advice_no).in_(some))
        for row in s.exec(announced).all():
            line_id = line_that_met(row.written_off_key)
            if line_id is not None:
                met[row.advice_no] = line_id
    booked: dict[str, date] = {}
    for some in _in_turn(list(met.values())):
        lines = select(StatementLineRow).where(col(StatementLineRow.line_id).in_(some))
        booked |= {row.line_id: row.booked_on for row in s.exec(lines).all()}
    return {advice: booked[line_id] for advice, line_id in met.items()}


def _compared(s: Session, channel: str, since: date) -> tuple[int, int]:
    """How many movements bills and books were compared in, and in how many they were not alike."""
    of_bills = (
        select(ChannelBillLineRow.number)
        .join(
            ChannelBillRow,
            (col(ChannelBillRow.channel) == ChannelBillLineRow.channel)
            & (col(ChannelBillRow.n) == ChannelBillLineRow.n),
        )
        .where(ChannelBillLineRow.channel == channel, col(ChannelBillRow.day) >= since)
        .where(col(ChannelBillLineRow.kind).in_(list(BillKind)))
    )
    lines = s.exec(select(func.count()).select_from(of_bills.subquery())).one()
    unlike, lacking = _unclear_numbers(s, channel, since)
    told: set[str] = set()
    for some in _in_turn(sorted(unlike | lacking)):
        told |= set(s.exec(of_bills.where(col(ChannelBillLineRow.number).in_(some))).all())
    without_line = lacking - told
    return lines + len(without_line), len(told) + len(without_line)


def _unclear_numbers(s: Session, channel: str, since: date) -> tuple[set[str], set[str]]:
    """Numbers of ours on lines that were not alike, and those that a bill lacked, since its day."""
    rows = s.exec(
        select(DifferenceRow.kind, DifferenceRow.natural_key).where(
            DifferenceRow.suspense_account == suspense(channel),
            col(DifferenceRow.kind).in_([why.value for why in BillDifference]),
            col(DifferenceRow.opened_on) >= since,
        )
    ).all()
    unlike: set[str] = set()
    lacking: set[str] = set()
    for kind, key in rows:
        number = key.removeprefix(difference_key(channel, BillDifference(kind), ""))
        (lacking if kind == BillDifference.OURS_ONLY else unlike).add(number)
    return unlike, lacking


def _in_turn(values: Sequence[str]) -> Iterator[Iterable[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
