"""What a signed-in clerk sees of what was handed in: tickets, list, detail, voiding, advices.

The list shows a claim only `list_lag_minutes` after it was accepted. With `echoes_reference=no` the
portal tells our own number nowhere, so that a claim can only be recognised by what it is about.
"""

from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox import adjudication, remitting
from sandbox.advices import advice
from sandbox.kit import Call, Service, instant, stamp
from sandbox.onepage.filing import PAYER, UNKNOWN_OPERATION, take_in_what_is_ready
from sandbox.onepage.signing_in import Visit, first, signed_in, typed, variables
from sandbox.printing import printed

DEFAULT_LAG_MINUTES = "60"
ROWS_A_PAGE = 10
STATUSES = {
    "accepted": "已受理",
    "in_review": "审核中",
    "approved": "已核定",
    "denied": "已拒付",
    "paid": "已支付",
    "reversed": "已撤销",
}
TICKET_STATES = {"waiting": "处理中", "accepted": "已受理", "refused": "未受理"}
NO_RECORD = {"error": "NO_RECORD", "text": "没有找到您要查看的记录"}


def serve(service: Service) -> None:
    """Declare the operations, the plain address of an advice, and the end of all addresses."""
    for operation, handler in (
        ("home", _home),
        ("ticketList", _tickets),
        ("claimList", _list),
        ("claimDetail", _detail),
        ("claimVoid", _void),
        ("remittanceList", _remittances),
    ):
        service.post(f"/api/{operation}", public=True)(
            signed_in(first(take_in_what_is_ready, handler))
        )
    service.get("/remittances/{remittance_no}/pdf", public=True)(signed_in(_download))
    service.post("/api/{operation}", public=True)(lambda call: UNKNOWN_OPERATION)


def _home(call: Call, visit: Visit) -> dict[str, Any]:
    waiting = call.row("select count(*) as n from ticket where state = 'waiting'") or {"n": 0}
    return {"user": visit.user, "today": call.now.date().isoformat(), "waiting": waiting["n"]}


def _echoes(call: Call) -> bool:
    return call.setting("echoes_reference") != "no"


def _tickets(call: Call, visit: Visit) -> dict[str, Any]:
    sql = (
        "select *, json_extract(sent, '$.values.claim_no') as claim_no from ticket"
        " where user = ? and (? = '' or ticket = ?) and (? = '' or claim_no = ?)"
        " order by submitted_at desc, rowid desc"
    )
    ticket = typed(variables(call), "ticket")
    claim_no = typed(variables(call), "claimNo") if _echoes(call) else ""
    found = call.rows(sql, visit.user, ticket, ticket, claim_no, claim_no)
    rows, pager = cut(call, found)
    told = [
        {
            "ticket": row["ticket"],
            "submittedAt": told_time(row["submitted_at"]),
            "state": TICKET_STATES[row["state"]],
            "receipt": row["payer_claim_no"],
            "reason": row["reason"] if row["state"] == "refused" else "",
        }
        | ({"claimNo": row["claim_no"]} if _echoes(call) else {})
        for row in rows
    ]
    return {"tickets": told, **pager, "echoes": _echoes(call)}


def _list(call: Call, _visit: Visit) -> dict[str, Any]:
    given = variables(call)
    claim_no = typed(given, "claimNo") if _echoes(call) else ""
    day = typed(given, "serviceDate")
    lag = timedelta(minutes=lag_of(call))
    sql = (
        "select * from claim where accepted_at <= ? and (? = '' or claim_no = ?)"
        " and (? = '' or service_date = ?) order by payer_claim_no desc"
    )
    rows, pager = cut(call, call.rows(sql, stamp(call.now - lag), claim_no, claim_no, day, day))
    told = [
        {
            "receipt": row["payer_claim_no"],
            "member": _masked(row["member_no"]),
            "serviceDate": row["service_date"],
            "amount": printed(row["billed"]),
            "status": STATUSES[row["status"]],
        }
        | ({"claimNo": row["claim_no"], "version": row["version"]} if _echoes(call) else {})
        for row in rows
    ]
    return {"claims": told, **pager, "echoes": _echoes(call)}


def lag_of(call: Call) -> float:
    """By how many minutes a list is behind; by none while the benchmark runs everything at once."""
    lag_minutes = float(call.setting("list_lag_minutes") or DEFAULT_LAG_MINUTES)
    return 0 if call.kept("instant", False) else lag_minutes


def _masked(member_no: str) -> str:
    """Return the first and the last four characters, with stars between: M-T***0101."""
    return f"{member_no[:3]}***{member_no[-4:]}"


def cut(call: Call, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return the rows of the page that is asked for; a page past the end is the last one."""
    pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    asked = variables(call).get("page")
    page = min(max(asked if isinstance(asked, int) else 1, 1), pages)
    first = (page - 1) * ROWS_A_PAGE
    cut = rows[first : first + ROWS_A_PAGE]
    return cut, {"page": page, "pages": pages, "total": len(rows)}


def _detail(call: Call, _visit: Visit) -> dict[str, Any]:
    claim = adjudication.claim_of(call, typed(variables(call), "receipt"))
    return NO_RECORD if claim is None else {"claim": _told(call, claim)}


def _told(call: Call, claim: dict[str, Any]) -> dict[str, Any]:
    """Return the detail as label and text, and what may be done."""
    is_decided = claim["status"] in ("approved", "paid")
    own = [("申报单号", claim["claim_no"]), ("版本", str(claim["version"]))]
    pairs = [
        ("受理编号", claim["payer_claim_no"]),
        *(own if _echoes(call) else []),
        ("原受理编号", claim["replaces"] or ""),
        ("被保险人", _masked(claim["member_no"])),
        ("发票号码", claim["invoice_no"]),
        ("服务日期", claim["service_date"]),
        ("申报金额", printed(claim["billed"])),
        ("合同调整", printed(claim["contract"]) if is_decided else ""),
        ("个人负担", printed(claim["patient"]) if is_decided else ""),
        ("赔付金额", printed(claim["paid"]) if is_decided else ""),
        ("状态", STATUSES[claim["status"]]),
        ("拒付原因", f"{claim['denial_code']} {claim['denial_text']}".strip()),
        ("受理时间", told_time(claim["accepted_at"])),
        ("核定日期", claim["decided_on"]),
    ]
    lines = adjudication.lines_of(call, claim["payer_claim_no"])
    return {
        "receipt": claim["payer_claim_no"],
        "pairs": [{"label": label, "text": text} for label, text in pairs],
        "lines": [
            [str(row["line_no"]), row["insurer_code"], str(row["quantity"]), printed(row["amount"])]
            for row in lines
        ],
        "canBeVoided": claim["status"] in ("accepted", "in_review", "approved", "denied"),
    }


def _void(call: Call, _visit: Visit) -> dict[str, Any]:
    payer_claim_no = typed(variables(call), "receipt")
    if adjudication.claim_of(call, payer_claim_no) is None:
        return NO_RECORD
    if not adjudication.reverse(call, payer_claim_no):
        return {"error": "PAID", "text": "已支付的申报不能撤销"}
    return {"voided": payer_claim_no}


def _remittances(call: Call, _visit: Visit) -> dict[str, Any]:
    given = variables(call)
    sql = "select * from remittance where date >= ? and date <= ? order by remittance_no desc"
    found = call.rows(sql, typed(given, "from"), typed(given, "to") or "9999")
    rows, pager = cut(call, found)
    told = [
        {
            "remittanceNo": row["remittance_no"],
            "date": row["date"],
            "trace": row["trace_number"],
            "total": printed(row["total"] + remitting.printed_error(call, row)),
            "address": f"/remittances/{row['remittance_no']}/pdf",
        }
        for row in rows
    ]
    return {"remittances": told, **pager}


def _download(call: Call, _visit: Visit) -> Response:
    remittance_no = call.path("remittance_no")
    file = advice(call, PAYER, remittance_no)
    if file is None:
        return JSONResponse(NO_RECORD, 404)
    name = f"attachment; filename={remittance_no}.pdf"
    return Response(file, media_type="application/pdf", headers={"Content-Disposition": name})


def told_time(text: str) -> str:
    """A moment as the pages write it."""
    return f"{instant(text):%Y-%m-%d %H:%M:%S}"
