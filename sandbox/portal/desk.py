"""What a signed-in clerk sees of claims already filed: home, list, detail, receipt, and voiding.

The list is an old one: it shows a claim only `list_lag_minutes` after it was accepted.
"""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from sandbox import adjudication, appeals
from sandbox.kit import Call, Service, instant, stamp
from sandbox.portal.lists import cut
from sandbox.portal.pages import STATUSES, go_to, no_such_record, page
from sandbox.portal.visits import Visit, signed_in
from sandbox.remitting import Payer

PAYER = Payer(
    code="PB",
    letter="B",
    name="测试市城乡居民医疗保险服务中心",
    account="BA-02",
    transfer_text="赔款支付",
)
DEFAULT_LAG_MINUTES = "60"


def serve(service: Service) -> None:
    """Declare the pages."""
    service.get("/home", public=True)(signed_in(_home))
    service.get("/claims", public=True)(signed_in(_list))
    service.get("/claims/{payer_claim_no}", public=True)(signed_in(_detail))
    service.get("/claims/{payer_claim_no}/receipt", public=True)(signed_in(_receipt))
    service.post("/claims/{payer_claim_no}/void", public=True)(signed_in(_void))


def _home(call: Call, visit: Visit) -> Response:
    today = call.now.date().isoformat()
    return page("home.html", "首页", is_changed=visit.is_changed, user=visit.user, today=today)


def _list(call: Call, visit: Visit) -> Response:
    filters = {"sbdh": (call.query("sbdh") or call.query("djbh") or "").strip()}
    filters["zt"] = call.query("zt") or ""
    rows, pager = cut(call, _listed(call, filters["sbdh"], filters["zt"]), filters)
    return page(
        "claims.html",
        "申报管理",
        is_changed=visit.is_changed,
        filters=filters,
        claims=[row | {"accepted_on": row["accepted_at"][:10]} for row in rows],
        pager=pager,
    )


def _listed(call: Call, claim_no: str, status: str) -> list[dict[str, Any]]:
    """Return the claims that the list shows by now, the newest first."""
    sql = (
        "select * from claim where accepted_at <= ? and (? = '' or claim_no = ?)"
        " and (? = '' or status = ?) order by payer_claim_no desc"
    )
    lag = timedelta(minutes=lag_of(call))
    return call.rows(sql, stamp(call.now - lag), claim_no, claim_no, status, status)


def lag_of(call: Call) -> float:
    """By how many minutes lists are late."""
    lag_minutes = float(call.setting("list_lag_minutes") or DEFAULT_LAG_MINUTES)
    # While the benchmark runs everything at once, the list lags behind nothing.
    return 0 if call.kept("instant", False) else lag_minutes


def _detail(call: Call, visit: Visit) -> Response:
    return _detail_page(call, visit)


def _detail_page(call: Call, visit: Visit, message: str = "") -> Response:
    claim = adjudication.claim_of(call, call.path("payer_claim_no"))
    if claim is None:
        return no_such_record()
    return page(
        "claim.html",
        "申报详情",
        token=visit.token,
        is_changed=visit.is_changed,
        claim=claim | {"accepted_at": _printed_time(claim["accepted_at"])},
        lines=adjudication.lines_of(call, claim["payer_claim_no"]),
        can_be_appealed=not appeals.problem_of(call, claim["payer_claim_no"]),
        can_be_voided=claim["status"] in ("accepted", "in_review", "approved", "denied"),
        message=message,
    )


def _receipt(call: Call, visit: Visit) -> Response:
    claim = adjudication.claim_of(call, call.path("payer_claim_no"))
    if claim is None:
        return no_such_record()
    return page(
        "receipt.html",
        "受理回执",
        is_changed=visit.is_changed,
        claim=claim,
        accepted_at=_printed_time(claim["accepted_at"]),
        status=STATUSES[claim["status"]],
    )


def _void(call: Call, visit: Visit) -> Response:
    payer_claim_no = call.path("payer_claim_no")
    if adjudication.claim_of(call, payer_claim_no) is None:
        return no_such_record()
    if not adjudication.reverse(call, payer_claim_no):
        return _detail_page(call, visit, message="已支付的申报不能撤销")
    return go_to(f"/claims/{payer_claim_no}")


def _printed_time(text: str) -> str:
    return f"{instant(text):%Y-%m-%d %H:%M:%S}"
