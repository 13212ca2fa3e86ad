"""The advices of payer B: a list of them, and each one as a PDF to be downloaded."""

from typing import Any

from starlette.responses import Response

from sandbox import remitting
from sandbox.kit import Call, Service
from sandbox.portal.desk import PAYER
from sandbox.portal.lists import cut
from sandbox.portal.pages import no_such_record, page
from sandbox.portal.visits import Visit, signed_in
from sandbox.remittance_pdf import (
    PrintedClaim,
    PrintedRemittance,
    PrintedTakeBack,
    print_remittance,
)

PAYEE_NAME = "测试回款医疗器械有限公司"


def serve(service: Service) -> None:
    """Declare the pages."""
    service.get("/remittances", public=True)(signed_in(_list))
    service.get("/remittances/{remittance_no}/pdf", public=True)(signed_in(_download))


def _list(call: Call, visit: Visit) -> Response:
    filters = {name: (call.query(name) or "").strip() for name in ("ksrq", "jsrq")}
    sql = "select * from remittance where date >= ? and date <= ? order by remittance_no desc"
    found = call.rows(sql, filters["ksrq"], filters["jsrq"] or "9999")
    rows, pager = cut(call, found, filters)
    shown = [row | {"total": row["total"] + remitting.printed_error(call, row)} for row in rows]
    return page(
        "remittances.html",
        "支付通知",
        is_changed=visit.is_changed,
        filters=filters,
        remittances=shown,
        pager=pager,
    )


def _download(call: Call, _visit: Visit) -> Response:
    sql = "select * from remittance where remittance_no = ?"
    remittance = call.row(sql, call.path("remittance_no"))
    if remittance is None:
        return no_such_record()
    name = f"attachment; filename={remittance['remittance_no']}.pdf"
    file = print_remittance(_printed(call, remittance))
    return Response(file, media_type="application/pdf", headers={"Content-Disposition": name})


def _printed(call: Call, remittance: dict[str, Any]) -> PrintedRemittance:
    remittance_no = remittance["remittance_no"]
    return PrintedRemittance(
        remittance_no=remittance_no,
        paid_on=remittance["date"],
        trace_number=remittance["trace_number"],
        payer_name=PAYER.name,
        payee_name=PAYEE_NAME,
        claims=tuple(_printed_claim(claim) for claim in remitting.claims_of(call, remittance_no)),
        take_backs=tuple(
            PrintedTakeBack(row["claim_no"], row["amount"], "WO")
            for row in remitting.take_backs_of(call, remittance_no)
        ),
        error_in_total=remitting.printed_error(call, remittance),
    )


def _printed_claim(claim: dict[str, Any]) -> PrintedClaim:
    reasons = [
        reason
        for reason, amount in (("CO-45", claim["contract"]), ("PR-2", claim["patient"]))
        if amount
    ]
    return PrintedClaim(
        claim_no=claim["claim_no"],
        version=claim["version"],
        billed=claim["billed"],
        contract=claim["contract"],
        patient=claim["patient"],
        paid=claim["paid"],
        reasons=" ".join(reasons),
    )
