"""The advices of payer B: a list of them, and each one as a PDF to be downloaded."""

from starlette.responses import Response

from sandbox import remitting
from sandbox.advices import advice
from sandbox.kit import Call, Service
from sandbox.portal.desk import PAYER
from sandbox.portal.lists import cut
from sandbox.portal.pages import no_such_record, page
from sandbox.portal.visits import Visit, signed_in


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
    remittance_no = call.path("remittance_no")
    file = advice(call, PAYER, remittance_no)
    if file is None:
        return no_such_record()
    name = f"attachment; filename={remittance_no}.pdf"
    return Response(file, media_type="application/pdf", headers={"Content-Disposition": name})
