"""What stands in the office when a test enters it: people, and one case with a denied claim."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session

from domain.lifecycle import CaseEvent, ClaimStatus
from domain.money import Money
from domain.order import Coverage, Hospital, Order, OrderLine, Patient
from store import cases, claims, money, people
from store.database import Database
from tests.api.office import CASE_NO, CLAIM_NO, MONDAY, PATIENT_ID, PATIENT_NAME, PEOPLE

_WAY = (
    CaseEvent.LOTS_RESERVED,
    CaseEvent.GOODS_SHIPPED,
    CaseEvent.DELIVERY_PROVED,
    CaseEvent.INVOICE_ISSUED,
    CaseEvent.CLAIM_OPENED,
)


def furnish(database: Database) -> None:
    """Add the people and one case that is claiming 360.00 from payer PA, 120.00 of it paid."""
    with database.transaction() as s:
        for login, (role, name) in PEOPLE.items():
            people.add_person(s, login, role, f"password of {login}", name)
        cases.open_case(
            s,
            order(),
            workflow_id=f"case-{CASE_NO}",
            run_id="run-1",
            started_by="ops-li",
            now=MONDAY,
        )
        for n, event in enumerate(_WAY):
            cases.move_case(
                s, CASE_NO, event, key=str(event), now=MONDAY + timedelta(hours=6 * (n + 1))
            )
        cases.keep_fact(s, CASE_NO, "tracking_no", "TR-0001")
        _denied_claim(s)


def _denied_claim(s: Session) -> None:
    claims.draft_claim(
        s,
        claim_no=CLAIM_NO,
        case_no=CASE_NO,
        payer="PA",
        sequence=1,
        billed=Money(36000),
        now=MONDAY,
    )
    for status in (ClaimStatus.SUBMITTED, ClaimStatus.DENIED):
        claims.move_claim(s, CLAIM_NO, status, key=str(status), now=MONDAY)
    claims.note_claim(
        s,
        CLAIM_NO,
        key="why",
        now=MONDAY,
        denial_code="D01",
        denial_text="缺少送货签收单",
        paid=Money(12000),
    )
    money.raise_item(
        s,
        item_no=f"{CLAIM_NO}:claim",
        case_no=CASE_NO,
        payer="PA",
        kind="claim",
        amount=Money(36000),
        due_on=date(2026, 2, 5),
    )


def order(order_no: str = CASE_NO, prepared_by: str = "fin-zhao") -> Order:
    """An order of three dressings for 360.00."""
    line = OrderLine(
        1, "IT-1", "C0001", "UDI-1", "敷料", 3, Money(12000), Decimal("0.13"), Money(36000)
    )
    return Order(
        order_no=order_no,
        ordered_on=date(2026, 1, 5),
        prepared_by=prepared_by,
        hospital=Hospital("H-01", "试验市第一医院", "TEST-TAX-01"),
        patient=Patient(PATIENT_NAME, PATIENT_ID),
        coverages=(Coverage("PA", "M-TEST-0001", 1),),
        lines=(line,),
        total=Money(36000),
    )
