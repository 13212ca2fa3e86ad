"""The pages of money in: bills in parts with their returns and cash, and the health of channels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.language import language_of
from api.parts import Parts, PartsOf
from api.pay_channels import channel_sheets
from api.payments import bill_sheet, latest_bills, open_and_start
from api.places import DESK, Place, keep_place, place_of
from api.problems import Problem
from api.refusals import problem_of
from api.rendering import page
from api.rest_payments import amount_of
from api.returns import REASONS, Asked, ask_and_start, confirm_cash, count_cash, reason_of
from api.sessions import Person
from api.texts import text
from domain.goods_back import Goods
from domain.payment import PartKind
from store import cash

router = APIRouter()
DONE = ("opened", "asked", "counted", "confirmed")
"""What a page may say has just happened."""
Amount = Annotated[str, Form(max_length=20)]
Number = Annotated[str, Form(max_length=40)]


@router.get("/payments")
def show_bills(request: Request, parts: PartsOf, done: str = "") -> Response:
    """The latest bills, cash that waits, and a form for another bill."""
    return _bills(request, parts, done=done)


@router.post("/payments")
async def open_bill(
    request: Request,
    parts: PartsOf,
    person: Person,
    case_no: Number,
    pool_fund: Amount = "",
    personal_account: Amount = "",
    commercial: Amount = "",
    self_pay: Amount = "",
    cash: Amount = "",
    place: Place = DESK,
) -> Response:
    """Open a bill over a patient's share; what is left empty is no part."""
    given = {
        PartKind.POOL_FUND: pool_fund,
        PartKind.PERSONAL_ACCOUNT: personal_account,
        PartKind.COMMERCIAL: commercial,
        PartKind.SELF_PAY: self_pay,
        PartKind.CASH: cash,
    }

    async def act() -> str:
        asked = [(kind, amount_of(told)) for kind, told in given.items() if told.strip()]
        sheet = await open_and_start(parts, case_no.strip(), asked, person.login, place)
        return f"/payments/{sheet.payment_no}?done=opened"

    answer = await _said(act, partial(_bills, request, parts))
    keep_place(request, answer, place)
    return answer


@router.get("/payments/{payment_no}")
def show_bill(request: Request, parts: PartsOf, payment_no: str, done: str = "") -> Response:
    """One bill with its parts, and what may be done with it."""
    return _bill(request, parts, payment_no, done=done)


@router.post("/payments/{payment_no}/returns")
async def ask_return(
    request: Request,
    parts: PartsOf,
    person: Person,
    payment_no: str,
    reason: Annotated[str, Form(max_length=20)],
    place: Place = DESK,
) -> Response:
    """Send money back; the amount of part 1 is the field `part_1`, pieces of line 1 `goods_1`."""
    form = await request.form()

    async def act() -> str:
        asked = _asked(dict(form))
        await ask_and_start(parts, payment_no, asked, person, reason_of(reason), place)
        return f"/payments/{payment_no}?done=asked"

    answer = await _said(act, partial(_bill, request, parts, payment_no))
    keep_place(request, answer, place)
    return answer


@router.post("/payments/cash/{number}/{what}")
async def move_cash(
    request: Request, parts: PartsOf, person: Person, number: str, what: str, amount: Amount = ""
) -> Response:
    """Count cash, or confirm what somebody else counted."""

    async def act() -> str:
        if what == "count":
            await count_cash(parts, number, amount_of(amount), person)
            return "/payments?done=counted"
        if what == "confirm":
            await confirm_cash(parts, number, person)
            return "/payments?done=confirmed"
        raise Problem(404, "not-found")

    return await _said(act, partial(_bills, request, parts))


@router.get("/pay-channels")
def show_channels(request: Request, parts: PartsOf) -> Response:
    """How each pay channel stands, for who looks after them."""
    with parts.database.reading() as s:
        sheets = channel_sheets(s, parts)
    return page(request, "pay_channels.html", sheets=sheets)


def _asked(form: dict[str, Any]) -> Asked:
    """The parts, or the goods, that were filled in. Raises: Problem."""
    return Asked(
        [(n, amount_of(told)) for n, told in _filled_in(form, "part_")],
        [Goods(n, _pieces_of(told)) for n, told in _filled_in(form, "goods_")],
    )


def _filled_in(form: dict[str, Any], what: str) -> list[tuple[int, str]]:
    found = []
    for name, told in form.items():
        n = name.removeprefix(what)
        if name.startswith(what) and n.isdigit() and str(told).strip():
            found.append((int(n), str(told).strip()))
    return found


def _pieces_of(told: str) -> int:
    if not (told.isascii() and told.isdigit()):
        raise Problem(422, "bad-input", field="goods")
    return int(told)


async def _said(act: Callable[[], Awaitable[str]], again: Callable[..., Response]) -> Response:
    """Do it and go where it says; a refusal shows the page again, in words."""
    try:
        return RedirectResponse(await act(), status_code=303)
    except Exception as error:
        problem = error if isinstance(error, Problem) else problem_of(error)
        if problem is None or problem.status == 404:
            raise
        return await run_in_threadpool(partial(again, problem=problem))


def _bills(
    request: Request, parts: Parts, *, done: str = "", problem: Problem | None = None
) -> Response:
    with parts.database.reading() as s:
        bills, waiting = latest_bills(s, parts), cash.waiting(s)
    return _shown(
        request, "payments.html", done, problem, bills=bills, waiting=waiting, kinds=list(PartKind)
    )


def _bill(
    request: Request,
    parts: Parts,
    payment_no: str,
    *,
    done: str = "",
    problem: Problem | None = None,
) -> Response:
    with parts.database.reading() as s:
        bill = bill_sheet(s, parts, payment_no)
    return _shown(request, "payment.html", done, problem, bill=bill, reasons=REASONS)


def _shown(
    request: Request, template: str, done: str, problem: Problem | None, **values: Any
) -> Response:
    language = language_of(request)
    return page(
        request,
        template,
        status=problem.status if problem else 200,
        flash=text(language, f"payments.done_{done}") if done in DONE else "",
        refused=text(language, f"problem.{problem.slug}") if problem else "",
        place=place_of(request),
        **values,
    )
