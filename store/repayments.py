"""What insurers get back for goods that came back: due, and taken back in their later advices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from domain.money import Money
from domain.pay_return import ReturnEvent
from engine.clock import business_zone
from store import remittances
from store.claims import ClaimView
from store.rows import insert_all, insert_once, locked
from store.tables_cases import ClaimRow
from store.tables_cashier import PayReturnEventRow
from store.tables_repayments import InsurerRepaymentRow, RepaymentOffsetRow


@dataclass(frozen=True)
class RepaymentView:
    """What of a return one claim's insurer gets back; `open` is what it has not taken yet.

    `is_due` once the return is done, on `done_on`; before, it may still come to nothing.
    """

    return_no: str
    claim_no: str
    payer: str
    amount: Money
    open: Money
    is_due: bool
    done_on: date | None


def plan(s: Session, return_no: str, amounts: Mapping[ClaimView, Money]) -> None:
    """Put on record what insurers get back when this return is done; what is nought is left out."""
    rows = [
        InsurerRepaymentRow(
            return_no=return_no,
            claim_no=claim.claim_no,
            payer=claim.payer,
            currency=amount.currency,
            minor=amount.minor,
        )
        for claim, amount in amounts.items()
        if amount
    ]
    insert_all(s, rows)


def of_return(s: Session, return_no: str) -> list[RepaymentView]:
    """What insurers get back with a return, by claim."""
    return _found(s, InsurerRepaymentRow.return_no == return_no)


def of_case(s: Session, case_no: str) -> list[RepaymentView]:
    """What insurers get back of a case, by return and claim."""
    claims = select(ClaimRow.claim_no).where(ClaimRow.case_no == case_no)
    return _found(s, col(InsurerRepaymentRow.claim_no).in_(claims))


def taken_otherwise(s: Session, claim: ClaimView) -> Money:
    """What the insurer of a claim took back, above zero, that no repayment was due for."""
    adjusted = remittances.provider_adjustments_of_claim(s, claim.claim_no)
    taken = -Money.total((one.amount for _, one in adjusted), claim.paid.currency)
    rows = select(RepaymentOffsetRow.minor).where(RepaymentOffsetRow.claim_no == claim.claim_no)
    return taken - Money(sum(s.exec(rows).all()), claim.paid.currency)


def offset(
    s: Session, claim_no: str, taken: Money, *, by: str
) -> list[tuple[RepaymentView, Money]]:
    """Set what an advice took back (above zero) off against what is due, the oldest return first.

    `by` is the advice's number: the same again sets nothing off, and nor does an amount that was
    not taken. Returns each repayment, as it stood before, with what of it was taken.
    """
    found = []
    for one in of_claim(s, claim_no):
        hold(s, one)
    # Read once they are held: a return that is done at this moment is due now, or not before.
    for due in of_claim(s, claim_no):
        part = set_off(s, due, taken, by=by) if due.is_due else Money(0, taken.currency)
        if part:
            found.append((due, part))
            taken -= part
    return found


def set_off(s: Session, one: RepaymentView, taken: Money, *, by: str) -> Money:
    """Set an amount that was taken back (above zero) off against one repayment, once for each `by`,
    and return what of it was."""
    row = hold(s, one)
    part = min(Money(row.minor - row.offset_minor, row.currency), taken)
    nothing = Money(0, row.currency)
    if part.minor <= 0:
        return nothing
    offset_row = RepaymentOffsetRow(
        key=f"{by}:{one.claim_no}:{one.return_no}",
        return_no=one.return_no,
        claim_no=one.claim_no,
        minor=part.minor,
    )
    if not insert_once(s, offset_row):
        return nothing
    row.offset_minor += part.minor
    s.flush()
    return part


def set_off_by(s: Session, claim_no: str, by: str) -> Money:
    """What was set off of a claim's repayments against one take-back, by its number."""
    rows = select(RepaymentOffsetRow.minor).where(
        RepaymentOffsetRow.claim_no == claim_no,
        col(RepaymentOffsetRow.key).startswith(f"{by}:", autoescape=True),
    )
    return Money(sum(s.exec(rows).all()))


def hold(s: Session, one: RepaymentView) -> InsurerRepaymentRow:
    """Lock a repayment until the transaction ends, and read it anew."""
    row = locked(
        s,
        select(InsurerRepaymentRow).where(
            InsurerRepaymentRow.return_no == one.return_no,
            InsurerRepaymentRow.claim_no == one.claim_no,
        ),
    )
    assert row is not None, "it was read just now, and is never deleted"
    return row


def of_claim(s: Session, claim_no: str) -> list[RepaymentView]:
    """What the insurer of a claim gets back, the oldest return first."""
    return _found(s, InsurerRepaymentRow.claim_no == claim_no)


def due(s: Session) -> list[RepaymentView]:
    """Everything that insurers may take and have not taken whole yet, by return and claim."""
    open_ones = _found(s, col(InsurerRepaymentRow.offset_minor) < InsurerRepaymentRow.minor)
    return [one for one in open_ones if one.is_due]


def _found(s: Session, which: ColumnElement[bool] | bool) -> list[RepaymentView]:
    done_at = (
        select(PayReturnEventRow.at)
        .where(
            PayReturnEventRow.return_no == InsurerRepaymentRow.return_no,
            PayReturnEventRow.event == ReturnEvent.ALL_BACK,
        )
        .scalar_subquery()
    )
    rows = (
        select(InsurerRepaymentRow, done_at)
        .where(which)
        .order_by(InsurerRepaymentRow.return_no, InsurerRepaymentRow.claim_no)
        .execution_options(populate_existing=True)
    )
    return [
        RepaymentView(
            row.return_no,
            row.claim_no,
            row.payer,
            Money(row.minor, row.currency),
            Money(row.minor - row.offset_minor, row.currency),
            at is not None,
            at.astimezone(business_zone).date() if at is not None else None,
        )
        for row, at in s.exec(rows).all()
    ]
