"""The acquirer's first door: JSON with RSA-SHA256 signatures, in the manner of WeChat Pay v3."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.responses import Response

from sandbox.acquiring import books, keys
from sandbox.acquiring.bills import bill_rows, quoted
from sandbox.acquiring.books import No
from sandbox.kit import Call, Fields, Moment, Refused, Service, instant, stamp

DOOR = "json"
SCHEME, HEADER = "PRETENDPAY-SHA256-RSA2048", "Pretendpay"
STATES = {"open": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED", "failed": "PAYERROR"}
ERRORS = {
    "absent": (404, "ORDER_NOT_EXIST"),
    "taken": (400, "OUT_TRADE_NO_USED"),
    "paid": (400, "ORDERPAID"),
    "closed": (400, "ORDER_CLOSED"),
    "reversed": (400, "ORDER_CLOSED"),
    "invalid": (400, "PARAM_ERROR"),
    "too_much": (403, "NOT_ENOUGH"),
    "no_bill": (400, "NO_STATEMENT_EXIST"),
    "later": (429, "FREQUENCY_LIMITED"),
    "unclear": (500, "SYSTEM_ERROR"),
    "not_signed": (401, "SIGN_ERROR"),
}
_PROOF = re.compile(r'(\w+)="([^"]*)"')


def declare(service: Service) -> None:
    """Add this door's routes to the service."""
    for method, path, handler in (
        ("POST", "/v3/pay/native", _pay),
        ("GET", "/v3/pay/by-number/{pay_no}", _query),
        ("POST", "/v3/pay/by-number/{pay_no}/close", _close),
        ("POST", "/v3/refunds", _refund),
        ("GET", "/v3/refunds/{refund_no}", _query_refund),
        ("GET", "/v3/bill/tradebill", _bill),
        ("GET", "/v3/billdownload/file", _download),
    ):
        service.route(method, f"/{DOOR}{path}", public=True)(_behind_the_door(handler))


def _behind_the_door(handler: Callable[[Call, str], Any]) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        try:
            status, told = 200, handler(call, _merchant(call))
        except No as no:
            status, code = ERRORS[no.why]
            told = {"code": code, "message": "说明见接口文档"}
        except Refused as refused:
            status, told = 400, {"code": "PARAM_ERROR", "message": refused.body["text"]}
        if isinstance(told, Response):
            return told
        body = b"" if told is None else json.dumps(told, ensure_ascii=False).encode()
        headers = signed_headers(call, body)
        if call.fault == "forged_answer":
            body = body.replace(b"NOTPAY", b"SUCCESS") + b" "
        elif call.fault == "unsigned_answer":
            headers = {}
        status = 204 if told is None else status
        return Response(body, status, headers, media_type="application/json")

    return answer


def signed_headers(moment: Moment, body: bytes) -> dict[str, str]:
    """The four headers that prove a message of the acquirer; the time is the machine's."""
    at, nonce = str(int(time.time())), secrets.token_hex(16)
    proof = keys.sign(moment, f"{at}\n{nonce}\n".encode() + body + b"\n")
    told = {"Timestamp": at, "Nonce": nonce, "Signature": proof, "Serial": keys.ACQUIRER_KEY_ID}
    return {f"{HEADER}-{name}": text for name, text in told.items()}


def _merchant(call: Call) -> str:
    """Who signed the request. Raises: No (not_signed)."""
    scheme, _, told = call.request.headers.get("authorization", "").partition(" ")
    proof = dict(_PROOF.findall(told))
    query = call.request.url.query
    target = call.request.url.path + (f"?{query}" if query else "")
    at, nonce = proof.get("timestamp", ""), proof.get("nonce_str", "")
    message = f"{call.request.method}\n{target}\n{at}\n{nonce}\n".encode() + call.raw + b"\n"
    is_fresh = at.isdigit() and abs(time.time() - int(at)) <= 300
    is_known = scheme == SCHEME and proof.get("serial_no") == keys.MERCHANT_KEY_ID
    if not (is_known and is_fresh and keys.is_merchants(call, message, proof.get("signature", ""))):
        raise No("not_signed")
    return str(proof["mchid"])


def _pay(call: Call, merchant: str) -> Any:
    body = call.body
    _own(body, merchant)
    made = books.open_payment(
        call,
        DOOR,
        merchant,
        body.text("out_trade_no", longest=32),
        body.one("amount").integer("total"),
        subject=body.text("description", longest=127),
        notify_url=body.text("notify_url", longest=255),
        expires_at=instant(body["time_expire"]) if body.get("time_expire") else None,
    )
    url = f"{call.request.base_url}cashier/{merchant}/{made['pay_no']}"
    return {"code_url": url}


def _own(body: Fields, merchant: str) -> None:
    if body.text("mchid") != merchant:
        raise No("invalid")


def _query(call: Call, merchant: str) -> Any:
    return shown_payment(books.payment_of(call, merchant, call.path("pay_no")))


def shown_payment(row: dict[str, Any]) -> dict[str, Any]:
    """A payment in this door's words."""
    state = "REFUND" if row["state"] == "paid" and row["refunded"] else STATES[row["state"]]
    shown = {
        "mchid": row["merchant"],
        "out_trade_no": row["pay_no"],
        "trade_state": row["odd"] or state,
        "amount": {"total": row["amount"], "currency": "CNY"},
    }
    if row["paid_at"]:
        shown |= {"transaction_id": row["channel_no"], "success_time": row["paid_at"]}
    return shown


def _close(call: Call, merchant: str) -> Any:
    _own(call.body, merchant)
    books.close_payment(call, merchant, call.path("pay_no"))


def _refund(call: Call, merchant: str) -> Any:
    body = call.body
    amount = body.one("amount")
    numbers = (body.text("out_refund_no", longest=64), body.text("out_trade_no", longest=32))
    whole = books.payment_of(call, merchant, numbers[1])["amount"]
    if amount.integer("total") != whole:
        raise No("invalid")
    made = books.refund(call, merchant, *numbers, amount.integer("refund"))
    return {**shown_refund(call, made), "status": made["odd"] or "PROCESSING"}


def _query_refund(call: Call, merchant: str) -> Any:
    return shown_refund(call, books.refund_of(call, merchant, call.path("refund_no")))


def shown_refund(moment: Moment, row: dict[str, Any]) -> dict[str, Any]:
    """A refund in this door's words."""
    whole = books.payment_of(moment, row["merchant"], row["pay_no"])["amount"]
    return {
        "refund_id": row["channel_no"],
        "out_refund_no": row["refund_no"],
        "out_trade_no": row["pay_no"],
        "status": row["odd"] or "SUCCESS",
        "success_time": row["at"],
        "amount": {"total": whole, "refund": row["amount"], "currency": "CNY"},
    }


def _bill(call: Call, merchant: str) -> Any:
    rows = bill_rows(call, merchant, DOOR, call.needed("bill_date"))
    if not rows:
        raise No("no_bill")
    text = quoted(rows).encode()
    token = f"{merchant}.{call.needed('bill_date')}"
    url = f"{call.request.base_url}{DOOR}/v3/billdownload/file?token={token}"
    digest = hashlib.sha1(text, usedforsecurity=False).hexdigest()
    return {"hash_type": "SHA1", "hash_value": digest, "download_url": url}


def _download(call: Call, merchant: str) -> Response:
    owner, _, day = call.needed("token").partition(".")
    if owner != merchant:
        raise No("invalid")
    text = quoted(bill_rows(call, merchant, DOOR, day)).encode()
    if call.fault == "wrong_bill":
        text = text.replace(b"SUCCESS", b"FAILURE")
    # The download itself carries no signature, as at the vendor's.
    return Response(gzip.compress(text, mtime=0), media_type="application/octet-stream")


def tell_payment(moment: Moment, row: dict[str, Any]) -> None:
    """Send the notice of a payment."""
    _tell(moment, row["notify_url"], "TRANSACTION.SUCCESS", shown_payment(row))


def tell_refund(moment: Moment, url: str, row: dict[str, Any]) -> None:
    """Send the notice of a refund, which names its state otherwise than the query does."""
    shown = shown_refund(moment, row)
    _tell(moment, url, "REFUND.SUCCESS", {**shown, "refund_status": shown.pop("status")})


def _tell(moment: Moment, url: str, kind: str, content: dict[str, Any]) -> None:
    nonce, about = secrets.token_hex(6), kind.split(".")[0].lower()
    key = AESGCM(keys.word(moment, "notice").encode())
    sealed = key.encrypt(nonce.encode(), json.dumps(content).encode(), about.encode())
    body = {
        "id": f"EV-{secrets.token_hex(16)}",
        "create_time": stamp(moment.now),
        "event_type": kind,
        "resource_type": "encrypt-resource",
        "resource": {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": about,
            "nonce": nonce,
        },
    }
    text = json.dumps(body)
    headers = {"Content-Type": "application/json", **signed_headers(moment, text.encode())}
    moment.letter(url, text, headers)
