"""The sums that a case shows: what was billed, paid, adjusted, written off, and is still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.order import PATIENT
from domain.payment import PaymentEvent
from store.tables_books import OpenItemRow
from store.tables_cases import ClaimRow
from store.tables_money import PaymentRow
from store.tables_payments import PaymentBillRow, PaymentEventRow


@dataclass
class CaseAmounts:
    """Sums in fen, in the currency of the case."""

    billed: int = 0
    paid: int = 0
    adjusted: int = 0
    written_off: int = 0
    open: int = 0


def amounts_of_cases(s: Session, case_nos: Sequence[str]) -> dict[str, CaseAmounts]:
    """The sums of each case, zeros where there is nothing.

    A patient's claim counts by the payments and paid bills that came, an insurer's by what its
    advice says.
    """
    found = {case_no: CaseAmounts() for case_no in case_nos}
    claims = select(ClaimRow).where(col(ClaimRow.case_no).in_(case_nos))
    for claim in s.exec(claims).all():
        sums = found[claim.case_no]
        sums.billed += claim.billed_minor
        sums.paid += 0 if claim.payer == PATIENT else claim.paid_minor
        sums.adjusted += claim.adjusted_minor
        sums.written_off += claim.written_off_minor
    paid = select(PaymentRow.case_no, func.sum(PaymentRow.minor))
    in_cases = paid.where(col(PaymentRow.case_no).in_(case_nos))
    for case_no, minor in s.exec(in_cases.group_by(PaymentRow.case_no)).all():
        found[case_no].paid += int(minor)
    in_parts = select(PaymentBillRow.case_no, func.sum(PaymentBillRow.minor)).join(
        PaymentEventRow, col(PaymentEventRow.payment_no) == PaymentBillRow.payment_no
    )
    whole = in_parts.where(PaymentEventRow.event == PaymentEvent.ALL_PAID)
    of_cases = whole.where(col(PaymentBillRow.case_no).in_(case_nos))
    for bill_case, minor in s.exec(of_cases.group_by(PaymentBillRow.case_no)).all():
        if bill_case is not None:
            found[bill_case].paid += int(minor)
    owed = select(OpenItemRow.case_no, func.sum(OpenItemRow.minor - OpenItemRow.allocated))
    items = owed.where(col(OpenItemRow.case_no).in_(case_nos))
    for case_no, minor in s.exec(items.group_by(OpenItemRow.case_no)).all():
        found[case_no].open += int(minor)
    return found
