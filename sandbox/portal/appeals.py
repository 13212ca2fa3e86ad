"""Appealing against a denial: one form, its receipt, and a list that lags like that of claims."""

import hashlib
from datetime import timedelta

from starlette.responses import Response

from sandbox import adjudication, appeals
from sandbox.appeals import FiledAppeal
from sandbox.kit import Call, Service, instant, stamp
from sandbox.portal.desk import PAYER, lag_of
from sandbox.portal.filing import attachment_of
from sandbox.portal.lists import cut
from sandbox.portal.pages import go_to, no_such_record, page, was_typed
from sandbox.portal.visits import Visit, signed_in

REASONS = ("补充材料", "认定有误", "属于支付范围", "其他")
STATES = {
    "accepted": "已收件",
    "in_review": "复核中",
    "granted": "申诉成立",
    "dismissed": "维持拒付",
}
LONGEST_STATEMENT = 500
FIELDS = ("slh", "sbdh", "bb", "sslb", "ssly")


def serve(service: Service) -> None:
    """Declare the pages. The form must come before `/appeals/{appeal_no}`."""
    service.get("/appeals", public=True)(signed_in(_list))
    service.get("/appeals/new", public=True)(signed_in(_show_form))
    service.post("/appeals/new", public=True)(signed_in(_submit))
    service.get("/appeals/{appeal_no}", public=True)(signed_in(_receipt))


def _show_form(call: Call, visit: Visit) -> Response:
    return _form(visit, {"slh": call.query("slh") or ""}, {})


def _form(visit: Visit, typed: dict[str, str], errors: dict[str, str]) -> Response:
    return page(
        "appeal.html",
        "拒付申诉",
        token=visit.token,
        is_changed=visit.is_changed,
        typed={field: typed.get(field, "") for field in FIELDS},
        reasons=REASONS,
        errors=errors,
    )


def _submit(call: Call, visit: Visit) -> Response:
    """Take the appeal in. Sending the same form twice makes two of them."""
    typed = {field: was_typed(call.form, field) for field in FIELDS}
    errors = _errors(call, typed)
    content, wrong = attachment_of(call)
    if wrong:
        errors["fj"] = wrong
    if errors:
        return _form(visit, typed, errors)
    digest = hashlib.sha256(content).hexdigest()
    filed = FiledAppeal(typed["slh"], typed["sslb"], typed["ssly"], digest)
    return go_to(f"/appeals/{appeals.accept(call, PAYER, filed)}")


def _errors(call: Call, typed: dict[str, str]) -> dict[str, str]:
    errors = {}
    claim = adjudication.claim_of(call, typed["slh"])
    problem = appeals.problem_of(call, typed["slh"])
    if problem:
        errors["slh"] = problem
    elif claim is not None and (claim["claim_no"], str(claim["version"])) != (
        typed["sbdh"],
        typed["bb"],
    ):
        errors["sbdh"] = "受理号与申报单号、版本不符"
    if typed["sslb"] not in REASONS:
        errors["sslb"] = "请选择申诉类别"
    if not typed["ssly"]:
        errors["ssly"] = "申诉理由不能为空"
    elif len(typed["ssly"]) > LONGEST_STATEMENT:
        errors["ssly"] = f"申诉理由不能超过{LONGEST_STATEMENT}字"
    return errors


def _receipt(call: Call, visit: Visit) -> Response:
    appeal = appeals.appeal_of(call, call.path("appeal_no"))
    if appeal is None:
        return no_such_record()
    accepted_at = f"{instant(appeal['accepted_at']):%Y-%m-%d %H:%M:%S}"
    return page(
        "appeal_receipt.html",
        "申诉回执",
        is_changed=visit.is_changed,
        appeal=appeal | {"accepted_at": accepted_at},
        state=STATES[appeal["status"]],
    )


def _list(call: Call, visit: Visit) -> Response:
    filters = {"sbdh": (call.query("sbdh") or "").strip()}
    until = stamp(call.now - timedelta(minutes=lag_of(call)))
    rows, pager = cut(call, appeals.listed(call, until=until, claim_no=filters["sbdh"]), filters)
    return page(
        "appeals.html",
        "申诉管理",
        is_changed=visit.is_changed,
        filters=filters,
        appeals=[row | {"state": STATES[row["status"]]} for row in rows],
        pager=pager,
    )
