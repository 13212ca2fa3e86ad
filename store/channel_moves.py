"""What our own books say moved over a pay channel, and which of it no booked bill tells of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, func, select

from domain.bill_comparison import BillDifference, Moved, difference_key
from domain.channel_bill import BillKind
from domain.money import Money
from domain.pay_channel import RefundStatus
from domain.payment import TOOK, AttemptState
from engine.clock import business_zone
from store.channel_bills import is_booked, line_of
from store.differences import difference_no_of
from store.tables_channels import ChannelBillLineRow
from store.tables_money import DifferenceRow
from store.tables_payments import PayAttemptRow, PaymentBillRow, PayRefundRow


def without_bill(s: Session, channel: str, until: date) -> list[Moved]:
    """Every payment and refund of ours over a channel up to a day that no booked bill has, by day
    and number.

    What was billed long ago is not read; a bill may have a payment before we have it on record, so
    its lines say the last word.
    """
    rows = select(PayAttemptRow).where(
        PayAttemptRow.channel == channel,
        col(PayAttemptRow.state).in_(TOOK),
        col(PayAttemptRow.billed_back) < col(PayAttemptRow.asked_back),
    )
    attempts = s.exec(rows).all()
    # By their numbers and not by a join, for which PostgreSQL would read every refund.
    back = select(PayRefundRow).where(
        col(PayRefundRow.pay_no).in_([row.pay_no for row in attempts if row.asked_back]),
        PayRefundRow.state == RefundStatus.REFUNDED,
    )
    told = [*map(_payment, attempts), *map(_refund, s.exec(back).all())]
    found = [one for one in told if line_of(s, channel, one.kind, one.number) is None]
    up_to = (one for one in found if one.on <= until)
    return sorted(up_to, key=lambda one: (one.on, one.kind, one.number))


def moved_over_all(s: Session, until: date) -> list[Moved]:
    """Every payment and refund of ours up to a day, by day and number; over every channel, those
    that hand over no bill too."""
    attempts = select(PayAttemptRow).where(col(PayAttemptRow.state).in_(TOOK))
    back = select(PayRefundRow).where(PayRefundRow.state == RefundStatus.REFUNDED)
    told = [*map(_payment, s.exec(attempts).all()), *map(_refund, s.exec(back).all())]
    up_to = (one for one in told if one.on <= until)
    return sorted(up_to, key=lambda one: (one.on, one.kind, one.number))


def moved_on(s: Session, channel: str, first: date, last: date) -> list[Moved]:
    """Every payment and refund of ours over a channel from one day to another, both included, by
    number."""
    begins = datetime.combine(first, time(), business_zone)
    ends = datetime.combine(last + timedelta(days=1), time(), business_zone)
    paid_at = func.coalesce(PayAttemptRow.paid_at, PayAttemptRow.asked_at)
    paid = select(PayAttemptRow).where(
        PayAttemptRow.channel == channel,
        col(PayAttemptRow.state).in_(TOOK),
        paid_at >= begins,
        paid_at < ends,
    )
    returned_at = func.coalesce(PayRefundRow.returned_at, PayRefundRow.asked_at)
    back = (
        select(PayRefundRow)
        .join(PayAttemptRow, col(PayAttemptRow.pay_no) == col(PayRefundRow.pay_no))
        .where(
            PayAttemptRow.channel == channel,
            PayRefundRow.state == RefundStatus.REFUNDED,
            returned_at >= begins,
            returned_at < ends,
        )
    )
    told = [*map(_payment, s.exec(paid).all()), *map(_refund, s.exec(back).all())]
    return sorted(told, key=lambda one: (one.number, one.kind))


def due_in_bill(s: Session, channel: str, day: date) -> list[Moved]:
    """Every payment and refund of ours of a day, but those that a bill of another day has: around
    midnight two clocks may tell two days."""
    found = []
    for one in moved_on(s, channel, day, day):
        line = line_of(s, channel, one.kind, one.number)
        if line is None or line.on == day:
            found.append(one)
    return found


def moved(s: Session, channel: str, kind: BillKind, number: str) -> Moved | None:
    """One payment or refund of ours, when its money moved over this channel."""
    if kind is BillKind.PAYMENT:
        row = s.get(PayAttemptRow, number)
        took = row is not None and row.channel == channel and row.state in TOOK
        return _payment(row) if row is not None and took else None
    refund = s.get(PayRefundRow, number)
    if refund is None or refund.state != RefundStatus.REFUNDED:
        return None
    first = s.get_one(PayAttemptRow, refund.pay_no)
    return _refund(refund) if first.channel == channel else None


def days_without_bill(s: Session, channel: str, until: date) -> list[date]:
    """The days up to this one on which money of ours moved and whose bill is not booked."""
    days = {one.on for one in without_bill(s, channel, until)}
    return sorted(day for day in days if not is_booked(s, channel, day))


def untold_days(s: Session, channel: str, until: date) -> dict[date, list[Moved]]:
    """What moved on each day up to this one whose bill is not booked, and which nobody has called
    unclear: after a person decided that there will be no bill, it is."""
    found: dict[date, list[Moved]] = {}
    for one in without_bill(s, channel, until):
        key = difference_key(channel, BillDifference.OURS_ONLY, one.number)
        if s.get(DifferenceRow, difference_no_of(key)) is None:
            found.setdefault(one.on, []).append(one)
    return {day: moved for day, moved in found.items() if not is_booked(s, channel, day)}


def unbilled_of_case(s: Session, case_no: str, channels: Collection[str]) -> list[str]:
    """Numbers of a case's payments over these channels of which no bill has told, and which
    nobody decided about."""
    taken = (
        select(PayAttemptRow)
        .join(PaymentBillRow, col(PayAttemptRow.payment_no) == col(PaymentBillRow.payment_no))
        .where(PaymentBillRow.case_no == case_no, col(PayAttemptRow.channel).in_(channels))
        .where(PayAttemptRow.state == AttemptState.CAPTURED)
    )
    found = []
    for row in s.exec(taken.order_by(PayAttemptRow.pay_no)).all():
        if s.get(ChannelBillLineRow, (row.channel, BillKind.PAYMENT.value, row.pay_no)) is None:
            key = difference_key(row.channel, BillDifference.OURS_ONLY, row.pay_no)
            asked = s.get(DifferenceRow, difference_no_of(key))
            if asked is None or asked.settled_at is None:
                found.append(row.pay_no)
    return found


def cases_of(s: Session, pay_nos: Collection[str]) -> list[str]:
    """The cases whose bills these payments belong to, each once."""
    cases = (
        select(PaymentBillRow.case_no)
        .join(PayAttemptRow, col(PayAttemptRow.payment_no) == col(PaymentBillRow.payment_no))
        .where(col(PayAttemptRow.pay_no).in_(pay_nos), col(PaymentBillRow.case_no).is_not(None))
    )
    return sorted({case for case in s.exec(cases).all() if case is not None})


def channels_of(s: Session, pay_nos: Collection[str]) -> dict[str, str]:
    """Over which channel each of these payments of ours was asked for, by number; strangers are
    left out."""
    rows = select(PayAttemptRow.pay_no, PayAttemptRow.channel)
    ours = rows.where(col(PayAttemptRow.pay_no).in_(pay_nos)).order_by(PayAttemptRow.pay_no)
    return dict(s.exec(ours).all())


def states_of(s: Session, pay_nos: Collection[str]) -> dict[str, str]:
    """What our books say of each of these payments, by number; strangers are left out."""
    rows = select(PayAttemptRow.pay_no, PayAttemptRow.state)
    return dict(s.exec(rows.where(col(PayAttemptRow.pay_no).in_(pay_nos))).all())


def _payment(row: PayAttemptRow) -> Moved:
    on, amount = _day(row.paid_at or row.asked_at), Money(row.minor, row.currency)
    return Moved(BillKind.PAYMENT, row.pay_no, row.pay_no, on, amount)


def _refund(row: PayRefundRow) -> Moved:
    on, amount = _day(row.returned_at or row.asked_at), Money(-row.minor, row.currency)
    return Moved(BillKind.REFUND, row.refund_no, row.pay_no, on, amount)


def _day(moment: datetime) -> date:
    return moment.astimezone(business_zone).date()
