"""Bills, returns and clearings that have no end in our books: somebody should be running them."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from domain.money import Money
from domain.pay_return import RETURN_ENDED
from domain.payment import PAYMENT_ENDED
from domain.review import ReviewKind
from store import audit
from store.tables_cases import IntentRow
from store.tables_cashier import PayReturnEventRow, PayReturnRow
from store.tables_payments import PaymentBillRow, PaymentEventRow
from store.tables_work import DecisionRow, ReviewRow

CLEARING_ANSWERED = "clearing_answered"
"""Stands in the trail of a clearing when the payer has said what it finds."""


def open_bills(s: Session) -> list[tuple[str, str | None, Money]]:
    """Number, case and total of every bill that is neither paid nor undone, by number."""
    last = (
        select(PaymentEventRow.payment_no, func.max(PaymentEventRow.n).label("n"))
        .group_by(PaymentEventRow.payment_no)
        .subquery()
    )
    statement = (
        select(PaymentBillRow)
        .join(PaymentEventRow, col(PaymentEventRow.payment_no) == PaymentBillRow.payment_no)
        .join(
            last,
            (col(PaymentEventRow.payment_no) == last.c.payment_no)
            & (col(PaymentEventRow.n) == last.c.n),
        )
        .where(col(PaymentEventRow.stage).not_in(sorted(PAYMENT_ENDED)))
    )
    rows = s.exec(statement.order_by(PaymentBillRow.payment_no)).all()
    return [(row.payment_no, row.case_no, Money(row.minor, row.currency)) for row in rows]


def open_returns(s: Session) -> list[tuple[str, str | None, Money]]:
    """Number, case and total of every return that is neither done nor off, by number."""
    last = (
        select(PayReturnEventRow.return_no, func.max(PayReturnEventRow.n).label("n"))
        .group_by(PayReturnEventRow.return_no)
        .subquery()
    )
    statement = (
        select(PayReturnRow, PaymentBillRow.case_no)
        .join(PaymentBillRow, col(PaymentBillRow.payment_no) == PayReturnRow.payment_no)
        .join(PayReturnEventRow, col(PayReturnEventRow.return_no) == PayReturnRow.return_no)
        .join(
            last,
            (col(PayReturnEventRow.return_no) == last.c.return_no)
            & (col(PayReturnEventRow.n) == last.c.n),
        )
        .where(col(PayReturnEventRow.stage).not_in(sorted(RETURN_ENDED)))
    )
    rows = s.exec(statement.order_by(PayReturnRow.return_no)).all()
    return [(row.return_no, case_no, Money(row.minor, row.currency)) for row, case_no in rows]


def open_clearings(s: Session, portal: str) -> list[str]:
    """The number of every application that was begun and has no answer, by number.

    Refused ones have ended, and so has what a person gave up: both are seen to by hand.
    """
    begun = select(IntentRow.claim_no).where(
        IntentRow.payer == portal, IntentRow.kind == "clearing", IntentRow.state != "rejected"
    )
    return [number for number in sorted(s.exec(begun).all()) if not has_ended(s, number)]


def has_ended(s: Session, clearing_no: str) -> bool:
    """Whether a clearing was answered by the payer, or given up by a person."""
    if any(one.action == CLEARING_ANSWERED for one in audit.audit_of(s, clearing_no)):
        return True
    given_up = (
        select(ReviewRow.review_no)
        .join(DecisionRow, col(DecisionRow.review_no) == ReviewRow.review_no)
        .where(
            ReviewRow.subject == clearing_no,
            ReviewRow.kind == ReviewKind.STEP_FAILED.value,
            DecisionRow.outcome == "give_up",
        )
    )
    return s.exec(given_up).first() is not None
