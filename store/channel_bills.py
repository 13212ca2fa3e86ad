"""Daily bills of pay channels, each booked once, and what our own books say of the same days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, update
from sqlmodel import Session, col, func, select

from domain.bill_comparison import number_of
from domain.channel_bill import BillKind, BillLine, ChannelBill
from domain.money import Money
from domain.pay_channel import RefundStatus
from domain.proof import Proved
from store.proofs import bill_subject, record_proof
from store.rows import digest_of, insert_all, insert_once
from store.tables_channels import ChannelBillLineRow, ChannelBillRow
from store.tables_payments import PayAttemptRow, PayRefundRow

_OURS = "merchant_nos"
"""Always us, or nothing is booked; bills that were booked before they were compared have none."""


class BillDiffers(ValueError):
    """A day's bill is booked with another content, or a line stands in another bill as well."""

    def __init__(self, channel: str, day: date, what: str) -> None:
        self.channel, self.day, self.what = channel, day, what
        super().__init__(f"Bill of {channel} for {day}: {what} is booked with another bill.")


class AnotherBillWasFaster(RuntimeError):
    """Two bills of a channel were booked at the same moment; the later one looks again."""

    def __init__(self, channel: str, day: date) -> None:
        self.channel, self.day = channel, day
        super().__init__(f"Bill of {channel} for {day}: another one was booked meanwhile.")


@dataclass(frozen=True)
class BookedBill:
    """One booked bill; `left` is what days up to it leave to be taken off later ones, zero or
    below; `advice_no` the credit that it announced, "" when none."""

    channel: str
    day: date
    net: Money
    carried: Money
    advice_no: str
    settles_on: date
    document_sha256: str

    @property
    def left(self) -> Money:
        """What is carried over to the next bill."""
        return min(self.net + self.carried, Money(0, self.net.currency))


def record_bill(
    s: Session,
    proved: Proved[ChannelBill],
    *,
    day: date,
    net: Money,
    carried: Money,
    advice_no: str,
    settles_on: date,
    now: datetime,
) -> bool:
    """Record a proved bill with its lines; False when the same one is booked already.

    Raises: BillDiffers, AnotherBillWasFaster, NothingWasProved.
    """
    bill = proved.value
    record_proof(s, proved, subject=bill_subject(bill.channel, bill.bill_no), now=now)
    content = digest_of(_content(bill))
    if (known := _row(s, bill.channel, day)) is not None:
        if known.content_hash != content:
            raise BillDiffers(bill.channel, day, "it")
        return False
    number = _count(s, bill.channel) + 1
    row = ChannelBillRow(
        channel=bill.channel,
        n=number,
        day=day,
        bill_no=bill.bill_no,
        currency=bill.currency,
        net_minor=net.minor,
        carried_minor=carried.minor,
        advice_no=advice_no,
        settles_on=settles_on,
        content_hash=content,
        document_sha256=proved.reading.sha256,
        booked_at=now,
    )
    if not insert_once(s, row):
        raise AnotherBillWasFaster(bill.channel, day)
    for line in bill.lines:
        if line_of(s, bill.channel, line.kind, number_of(line)) is not None:
            raise BillDiffers(bill.channel, day, f"line {number_of(line)}")
    insert_all(s, [_line_row(bill.channel, number, line) for line in bill.lines])
    _count_billed(s, bill)
    return True


def _content(bill: ChannelBill) -> dict[str, Any]:
    told = {name: said for name, said in asdict(bill).items() if name != _OURS}
    if not bill.trace_number:
        # Most bills name no transfer; those that were booked before any did are told alike.
        del told["trace_number"]
    if not bill.adjustments:
        del told["adjustments"]
    return told


def last_bill(s: Session, channel: str) -> BookedBill | None:
    """The bill of a channel that was booked last; None before the first."""
    rows = select(ChannelBillRow).where(ChannelBillRow.channel == channel)
    row = s.exec(rows.order_by(col(ChannelBillRow.n).desc()).limit(1)).first()
    return None if row is None else _view(row)


def bills_settling(s: Session, channel: str, settles_on: date) -> list[BookedBill]:
    """The bills whose money should be in the bank on a day, by their own day."""
    rows = select(ChannelBillRow).where(
        ChannelBillRow.channel == channel, ChannelBillRow.settles_on == settles_on
    )
    return [_view(row) for row in s.exec(rows.order_by(col(ChannelBillRow.day))).all()]


def last_day(s: Session, channel: str) -> date | None:
    """The latest day whose bill is booked; None before the first."""
    days = select(func.max(ChannelBillRow.day)).where(ChannelBillRow.channel == channel)
    return s.exec(days).one()


def is_booked(s: Session, channel: str, day: date) -> bool:
    """Whether the bill of a day is booked."""
    return _row(s, channel, day) is not None


def settlement_days(s: Session, advices: Collection[str]) -> dict[str, date]:
    """When each of these credits should be in the bank; those that no bill announced are left
    out."""
    rows = select(ChannelBillRow).where(col(ChannelBillRow.advice_no).in_(advices))
    return {row.advice_no: row.settles_on for row in s.exec(rows).all()}


def line_of(s: Session, channel: str, kind: BillKind, number: str) -> BillLine | None:
    """One payment or refund as its bill tells it; None when no booked bill has it."""
    row = s.get(ChannelBillLineRow, (channel, kind.value, number))
    return None if row is None else _line(s, row)


def refunded_before(s: Session, channel: str, pay_no: str, *, until: str = "") -> Money:
    """What booked bills say went back of a payment; `until` leaves out a refund and all after."""
    rows = select(ChannelBillLineRow).where(
        ChannelBillLineRow.channel == channel,
        ChannelBillLineRow.kind == BillKind.REFUND,
        ChannelBillLineRow.pay_no == pay_no,
    )
    ordered = s.exec(rows.order_by(col(ChannelBillLineRow.n), ChannelBillLineRow.channel_no)).all()
    total = 0
    for row in ordered:
        if row.number == until:
            break
        total -= row.minor
    return Money(total)


def _row(s: Session, channel: str, day: date) -> ChannelBillRow | None:
    rows = select(ChannelBillRow).where(
        ChannelBillRow.channel == channel, ChannelBillRow.day == day
    )
    return s.exec(rows).first()


def _count_billed(s: Session, bill: ChannelBill) -> None:
    """Say of each payment of ours, once a bill has it, what its refunds in bills come to."""
    back = (
        select(func.coalesce(func.sum(PayRefundRow.minor), 0))
        .where(PayRefundRow.pay_no == PayAttemptRow.pay_no)
        .where(PayRefundRow.state != RefundStatus.FAILED)
        .where(_stands(bill.channel, BillKind.REFUND, col(PayRefundRow.refund_no)))
    )
    ours = (
        update(PayAttemptRow)
        .where(col(PayAttemptRow.channel) == bill.channel)
        .where(col(PayAttemptRow.pay_no).in_({line.pay_no for line in bill.lines}))
        .where(_stands(bill.channel, BillKind.PAYMENT, col(PayAttemptRow.pay_no)))
    )
    s.exec(
        ours.values(billed_back=back.scalar_subquery()),
        execution_options={"synchronize_session": False},
    )


def _stands(channel: str, kind: BillKind, number: Any) -> Any:
    """The SQL for: a booked bill has the payment or refund of this number, a column."""
    return exists(
        select(ChannelBillLineRow.number).where(
            ChannelBillLineRow.channel == channel,
            ChannelBillLineRow.kind == kind,
            ChannelBillLineRow.number == number,
        )
    )


def _count(s: Session, channel: str) -> int:
    rows = select(func.max(ChannelBillRow.n)).where(ChannelBillRow.channel == channel)
    return s.exec(rows).one() or 0


def _line_row(channel: str, n: int, line: BillLine) -> ChannelBillLineRow:
    return ChannelBillLineRow(
        channel=channel,
        kind=line.kind,
        number=number_of(line),
        n=n,
        pay_no=line.pay_no,
        channel_no=line.channel_no,
        moved_on=line.on,
        minor=line.amount.minor,
        fee_minor=line.fee.minor,
    )


def _line(s: Session, row: ChannelBillLineRow) -> BillLine:
    currency = s.get_one(ChannelBillRow, (row.channel, row.n)).currency
    kind = BillKind(row.kind)
    return BillLine(
        kind=kind,
        on=row.moved_on,
        pay_no=row.pay_no,
        channel_no=row.channel_no,
        refund_no=row.number if kind is BillKind.REFUND else "",
        amount=Money(row.minor, currency),
        fee=Money(row.fee_minor, currency),
    )


def _view(row: ChannelBillRow) -> BookedBill:
    return BookedBill(
        row.channel,
        row.day,
        Money(row.net_minor, row.currency),
        Money(row.carried_minor, row.currency),
        row.advice_no,
        row.settles_on,
        row.document_sha256,
    )
