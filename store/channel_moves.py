"""What our own books say moved over a pay channel, and which of it no booked bill tells of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import Session, col, select

from domain.bill_comparison import BillDifference, Moved, difference_key
from domain.channel_bill import BillKind
from domain.money import Money
from domain.payment import TOOK, AttemptState
from engine.clock import business_zone
from store.channel_bills import booked_days
from store.differences import difference_no_of
from store.tables_channels import ChannelBillLineRow
from store.tables_money import DifferenceRow
from store.tables_payments import PayAttemptRow, PaymentBillRow, PayRefundRow


def moved_over(s: Session, channel: str, until: date) -> list[Moved]:
    """Every payment and refund of ours over a channel up to a day, by day and number."""
    rows = select(PayAttemptRow).where(
        PayAttemptRow.channel == channel, col(PayAttemptRow.state).in_(TOOK)
    )
    attempts = s.exec(rows).all()
    found = [
        Moved(
            BillKind.PAYMENT,
            row.pay_no,
            row.pay_no,
            _day(row.paid_at or row.asked_at),
            Money(row.minor, row.currency),
        )
        for row in attempts
    ]
    back = select(PayRefundRow).join(
        PayAttemptRow, col(PayRefundRow.pay_no) == col(PayAttemptRow.pay_no)
    )
    back = back.where(PayAttemptRow.channel == channel, PayRefundRow.state == "refunded")
    found += [
        Moved(
            BillKind.REFUND,
            row.refund_no,
            row.pay_no,
            _day(row.returned_at or row.asked_at),
            Money(-row.minor, row.currency),
        )
        for row in s.exec(back).all()
    ]
    up_to = (one for one in found if one.on <= until)
    return sorted(up_to, key=lambda one: (one.on, one.kind, one.number))


def moved_over_all(s: Session, until: date) -> list[Moved]:
    """The same over every channel of ours, those that hand over no bill too."""
    channels = s.exec(select(PayAttemptRow.channel).distinct()).all()
    return [one for channel in sorted(channels) for one in moved_over(s, channel, until)]


def without_bill(s: Session, channel: str, until: date) -> list[Moved]:
    """Those that no booked bill has."""
    known = select(ChannelBillLineRow).where(ChannelBillLineRow.channel == channel)
    billed = {(row.kind, row.number) for row in s.exec(known).all()}
    return [
        one for one in moved_over(s, channel, until) if (one.kind.value, one.number) not in billed
    ]


def days_without_bill(s: Session, channel: str, until: date) -> list[date]:
    """The days up to this one on which money of ours moved and whose bill is not booked."""
    moved = {one.on for one in without_bill(s, channel, until)}
    return sorted(moved - booked_days(s, channel))


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


def _day(moment: datetime) -> date:
    return moment.astimezone(business_zone).date()
