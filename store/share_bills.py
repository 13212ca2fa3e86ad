"""Bills over what a patient owes of a case: one at a time, in parts that add up to all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from domain.money import Money
from domain.order import patient_item_no
from domain.payment import PAYMENT_ENDED, Bill, Part, PartKind, PaymentStage
from store import cases, open_items, payments
from store.open_items import NoSuchItem
from store.payment_views import BillView
from store.rows import sealer_of
from store.tables_payments import PaymentBillRow


class NothingOwed(ValueError):
    """The patient owes nothing of this case, or nobody knows yet what."""

    def __init__(self, case_no: str) -> None:
        self.case_no = case_no
        super().__init__(f"Case {case_no}: the patient owes nothing.")


class PartsAreNotTheShare(ValueError):
    """The parts of a bill add up to another sum than the patient owes."""

    def __init__(self, case_no: str, parts: Money, owed: Money) -> None:
        self.case_no, self.parts, self.owed = case_no, parts, owed
        super().__init__(f"Case {case_no}: parts {parts.plain()}, owed {owed.plain()}.")


class BillStillOpen(ValueError):
    """Another bill of the case is being paid."""

    def __init__(self, case_no: str, payment_no: str) -> None:
        self.case_no, self.payment_no = case_no, payment_no
        super().__init__(f"Case {case_no}: bill {payment_no} is being paid.")


def payment_no_of(case_no: str, nth: int) -> str:
    """The number of a case's nth bill. A pay number is it with six characters more, and no
    channel takes more than 32."""
    return "PM-" + hashlib.sha256(f"{case_no}:bill:{nth}".encode()).hexdigest()[:12].upper()


def open_share_bill(
    s: Session,
    case_no: str,
    parts: Sequence[tuple[PartKind, Money]],
    *,
    by: str,
    place: str,
    now: datetime,
) -> BillView:
    """Open a bill over all that the patient owes; the same again, while it is open, is the same.

    Raises: NothingOwed, PartsAreNotTheShare, BillStillOpen, PartIsNothing, CurrenciesDiffer.
    """
    try:
        # Held until the end: two bills of one case cannot be opened at once.
        item = open_items.hold_item(s, patient_item_no(case_no))
    except NoSuchItem as unknown:
        raise NothingOwed(case_no) from unknown
    known = bills_of(s, case_no)
    numbered = tuple(Part(n, kind, amount) for n, (kind, amount) in enumerate(parts, 1))
    if known and known[-1].stage not in PAYMENT_ENDED:
        if known[-1].bill.parts == numbered:
            return known[-1]
        raise BillStillOpen(case_no, known[-1].bill.payment_no)
    if not item.open:
        raise NothingOwed(case_no)
    total = Money.total((part.amount for part in numbered), item.open.currency)
    payment_no = payment_no_of(case_no, len(known) + 1)
    bill = Bill(payment_no, total, numbered) if numbered else None
    if bill is None or total != item.open:
        raise PartsAreNotTheShare(case_no, total, item.open)
    payments.open_bill(
        s,
        bill,
        opened_by=by,
        place=place,
        now=now,
        case_no=case_no,
        payer_ref=_payer_ref(s, case_no),
    )
    return payments.bill_of(s, payment_no)


def _payer_ref(s: Session, case_no: str) -> str:
    """Whose share it is, so that the risk rules know a patient again and nobody else does."""
    return sealer_of(s).mark(cases.order_of(s, case_no).patient.id_no.encode())


def bills_of(s: Session, case_no: str) -> list[BillView]:
    """Every bill of a case, oldest first."""
    rows = select(PaymentBillRow.payment_no).where(PaymentBillRow.case_no == case_no)
    numbers = s.exec(rows.order_by(col(PaymentBillRow.opened_at), PaymentBillRow.payment_no)).all()
    return [payments.bill_of(s, number) for number in numbers]


def latest_bills(s: Session, most: int) -> list[BillView]:
    """The bills that were opened last, the latest first."""
    rows = select(PaymentBillRow.payment_no)
    latest = rows.order_by(col(PaymentBillRow.opened_at).desc(), PaymentBillRow.payment_no)
    return [payments.bill_of(s, number) for number in s.exec(latest.limit(most)).all()]


def open_bill_of(s: Session, case_no: str) -> BillView | None:
    """The bill of a case that is being paid."""
    return next((b for b in bills_of(s, case_no) if b.stage not in PAYMENT_ENDED), None)


def has_paid_bill(s: Session, case_no: str) -> bool:
    """Whether a bill of the case was paid in full."""
    return any(bill.stage is PaymentStage.PAID for bill in bills_of(s, case_no))
