"""The acquirer's second door: one address, a form with RSA2 signatures, in Alipay's manner.

Everything is answered with 200; whether it went well stands in the signed object.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from sandbox.acquiring import books, keys
from sandbox.acquiring.bills import bill_rows, hashed_lines
from sandbox.acquiring.books import No
from sandbox.kit import ZONE, Call, Fields, Moment, Refused, Service, fen, instant, yuan

DOOR = "form"
STATES = {
    "open": "WAIT_BUYER_PAY",
    "paid": "TRADE_SUCCESS",
    "closed": "TRADE_CLOSED",
    "failed": "TRADE_CLOSED",
}
ERRORS = {
    "absent": "ACQ.TRADE_NOT_EXIST",
    "taken": "ACQ.CONTEXT_INCONSISTENT",
    "paid": "ACQ.TRADE_HAS_SUCCESS",
    "closed": "ACQ.TRADE_HAS_CLOSE",
    "reversed": "ACQ.TRADE_HAS_CLOSE",
    "invalid": "ACQ.INVALID_PARAMETER",
    "too_much": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "no_bill": "isp.bill-not-exist",
    "unclear": "ACQ.SYSTEM_ERROR",
    "not_signed": "isv.invalid-signature",
}


def declare(service: Service) -> None:
    """Add this door's routes to the service."""
    service.route("POST", f"/{DOOR}/gateway.do", public=True)(_answer)
    service.route("GET", f"/{DOOR}/bill/{{name}}", public=True)(_download)


def _answer(call: Call) -> Response:
    fields = {name: str(text) for name, text in call.form.multi_items()}
    method = fields.get("method", "")
    try:
        told = {"code": "10000", "msg": "Success", **_done(call, method, fields)}
    except No as no:
        told = {"code": "40004", "msg": "Business Failed", "sub_code": ERRORS[no.why]}
    except (Refused, ValueError):
        told = {"code": "40004", "msg": "Business Failed", "sub_code": ERRORS["invalid"]}
    text = json.dumps(told, ensure_ascii=False)
    proof = keys.sign(call, text.encode())
    if call.fault == "forged_answer":
        text = text.replace('": ', '":  ')
    elif call.fault == "unsigned_answer":
        proof = ""
    name = method.replace(".", "_") + "_response"
    body = f'{{"{name}":{text},"sign":"{proof}"}}'
    return Response(body.encode(), media_type="application/json;charset=utf-8")


def _done(call: Call, method: str, fields: dict[str, str]) -> dict[str, Any]:
    proof = fields.pop("sign", "")
    if not keys.is_merchants(call, _signed_text(fields), proof):
        raise No("not_signed")
    handlers: dict[str, Callable[[Call, str, Fields, dict[str, str]], dict[str, Any]]] = {
        "pretend.trade.precreate": _pay,
        "pretend.trade.query": _query,
        "pretend.trade.close": _close,
        "pretend.trade.refund": _refund,
        "pretend.trade.refund.query": _query_refund,
        "pretend.bill.downloadurl.query": _bill,
    }
    if method not in handlers:
        raise No("invalid")
    content = Fields(json.loads(fields["biz_content"]))
    return handlers[method](call, fields["app_id"], content, fields)


def _signed_text(fields: dict[str, str]) -> bytes:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name]).encode()


def _pay(call: Call, merchant: str, content: Fields, fields: dict[str, str]) -> dict[str, Any]:
    expires = datetime.strptime(content["time_expire"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
    made = books.open_payment(
        call,
        DOOR,
        merchant,
        content.text("out_trade_no", longest=64),
        fen(content["total_amount"]),
        subject=content.text("subject"),
        notify_url=fields.get("notify_url", ""),
        expires_at=expires,
    )
    url = f"{call.request.base_url}cashier/{merchant}/{made['pay_no']}"
    return {"out_trade_no": made["pay_no"], "qr_code": url}


def _query(call: Call, merchant: str, content: Fields, _fields: dict[str, str]) -> dict[str, Any]:
    return shown_payment(books.payment_of(call, merchant, content.text("out_trade_no")))


def shown_payment(row: dict[str, Any]) -> dict[str, Any]:
    """A payment in this door's words; one that was refunded whole is "closed" here."""
    is_all_back = row["state"] == "paid" and row["refunded"] == row["amount"]
    shown = {
        "out_trade_no": row["pay_no"],
        "trade_status": row["odd"] or ("TRADE_CLOSED" if is_all_back else STATES[row["state"]]),
        "total_amount": yuan(row["amount"]),
        "trade_no": row["channel_no"],
    }
    return shown | ({"send_pay_date": _plain(row["paid_at"])} if row["paid_at"] else {})


def _plain(at: str) -> str:
    return f"{instant(at):%Y-%m-%d %H:%M:%S}"


def _close(call: Call, merchant: str, content: Fields, _fields: dict[str, str]) -> dict[str, Any]:
    row = books.close_payment(call, merchant, content.text("out_trade_no"))
    return {"out_trade_no": row["pay_no"], "trade_no": row["channel_no"]}


def _refund(call: Call, merchant: str, content: Fields, _fields: dict[str, str]) -> dict[str, Any]:
    made = books.refund(
        call,
        merchant,
        content.text("out_request_no", longest=64),
        content.text("out_trade_no", longest=64),
        fen(content["refund_amount"]),
    )
    return shown_refund(made)


def _query_refund(
    call: Call, merchant: str, content: Fields, _fields: dict[str, str]
) -> dict[str, Any]:
    return shown_refund(books.refund_of(call, merchant, content.text("out_request_no")))


def shown_refund(row: dict[str, Any]) -> dict[str, Any]:
    """A refund in this door's words."""
    return {
        "out_trade_no": row["pay_no"],
        "out_request_no": row["refund_no"],
        "refund_amount": yuan(row["amount"]),
        "refund_status": row["odd"] or "REFUND_SUCCESS",
        "refund_id": row["channel_no"],
        "gmt_refund_pay": _plain(row["at"]),
    }


def _bill(call: Call, merchant: str, content: Fields, _fields: dict[str, str]) -> dict[str, Any]:
    day = content.text("bill_date")
    if not bill_rows(call, merchant, DOOR, day):
        raise No("no_bill")
    url = f"{call.request.base_url}{DOOR}/bill/{merchant}_{day}.zip"
    return {"bill_download_url": url}


def _download(call: Call) -> Response:
    merchant, _, day = call.path("name").removesuffix(".zip").partition("_")
    text = hashed_lines(bill_rows(call, merchant, DOOR, day), merchant, day)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        stem = f"{merchant}_{day.replace('-', '')}"
        archive.writestr(f"{stem}_业务明细.csv", text.encode("gbk"))
        archive.writestr(f"{stem}_业务明细(汇总).csv", "# 汇总\r\n".encode("gbk"))
    return Response(packed.getvalue(), media_type="application/zip")


def tell_payment(moment: Moment, row: dict[str, Any]) -> None:
    """Send the notice of a payment."""
    _tell(moment, row["notify_url"], row["merchant"], "trade_status_sync", shown_payment(row))


def tell_refund(moment: Moment, url: str, row: dict[str, Any]) -> None:
    """Send the notice of a refund."""
    _tell(moment, url, row["merchant"], "refund_sync", shown_refund(row))


def _tell(moment: Moment, url: str, merchant: str, kind: str, content: dict[str, Any]) -> None:
    fields = {
        **content,
        "app_id": merchant,
        "notify_type": kind,
        "notify_id": f"N{moment.next_number('notice'):012d}",
        "notify_time": f"{datetime.fromtimestamp(time.time(), ZONE):%Y-%m-%d %H:%M:%S}",
    }
    text = urlencode(
        {**fields, "sign": keys.sign(moment, _signed_text(fields)), "sign_type": "RSA2"}
    )
    moment.letter(url, text, {"Content-Type": "application/x-www-form-urlencoded"})
