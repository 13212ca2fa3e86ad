"""Appealing against a denial: the form in which the file travels with the view state, its receipt,
and a list that lags like that of claims.

As with claims one address takes both the upload and the appeal, and only the name of the control
that sent it tells which. The same form sent twice makes two appeals.
"""

from typing import Any

from starlette.responses import Response

from sandbox import adjudication, appeals
from sandbox.appeals import FiledAppeal
from sandbox.kit import Call, Service, instant, stamp
from sandbox.webforms.filing import uploaded
from sandbox.webforms.layout import PREFIX, layout_now
from sandbox.webforms.lists import lag_of, no_such_record
from sandbox.webforms.pages import PAYER, form_page, go_to, page, was_typed
from sandbox.webforms.searched_list import SearchedList
from sandbox.webforms.viewstate import opened
from sandbox.webforms.visits import Visit, signed_in

EDIT, LIST = "/ss/AppealEdit.aspx", "/ss/AppealList.aspx"
CONTROLS = {
    "slh": "txtSlh",
    "sbdh": "txtSbdh",
    "bb": "txtBb",
    "sslb": "ddlSslb",
    "ssly": "txtSsly",
}
REASONS = {"": "--请选择--", "1": "补交材料", "2": "审核有误", "3": "属支付范围", "9": "其他"}
STATES = {
    "accepted": "已登记",
    "in_review": "复审中",
    "granted": "申诉成立",
    "dismissed": "维持原结论",
}
LONGEST_STATEMENT = 300


def serve(service: Service) -> None:
    """Declare the pages."""
    service.get(EDIT, public=True)(signed_in(_begin))
    service.post(EDIT, public=True)(signed_in(_take))
    service.get("/ss/AppealReceipt.aspx", public=True)(signed_in(_receipt))
    SearchedList(LIST, "appeals.html", _listed, {"states": STATES}).serve(service)


def _begin(call: Call, visit: Visit) -> Response:
    return _form(call, visit, {"slh": call.query("slh") or ""}, {}, [])


def _take(call: Call, visit: Visit) -> Response:
    back = opened(call, visit.session_no, EDIT)
    typed = {key: was_typed(call, PREFIX + control) for key, control in CONTROLS.items()}
    file: dict[str, str] = back.state.get("file", {})
    if back.event == PREFIX + "btnUpload":
        file, error = uploaded(call)
        return _form(call, visit, typed, file, [error] if error else [])
    errors = _errors(call, typed, file)
    if errors:
        return _form(call, visit, typed, file, errors)
    reason = REASONS[typed["sslb"]]
    filed = FiledAppeal(typed["slh"], reason, typed["ssly"], file["digest"])
    return go_to(f"/ss/AppealReceipt.aspx?bh={appeals.accept(call, PAYER, filed)}")


def _form(
    call: Call, visit: Visit, typed: dict[str, str], file: dict[str, str], errors: list[str]
) -> Response:
    return form_page(
        call,
        visit.session_no,
        "appeal.html",
        path=EDIT,
        events=(PREFIX + "btnUpload", PREFIX + "btnSubmit"),
        state={"file": file},
        layout=layout_now(call),
        typed={key: typed.get(key, "") for key in CONTROLS},
        controls=CONTROLS,
        reasons=REASONS,
        file=file,
        errors=errors,
    )


def _errors(call: Call, typed: dict[str, str], file: dict[str, str]) -> list[str]:
    errors = []
    claim = adjudication.claim_of(call, typed["slh"])
    problem = appeals.problem_of(call, typed["slh"])
    if problem:
        errors.append(problem)
    elif claim is not None and (claim["claim_no"], str(claim["version"])) != (
        typed["sbdh"],
        typed["bb"],
    ):
        errors.append("受理号与申报单号、版本不符")
    if not typed["sslb"] or typed["sslb"] not in REASONS:
        errors.append("请选择申诉类别")
    if not typed["ssly"]:
        errors.append("请填写申诉理由")
    elif len(typed["ssly"]) > LONGEST_STATEMENT:
        errors.append(f"申诉理由超过{LONGEST_STATEMENT}个字")
    if not file:
        errors.append("请先上传附件")
    return errors


def _receipt(call: Call, _visit: Visit) -> Response:
    appeal = appeals.appeal_of(call, call.query("bh") or "")
    if appeal is None:
        return no_such_record()
    return page(
        "appeal_receipt.html",
        layout=layout_now(call),
        appeal=appeal,
        accepted_at=f"{instant(appeal['accepted_at']):%Y/%m/%d %H:%M:%S}",
    )


def _listed(call: Call, claim_no: str) -> list[dict[str, Any]]:
    return appeals.listed(call, until=stamp(call.now - lag_of(call)), claim_no=claim_no)
