"""Invented orders and the fake sealer of the store's tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from domain.ledger import Journal, Leg, bank, suspense
from domain.money import Money
from domain.order import Coverage, Hospital, Order, OrderLine, Patient
from domain.proof import DocumentForm, Equation, ProofKind, Proved, Reading, prove
from domain.remittance import RemittanceAdvice
from domain.review import Question, ReviewKind, Role
from domain.statement import BankStatement
from store import cases, people
from store.case_views import CaseHead
from store.people import PersonView

Stated = TypeVar("Stated", RemittanceAdvice, BankStatement)

PATIENT_NAME = "测试甲 001"
PATIENT_ID = "TEST-ID-000001"
MEMBER_NO = "M-TEST-0001"

MONDAY = datetime(2026, 1, 5, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = date(2026, 1, 5)


class XorSealer:
    """Turns every byte over: no secret, but no clear text either, and it notices a change."""

    def seal(self, data: bytes) -> bytes:
        return b"X1" + bytes([sum(data) % 256]) + bytes(byte ^ 0xA5 for byte in data)

    def open(self, data: bytes) -> bytes:
        clear = bytes(byte ^ 0xA5 for byte in data[3:])
        if data[:2] != b"X1" or data[2] != sum(clear) % 256:
            raise ValueError("sealed data was changed")
        return clear

    def mark(self, data: bytes) -> str:
        return f"mark-{sum(data)}"


def fen(minor: int) -> Money:
    """An amount of CNY."""
    return Money(minor, "CNY")


def later(minutes: int) -> datetime:
    """So many minutes after the first Monday."""
    return MONDAY + timedelta(minutes=minutes)


def order(order_no: str = "SO-2026-0001", prepared_by: str = "erp.clerk") -> Order:
    """One line of 2 x 600.00 for an insurer and the patient."""
    return Order(
        order_no=order_no,
        ordered_on=TODAY,
        prepared_by=prepared_by,
        hospital=Hospital("H-01", "测试医院", "TEST-TAX-01"),
        patient=Patient(PATIENT_NAME, PATIENT_ID),
        coverages=(Coverage("PA", MEMBER_NO, 1),),
        lines=(
            OrderLine(
                1,
                "IT-1",
                "C0101",
                "06900000000001",
                "测试耗材",
                2,
                fen(60000),
                Decimal("0.13"),
                fen(120000),
            ),
        ),
        total=fen(120000),
    )


def open_case(
    s: Session,
    order_no: str = "SO-2026-0001",
    *,
    started_by: str | None = None,
    prepared_by: str = "erp.clerk",
) -> CaseHead:
    """Open a case as its own workflow would."""
    return cases.open_case(
        s,
        order(order_no, prepared_by),
        workflow_id=f"case-{order_no}",
        run_id="run-1",
        started_by=started_by,
        now=MONDAY,
    )


def journal(key: str = "line:BK-1", minor: int = 120000) -> Journal:
    """Unclear money that came in."""
    leg = Leg(bank("BA-01"), suspense("BA-01"), fen(minor), "BK-1")
    return Journal(key, TODAY, "到账", "statement_line", "BK-1", (leg,))


def question(
    natural_key: str = "claim-CL-2026-0001-1/denied",
    kind: ReviewKind = ReviewKind.DENIAL,
    *,
    case_no: str | None = "SO-2026-0001",
    evidence: tuple[str, ...] = ("aa" * 32,),
) -> Question:
    """A denied claim of 1,200.00."""
    return Question(
        natural_key=natural_key,
        kind=kind,
        case_no=case_no,
        subject="CL-2026-0001-1",
        sentence_zh="PA 拒付 1,200.00 元，改正还是核销？",
        sentence_en="PA denied 1,200.00 CNY: correct or write off?",
        amount=fen(120000),
        evidence=evidence,
        proposals=("correct",),
    )


def proved(value: Stated, sha256: str = "d" * 64) -> Proved[Stated]:
    """A value that adds up and is about us, read from the file of this hash."""
    reading = Reading(sha256, "test 1", "test", 1, DocumentForm.MESSAGE)
    ours = Equation("it is about us", 1, 1, ProofKind.IDENTITY)
    return prove(value, reading).tied([ours])


def person(s: Session, login: str, role: Role) -> PersonView:
    """A person who may log in."""
    return people.add_person(s, login, role, "correct horse", login.title())
