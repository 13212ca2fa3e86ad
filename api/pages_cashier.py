"""The patient's cashier page: one link, two steps (look, pay), and a statement of all parts.

No login: the link is the key, so nothing here names the patient, and the page hands the link to
nobody. Everything is a GET: paying itself happens on the channel's own page.
"""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse

from api.cashier import CashierSheet, cashier_sheet
from api.language import language_of
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.qr_code import qr_path
from api.rendering import page
from api.statement_pdf import statement_pdf
from store.cashier_links import NoSuchCashierLink

router = APIRouter()


@router.get("/cashier/{token}")
def show_bill(request: Request, parts: PartsOf, token: str, size: str = "") -> Response:
    """Step one: the bill, its parts, and who bears them."""
    return _page(request, parts, token, "cashier.html", size)


@router.get("/cashier/{token}/pay")
def show_paying(request: Request, parts: PartsOf, token: str, size: str = "") -> Response:
    """Step two: the one part that waits for the patient, as a link and to be scanned."""
    sheet = _sheet(parts, token)
    if sheet is not None and sheet.waiting is None:
        return RedirectResponse(f"/cashier/{token}{_query(size)}", status_code=303)
    code = qr_path(sheet.waiting.url) if sheet is not None and sheet.waiting is not None else ()
    return _page(request, parts, token, "cashier_pay.html", size, code=code)


@router.get("/cashier/{token}/state")
def tell_state(parts: PartsOf, token: str) -> Response:
    """A mark that changes when the page should be shown anew; for the page's own script."""
    sheet = _sheet(parts, token)
    if sheet is None:
        raise Problem(404, "not-found")
    return JSONResponse({"mark": sheet.mark})


@router.get("/cashier/{token}/statement")
def show_statement(request: Request, parts: PartsOf, token: str, size: str = "") -> Response:
    """One statement of all parts, to be read or printed."""
    return _page(request, parts, token, "cashier_statement.html", size)


@router.get("/cashier/{token}/statement.pdf")
async def print_statement(request: Request, parts: PartsOf, token: str) -> Response:
    """The same as PDF. Its name is the payment's number."""
    sheet = await run_in_threadpool(_sheet, parts, token)
    if sheet is None:
        return await run_in_threadpool(_gone, request)
    printed = partial(statement_pdf, sheet, language_of(request), parts.clock.now())
    return Response(
        await run_in_threadpool(printed),
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{sheet.payment_no}.pdf"'},
    )


def _sheet(parts: Parts, token: str) -> CashierSheet | None:
    try:
        with parts.database.reading() as s:
            return cashier_sheet(s, parts, token)
    except NoSuchCashierLink:
        return None


def _page(
    request: Request,
    parts: Parts,
    token: str,
    template: str,
    size: str,
    code: tuple[int, str] | tuple[()] = (),
) -> Response:
    sheet = _sheet(parts, token)
    if sheet is None:
        return _gone(request)
    return page(
        request,
        template,
        bill=sheet,
        home=f"/cashier/{token}",
        query=_query(size),
        is_large=size == "large",
        code=code,
    )


def _gone(request: Request) -> Response:
    return page(request, "cashier_gone.html", status=404, query="", home="/cashier", is_large=False)


def _query(size: str) -> str:
    return "?size=large" if size == "large" else ""
