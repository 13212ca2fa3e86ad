"""Bills in parts over REST: open one over a patient's share, and see how it stands."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.parts import PartsOf
from api.pay_channels import channel_sheets
from api.payments import bill_sheet, open_and_start, sheets_of_case
from api.places import DESK, PATTERN
from api.problems import Problem
from api.returns import Asked, Reason, ask_and_start, confirm_cash, count_cash
from api.sessions import Person
from api.wire import plain
from domain.goods_back import Goods
from domain.money import Money, NotAnAmount
from domain.payment import PartKind
from store import cases, cash

router = APIRouter()


class PartIn(BaseModel):
    """One part: its kind, and its amount like "300.00"."""

    kind: PartKind
    amount: str = Field(max_length=20)


class BillIn(BaseModel):
    """The parts of a bill, and where it is opened: a till, a desk."""

    parts: list[PartIn] = Field(min_length=1, max_length=12)
    place: str = Field(DESK, pattern=PATTERN)


@router.post("/api/cases/{case_no}/payments", status_code=201)
async def open_bill(parts: PartsOf, person: Person, case_no: str, body: BillIn) -> dict[str, Any]:
    """Open a bill over all that the patient owes. 409 while another one is being paid."""
    asked = [(part.kind, amount_of(part.amount)) for part in body.parts]
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


class BackIn(BaseModel):
    """How much of one part goes back: the part's number in its bill, and an amount."""

    n: int = Field(ge=1, le=12)
    amount: str = Field(max_length=20)


class GoodsIn(BaseModel):
    """So many pieces of one line of the order."""

    line_no: int = Field(ge=1)
    quantity: int = Field(ge=1)


class ReturnIn(BaseModel):
    """What goes back of a bill, why, and where it is asked for.

    Either amounts of its parts, or goods: then what each who paid gets back is counted.
    """

    parts: list[BackIn] = Field([], max_length=12)
    goods: list[GoodsIn] = Field([], max_length=200)
    reason: Reason
    place: str = Field(DESK, pattern=PATTERN)


class CountedIn(BaseModel):
    """What was counted."""

    amount: str = Field(max_length=20)


@router.post("/api/payments/{payment_no}/returns", status_code=201)
async def ask_return(
    parts: PartsOf, person: Person, payment_no: str, body: ReturnIn
) -> dict[str, Any]:
    """Send money of a paid bill back the way it came. 409 while another return is under way."""
    asked = Asked(
        [(part.n, amount_of(part.amount)) for part in body.parts],
        [Goods(one.line_no, one.quantity) for one in body.goods],
    )
    sheet = await ask_and_start(parts, payment_no, asked, person, body.reason, body.place)
    shown: dict[str, Any] = plain(sheet)
    return shown


@router.get("/api/pay-channels")
def list_channels(parts: PartsOf) -> list[dict[str, Any]]:
    """Return each pay channel: state, circuit, figures of its last answers, admission score."""
    with parts.database.reading() as s:
        return [plain(sheet) for sheet in channel_sheets(s, parts)]


@router.get("/api/cash")
def list_cash(parts: PartsOf) -> list[dict[str, Any]]:
    """Return cash that waits to be counted or confirmed."""
    with parts.database.reading() as s:
        return [plain(view) for view in cash.waiting(s)]


@router.post("/api/cash/{number}/count")
async def count(parts: PartsOf, person: Person, number: str, body: CountedIn) -> dict[str, Any]:
    """Say what was counted; it must be the amount that is asked for."""
    shown: dict[str, Any] = plain(await count_cash(parts, number, amount_of(body.amount), person))
    return shown


@router.post("/api/cash/{number}/confirm")
async def confirm(parts: PartsOf, person: Person, number: str) -> dict[str, Any]:
    """Confirm what somebody else counted."""
    shown: dict[str, Any] = plain(await confirm_cash(parts, number, person))
    return shown


def amount_of(text: str) -> Money:
    """The amount that a text says. Raises: Problem."""
    try:
        return Money.parse(text)
    except NotAnAmount as wrong:
        raise Problem(422, "bad-input", field="amount") from wrong
