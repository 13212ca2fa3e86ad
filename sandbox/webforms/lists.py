"""What was filed and paid: receipt, list, detail with 撤销, and the advices.

The list is an old one: it shows a claim only `list_lag_minutes` after it was accepted.
"""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from sandbox import adjudication, remitting
from sandbox.advices import advice
from sandbox.kit import Call, Service, instant, stamp
from sandbox.webforms.grid import cut
from sandbox.webforms.layout import layout_now
from sandbox.webforms.pages import PAYER, form_page, go_to, message_page, page
from sandbox.webforms.searched_list import SearchedList
from sandbox.webforms.viewstate import opened
from sandbox.webforms.visits import Visit, signed_in

REMITTANCES = "/zf/RemitList.aspx"
DEFAULT_LAG_MINUTES = "60"


def serve(service: Service) -> None:
    """Declare the pages."""
    service.get("/sb/Receipt.aspx", public=True)(signed_in(_receipt))
    SearchedList("/sb/ClaimList.aspx", "claims.html", _listed).serve(service)
    service.get("/sb/ClaimView.aspx", public=True)(signed_in(_show_claim))
    service.post("/sb/ClaimView.aspx", public=True)(signed_in(_void))
    service.get(REMITTANCES, public=True)(signed_in(_show_remittances))
    service.post(REMITTANCES, public=True)(signed_in(_turn_remittances))
    service.get("/zf/RemitPdf.aspx", public=True)(signed_in(_download))


def _receipt(call: Call, _visit: Visit) -> Response:
    claim = adjudication.claim_of(call, call.query("slh") or "")
    if claim is None:
        return no_such_record()
    return page(
        "receipt.html",
        layout=layout_now(call),
        claim=claim,
        lines=adjudication.lines_of(call, claim["payer_claim_no"]),
        accepted_at=f"{instant(claim['accepted_at']):%Y/%m/%d %H:%M:%S}",
    )


def _listed(call: Call, claim_no: str) -> list[dict[str, Any]]:
    """Return the claims that the list shows by now, the newest first."""
    sql = (
        "select * from claim where accepted_at <= ? and (? = '' or claim_no = ?)"
        " order by payer_claim_no desc"
    )
    return call.rows(sql, stamp(call.now - lag_of(call)), claim_no, claim_no)


def lag_of(call: Call) -> timedelta:
    """How far a list is behind."""
    lag_minutes = float(call.setting("list_lag_minutes") or DEFAULT_LAG_MINUTES)
    # While the benchmark runs everything at once, the list lags behind nothing.
    return timedelta(minutes=0 if call.kept("instant", False) else lag_minutes)


def _show_claim(call: Call, visit: Visit) -> Response:
    return _claim_page(call, visit, "")


def _claim_page(call: Call, visit: Visit, message: str) -> Response:
    claim = adjudication.claim_of(call, call.query("id") or "")
    if claim is None:
        return no_such_record()
    return form_page(
        call,
        visit.session_no,
        "claim.html",
        path=_view_path(claim["payer_claim_no"]),
        events=("btnVoid",),
        layout=layout_now(call),
        claim=claim,
        lines=adjudication.lines_of(call, claim["payer_claim_no"]),
        accepted_at=f"{instant(claim['accepted_at']):%Y/%m/%d %H:%M:%S}",
        is_decided=claim["status"] in ("approved", "paid"),
        can_be_voided=claim["status"] not in ("paid", "reversed"),
        message=message,
    )


def _void(call: Call, visit: Visit) -> Response:
    payer_claim_no = call.query("id") or ""
    opened(call, visit.session_no, _view_path(payer_claim_no))
    if not adjudication.reverse(call, payer_claim_no):
        return _claim_page(call, visit, "已拨付的申报不能撤销")
    return go_to(_view_path(payer_claim_no))


def _view_path(payer_claim_no: str) -> str:
    return f"/sb/ClaimView.aspx?id={payer_claim_no}"


def _show_remittances(call: Call, visit: Visit) -> Response:
    return _remittances_page(call, visit, 1)


def _turn_remittances(call: Call, visit: Visit) -> Response:
    back = opened(call, visit.session_no, REMITTANCES)
    return _remittances_page(call, visit, back.argument.removeprefix("Page$"))


def _remittances_page(call: Call, visit: Visit, number: Any) -> Response:
    found = call.rows("select * from remittance order by remittance_no desc")
    rows = [row | {"total": row["total"] + remitting.printed_error(call, row)} for row in found]
    return form_page(
        call,
        visit.session_no,
        "remittances.html",
        path=REMITTANCES,
        events=("GridView1",),
        layout=layout_now(call),
        pager=cut(rows, number),
    )


def _download(call: Call, _visit: Visit) -> Response:
    remittance_no = call.query("no") or ""
    file = advice(call, PAYER, remittance_no)
    if file is None:
        return no_such_record()
    name = f"attachment; filename={remittance_no}.pdf"
    return Response(file, media_type="application/pdf", headers={"Content-Disposition": name})


def no_such_record() -> Response:
    """Say so."""
    return message_page("提示", "记录不存在或已被删除。", 404)
