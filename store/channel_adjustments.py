"""Errors and adjustments of booked bills, and which payment of ours each of them is about."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, func, select

from domain.channel_adjustment import Adjustment, AdjustmentKind, number_of
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


def record_adjustment(
    s: Session, channel: str, day: date, adjustment: Adjustment, pay_no: str
) -> None:
    """Record one beside the lines of the bill of this day, which must be booked; `pay_no` is ""
    when it is about no payment of ours. Raises: BillDiffers, when it stands in another bill."""
    if s.get(ChannelBillLineRow, (channel, _KIND, adjustment.number)) is not None:
        raise BillDiffers(channel, day, f"adjustment {adjustment.number}")
    bills = select(ChannelBillRow).where(ChannelBillRow.channel == channel)
    row = ChannelBillLineRow(
        channel=channel,
        kind=_KIND,
        number=adjustment.number,
        n=s.exec(bills.where(ChannelBillRow.day == day)).one().n,
        pay_no=pay_no,
        channel_no=adjustment.trace,
        moved_on=day,
        minor=adjustment.moves.minor,
        fee_minor=adjustment.fee.minor,
    )
    insert_all(s, [row])


def payment_behind(s: Session, channel: str, adjustment: Adjustment) -> str:
    """The number of the payment that it is about, itself or by an earlier adjustment of it; "" when
    there is none of ours, or more than one that it could be."""
    earlier = _earlier(s, channel, adjustment)
    found = {*_traced(s, channel, adjustment), *(row.pay_no for row in earlier if row.pay_no)}
    return found.pop() if len(found) == 1 else ""


def answered_by(s: Session, channel: str, adjustment: Adjustment) -> tuple[str, Money] | None:
    """The number and the net of the earlier adjustment that this one is about; None without."""
    earlier = _earlier(s, channel, adjustment)
    if len(earlier) != 1:
        return None
    row = earlier[0]
    return row.number, Money(row.minor - row.fee_minor, adjustment.net.currency)


def _earlier(s: Session, channel: str, adjustment: Adjustment) -> list[ChannelBillLineRow]:
    before = (adjustment.before_trace, adjustment.before_moment)
    keys = [(channel, _KIND, number_of(kind, *before)) for kind in AdjustmentKind]
    rows = [row for key in keys if (row := s.get(ChannelBillLineRow, key)) is not None]
    return [row for row in rows if abs(row.minor) == adjustment.before_amount.minor]


def _traced(s: Session, channel: str, adjustment: Adjustment) -> list[str]:
    """Payments of ours with the trace number, day and amount of what it names."""
    named = adjustment.before_trace
    # It is never nought; other letters are no trace number of ours.
    if not (named.isascii() and named.isdigit() and int(named)):
        return []
    mine = PayTraceRow.channel == channel
    last = s.exec(select(func.max(PayTraceRow.serial)).where(mine)).one() or 0
    # Six digits come round again, so a trace number may be that of several messages.
    serials = range(int(named), last + 1, MOST)
    traces = select(PayTraceRow.key).where(mine, col(PayTraceRow.serial).in_(serials))
    numbers = [key.removeprefix(_PAY) for key in s.exec(traces).all() if key.startswith(_PAY)]
    took = select(PayAttemptRow).where(
        PayAttemptRow.channel == channel,
        col(PayAttemptRow.pay_no).in_(numbers),
        col(PayAttemptRow.state).in_(TOOK),
        PayAttemptRow.minor == adjustment.before_amount.minor,
    )
    return [
        row.pay_no
        for row in s.exec(took).all()
        if f"{(row.paid_at or row.asked_at).astimezone(business_zone):%m%d}"
        == adjustment.before_moment[:4]
    ]
