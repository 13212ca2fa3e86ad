"""Bills in parts over REST: open one over a patient's share, and see how it stands."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.parts import PartsOf
from api.payments import bill_sheet, open_and_start, sheets_of_case
from api.problems import Problem
from api.sessions import Person
from api.wire import plain
from domain.money import Money, NotAnAmount
from domain.payment import PartKind
from store import cases

router = APIRouter()


class PartIn(BaseModel):
    """One part: its kind, and its amount like "300.00"."""

    kind: PartKind
    amount: str = Field(max_length=20)


class BillIn(BaseModel):
    """The parts of a bill, and where it is opened: a till, a desk."""

    parts: list[PartIn] = Field(min_length=1, max_length=12)
    place: str = Field("desk", pattern=r"^[A-Za-z0-9-]{1,40}$")


@router.post("/api/cases/{case_no}/payments", status_code=201)
async def open_bill(parts: PartsOf, person: Person, case_no: str, body: BillIn) -> dict[str, Any]:
    """Open a bill over all that the patient owes. 409 while another one is being paid."""
    asked = [(part.kind, _amount(part.amount)) for part in body.parts]
    sheet = await open_and_start(parts, case_no, asked, person.login, body.place)
    shown: dict[str, Any] = plain(sheet)
    return shown


@router.get("/api/cases/{case_no}/payments")
def list_bills(parts: PartsOf, case_no: str) -> list[dict[str, Any]]:
    """Return every bill of a case, oldest first."""
    with parts.database.reading() as s:
        cases.head_of(s, case_no)
        return [plain(sheet) for sheet in sheets_of_case(s, parts, case_no)]


@router.get("/api/payments/{payment_no}")
def show_bill(parts: PartsOf, payment_no: str) -> dict[str, Any]:
    """Return a bill with its parts."""
    with parts.database.reading() as s:
        shown: dict[str, Any] = plain(bill_sheet(s, parts, payment_no))
    return shown


def _amount(text: str) -> Money:
    try:
        return Money.parse(text)
    except NotAnAmount as wrong:
        raise Problem(422, "bad-input", field="amount") from wrong
