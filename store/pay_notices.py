"""What channels told by themselves: kept once, as it was told. Nobody acts on it but by asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.money import Money
from domain.pay_channel import PayState, RefundState
from store.rows import insert_once
from store.tables_cashier import PayNoticeRow


@dataclass(frozen=True)
class NoticeView:
    """One notice; `about` is payment or refund, `number` ours."""

    channel: str
    about: str
    number: str
    status: str
    amount: Money
    raw_state: str
    at: datetime


def receive(
    s: Session, channel: str, digest: str, told: PayState | RefundState, now: datetime
) -> bool:
    """Keep a verified notice; False when this very message was kept before."""
    is_payment = isinstance(told, PayState)
    row = PayNoticeRow(
        channel=channel,
        digest=digest,
        about="payment" if is_payment else "refund",
        number=told.pay_no if isinstance(told, PayState) else told.refund_no,
        status=told.status,
        currency=told.amount.currency,
        minor=told.amount.minor,
        raw_state=told.raw_state,
        at=now,
    )
    return insert_once(s, row)


def notices_about(s: Session, number: str) -> list[NoticeView]:
    """Everything that was told of a pay number or refund number, oldest first."""
    rows = select(PayNoticeRow).where(PayNoticeRow.number == number)
    return [
        NoticeView(
            row.channel,
            row.about,
            row.number,
            row.status,
            Money(row.minor, row.currency),
            row.raw_state,
            row.at,
        )
        for row in s.exec(rows.order_by(col(PayNoticeRow.at), PayNoticeRow.digest)).all()
    ]
