"""What the store knows of goods that come back for money: apart from the returns themselves."""

from __future__ import annotations

from sqlmodel import Session, select

from domain.money import Money
from domain.pay_channel import RefundStatus
from domain.pay_return import ReturnEvent
from store import pay_returns
from store.tables_cashier import PayReturnEventRow


def are_in(s: Session, return_no: str) -> bool:
    """Whether the ERP said of a return that its goods came in."""
    rows = select(PayReturnEventRow).where(
        PayReturnEventRow.return_no == return_no, PayReturnEventRow.event == ReturnEvent.GOODS_CAME
    )
    return s.exec(rows).first() is not None


def asked_for_goods(s: Session, payment_no: str, currency: str) -> Money:
    """What went back of a bill for goods, or still may: what a channel refused is not in it."""
    return Money.total(
        (
            part.amount
            for one in pay_returns.returns_of(s, payment_no)
            if one.has_return
            for part in one.parts
            if any(r.status is not RefundStatus.FAILED for r in one.refunds_of(part.n))
        ),
        currency,
    )
