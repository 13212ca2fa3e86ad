"""Applying for the clearing of a month: one form, its receipt, and a list that lags."""

import re
from datetime import timedelta

from starlette.responses import Response

from sandbox import clearings
from sandbox.kit import Call, Service, fen, instant, stamp
from sandbox.portal.desk import PAYER, lag_of
from sandbox.portal.lists import cut
from sandbox.portal.pages import go_to, no_such_record, page, was_typed
from sandbox.portal.visits import Visit, signed_in

STATES = {"accepted": "已提交", "cleared": "已清算", "differs": "核对不符"}
FIELDS = ("qsyf", "bs", "qsje")
MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
COUNT = re.compile(r"0|[1-9]\d{0,5}", re.ASCII)


def serve(service: Service) -> None:
    """Declare the pages. The form must come before `/clearings/{clearing_no}`."""
    service.get("/clearings", public=True)(signed_in(_list))
    service.get("/clearings/new", public=True)(signed_in(_show_form))
    service.post("/clearings/new", public=True)(signed_in(_submit))
    service.get("/clearings/{clearing_no}", public=True)(signed_in(_receipt))


def _show_form(call: Call, visit: Visit) -> Response:
    return _form(visit, {}, {})


def _form(visit: Visit, typed: dict[str, str], errors: dict[str, str]) -> Response:
    return page(
        "clearing.html",
        "清算申请",
        token=visit.token,
        is_changed=visit.is_changed,
        typed={field: typed.get(field, "") for field in FIELDS},
        errors=errors,
    )


def _submit(call: Call, visit: Visit) -> Response:
    """Take the application in. Sending the same form twice makes two of them."""
    typed = {field: was_typed(call.form, field) for field in FIELDS}
    errors = {}
    if not MONTH.fullmatch(typed["qsyf"]):
        errors["qsyf"] = "清算月份格式不正确"
    elif typed["qsyf"] >= f"{call.now:%Y-%m}":
        errors["qsyf"] = "清算月份尚未结束"
    if not COUNT.fullmatch(typed["bs"]):
        errors["bs"] = "笔数格式不正确"
    total = _amount(typed["qsje"])
    if total is None:
        errors["qsje"] = "清算金额格式不正确"
    if errors or total is None:
        return _form(visit, typed, errors)
    number = clearings.accept(call, PAYER, typed["qsyf"], int(typed["bs"]), total)
    return go_to(f"/clearings/{number}")


def _amount(text: str) -> int | None:
    try:
        return fen(text.replace(",", ""))
    except ValueError:
        return None


def _receipt(call: Call, visit: Visit) -> Response:
    clearing = clearings.clearing_of(call, call.path("clearing_no"))
    if clearing is None:
        return no_such_record()
    accepted_at = f"{instant(clearing['accepted_at']):%Y-%m-%d %H:%M:%S}"
    return page(
        "clearing_receipt.html",
        "清算回执",
        is_changed=visit.is_changed,
        clearing=clearing | {"accepted_at": accepted_at},
        state=STATES[clearing["status"]],
    )


def _list(call: Call, visit: Visit) -> Response:
    filters = {"qsyf": (call.query("qsyf") or "").strip()}
    until = stamp(call.now - timedelta(minutes=lag_of(call)))
    rows, pager = cut(call, clearings.listed(call, until=until, month=filters["qsyf"]), filters)
    return page(
        "clearings.html",
        "清算管理",
        is_changed=visit.is_changed,
        filters=filters,
        clearings=[row | {"state": STATES[row["status"]]} for row in rows],
        pager=pager,
    )
