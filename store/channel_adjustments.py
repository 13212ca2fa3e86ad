"""Errors and adjustments of booked bills, and which payment of ours each of them is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlmodel import Session, col, func, select

from domain.channel_adjustment import Adjustment, AdjustmentKind
from domain.money import Money
from domain.payment import TOOK
from engine.clock import business_zone
from store.channel_bills import BillDiffers
from store.pay_traces import MOST
from store.rows import insert_all
from store.tables_channels import ChannelBillLineRow, ChannelBillRow, PayTraceRow
from store.tables_payments import PayAttemptRow

_KIND = "adjustment"
_PAY = "pay:"


@dataclass(frozen=True)
class BookedAdjustment:
    """One that is on record; `pay_no` is the payment of ours behind it by all that is on record
    now, "" without; `net` is below zero when it took from us."""

    number: str
    kind: AdjustmentKind
    pay_no: str
    net: Money


def record_adjustment(
    s: Session, channel: str, day: date, adjustment: Adjustment, pay_no: str
) -> None:
    """Record one beside the lines of the bill of this day, which must be booked; `pay_no` is ""
    while it is about no payment of ours. Raises: BillDiffers, when it stands in another bill."""
    if s.get(ChannelBillLineRow, (channel, _KIND, adjustment.number)) is not None:
        raise BillDiffers(channel, day, f"adjustment {adjustment.number}")
    bills = select(ChannelBillRow).where(ChannelBillRow.channel == channel)
    row = ChannelBillLineRow(
        channel=channel,
        kind=_KIND,
        number=adjustment.number,
        n=s.exec(bills.where(ChannelBillRow.day == day)).one().n,
        pay_no=pay_no,
        channel_no=_about(adjustment),
        moved_on=day,
        minor=adjustment.moves.minor,
        fee_minor=adjustment.fee.minor,
    )
    insert_all(s, [row])


def payment_behind(s: Session, channel: str, adjustment: Adjustment) -> str:
    """The number of the payment that it is about, itself or by another adjustment of it; "" when
    there is none of ours, or more than one that it could be."""
    found = {*_traced(s, channel, adjustment)}
    found |= _payments_of(s, _named(s, channel, _about(adjustment)))
    return found.pop() if len(found) == 1 else ""


def adjustment_of(s: Session, channel: str, number: str) -> BookedAdjustment:
    """One that is on record."""
    return _view(s, s.get_one(ChannelBillLineRow, (channel, _KIND, number)))


def answered_by(s: Session, channel: str, number: str) -> BookedAdjustment | None:
    """The adjustment that this one is about; None while none is on record, or several are."""
    row = s.get_one(ChannelBillLineRow, (channel, _KIND, number))
    found = _named(s, channel, row.channel_no)
    return _view(s, found[0]) if len(found) == 1 else None


def chain_of(s: Session, channel: str, number: str) -> list[BookedAdjustment]:
    """All on record that belong to this one: the first of them, what is about that, and so on; they
    may have come in any order."""
    first = s.get_one(ChannelBillLineRow, (channel, _KIND, number))
    seen = {number}
    while len(before := _named(s, channel, first.channel_no)) == 1:
        if before[0].number in seen:
            break
        first = before[0]
        seen.add(first.number)
    found = {first.number: first}
    todo = [first]
    while todo:
        for row in _about_it(s, todo.pop(0)):
            if row.number not in found:
                found[row.number] = row
                todo.append(row)
    return [_view(s, row) for row in found.values()]


def _about(adjustment: Adjustment) -> str:
    """What it names, as its row keeps it: trace number, moment and fen of a payment or another."""
    before = adjustment.before_trace, adjustment.before_moment
    return "-".join((*before, str(adjustment.before_amount.minor)))


def _about_it(s: Session, row: ChannelBillLineRow) -> Sequence[ChannelBillLineRow]:
    """The adjustments on record that name this one."""
    named = f"{row.number.partition('-')[2]}-{abs(row.minor)}"
    rows = select(ChannelBillLineRow).where(
        ChannelBillLineRow.channel == row.channel,
        ChannelBillLineRow.kind == _KIND,
        ChannelBillLineRow.channel_no == named,
    )
    return s.exec(rows.order_by(ChannelBillLineRow.number)).all()


def _named(s: Session, channel: str, about: str) -> list[ChannelBillLineRow]:
    """The adjustments on record that are so named."""
    named, _, minor = about.rpartition("-")
    keys = [(channel, _KIND, f"{kind}-{named}") for kind in AdjustmentKind]
    rows = [row for key in keys if (row := s.get(ChannelBillLineRow, key)) is not None]
    return [row for row in rows if str(abs(row.minor)) == minor]


def _payments_of(s: Session, rows: Sequence[ChannelBillLineRow]) -> set[str]:
    """The payments behind these, each as it was known when it was recorded, or by what it is
    about, which may have come later."""
    found, seen, todo = set[str](), set[str](), [*rows]
    while todo:
        row = todo.pop()
        if row.pay_no:
            found.add(row.pay_no)
        elif row.number not in seen:
            seen.add(row.number)
            todo += _named(s, row.channel, row.channel_no)
    return found


def _view(s: Session, row: ChannelBillLineRow) -> BookedAdjustment:
    currency = s.get_one(ChannelBillRow, (row.channel, row.n)).currency
    behind = _payments_of(s, [row])
    return BookedAdjustment(
        number=row.number,
        kind=AdjustmentKind(row.number.partition("-")[0]),
        pay_no=behind.pop() if len(behind) == 1 else "",
        net=Money(row.minor - row.fee_minor, currency),
    )


def _traced(s: Session, channel: str, adjustment: Adjustment) -> list[str]:
    """Payments of ours with the trace number, a day and the amount of what it names."""
    named = adjustment.before_trace
    # It is never nought; other letters are no trace number of ours.
    if not (named.isascii() and named.isdigit() and int(named)):
        return []
    mine = PayTraceRow.channel == channel
    last = s.exec(select(func.max(PayTraceRow.serial)).where(mine)).one() or 0
    # Six digits come round again, so a trace number may be that of several messages.
    serials = range(int(named), last + 1, MOST)
    traces = select(PayTraceRow).where(mine, col(PayTraceRow.serial).in_(serials))
    sent = {
        row.key.removeprefix(_PAY): row.at
        for row in s.exec(traces).all()
        if row.key.startswith(_PAY)
    }
    took = select(PayAttemptRow).where(
        PayAttemptRow.channel == channel,
        col(PayAttemptRow.pay_no).in_(sent),
        col(PayAttemptRow.state).in_(TOOK),
        PayAttemptRow.minor == adjustment.before_amount.minor,
    )
    return [
        row.pay_no
        for row in s.exec(took).all()
        if adjustment.before_moment[:4] in _days_of(row, sent[row.pay_no])
    ]


def _days_of(row: PayAttemptRow, sent_at: datetime) -> set[str]:
    """The days, as MMDD, on which a card network may say that it was paid: ours when it was taken,
    and that of the time in its message, which field 7 tells in UTC. Source: ISO 8583, field 7."""
    taken_at = row.paid_at or row.asked_at
    return {f"{taken_at.astimezone(business_zone):%m%d}", f"{sent_at.astimezone(UTC):%m%d}"}
