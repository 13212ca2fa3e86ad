"""The acquirer's third door: XML of one level with an HMAC-SHA256, as older gateways speak."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import unescape

from starlette.responses import Response

from sandbox.acquiring import books, keys
from sandbox.acquiring.bills import bill_rows, quoted
from sandbox.acquiring.books import No
from sandbox.kit import ZONE, Call, Moment, Service, instant

DOOR = "xml"
STATES = {"open": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED", "failed": "PAYERROR"}
ERRORS = {
    "absent": "ORDERNOTEXIST",
    "taken": "OUT_TRADE_NO_USED",
    "paid": "ORDERPAID",
    "closed": "ORDERCLOSED",
    "reversed": "ORDERCLOSED",
    "invalid": "PARAM_ERROR",
    "too_much": "REFUND_FEE_TOO_MUCH",
    "no_bill": "NO_BILL_EXIST",
    "unclear": "SYSTEMERROR",
    "not_signed": "SIGNERROR",
}
# The acquirer reads only what merchants write for it: one level, no attributes, no types.
_ELEMENT = re.compile(r"<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</\1>", re.DOTALL)


def declare(service: Service) -> None:
    """Add this door's routes to the service."""
    for path, handler in (
        ("pay/unifiedorder", _pay),
        ("pay/orderquery", _query),
        ("pay/closeorder", _close),
        ("refund/apply", _refund),
        ("refund/query", _query_refund),
        ("bill/download", _bill),
    ):
        service.route("POST", f"/{DOOR}/{path}", public=True)(_behind_the_door(handler))
    service.route("GET", f"/{DOOR}/billfile/{{name}}", public=True)(_download)


Handler = Callable[[Call, dict[str, str]], dict[str, str]]


def _behind_the_door(handler: Handler) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        try:
            told = {"result_code": "SUCCESS", **handler(call, _asked(call))}
        except No as no:
            told = {"result_code": "FAIL", "err_code": ERRORS[no.why]}
        except (KeyError, ValueError):
            told = {"result_code": "FAIL", "err_code": ERRORS["invalid"]}
        document = _document(call, {"return_code": "SUCCESS", **told})
        if call.fault == "forged_answer":
            document = document.replace("NOTPAY", "SUCCESS").replace(
                "</nonce_str>", "0</nonce_str>"
            )
        elif call.fault == "unsigned_answer":
            document = re.sub(r"<sign>.*</sign>", "", document)
        return Response(document.encode(), media_type="text/xml;charset=utf-8")

    return answer


def _asked(call: Call) -> dict[str, str]:
    """What a merchant asks. Raises: No (not_signed)."""
    told = _ELEMENT.findall(re.sub(r"^<xml>|</xml>$", "", call.raw.decode().strip()))
    fields = {name: cdata or unescape(text) for name, cdata, text in told}
    proof = fields.pop("sign", "")
    is_fresh = abs(time.time() - int(fields.get("timestamp", "0"))) <= 300
    if not is_fresh or not hmac.compare_digest(_proof(call, fields), proof):
        raise No("not_signed")
    return fields


def _proof(moment: Moment, fields: dict[str, str]) -> str:
    secret = keys.word(moment, "secret")
    parts = [f"{name}={fields[name]}" for name in sorted(fields) if fields[name]]
    text = "&".join([*parts, f"key={secret}"])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def _document(moment: Moment, told: dict[str, str]) -> str:
    fields = {
        **told,
        "nonce_str": secrets.token_hex(16),
        "timestamp": str(int(time.time())),
    }
    fields["sign"] = _proof(moment, fields)
    inside = "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in fields.items())
    return f"<xml>{inside}</xml>"


def _pay(call: Call, asked: dict[str, str]) -> dict[str, str]:
    at = asked["time_expire"]
    expires = f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[8:10]}:{at[10:12]}:{at[12:]}+08:00"
    made = books.open_payment(
        call,
        DOOR,
        asked["mch_id"],
        asked["out_trade_no"],
        int(asked["total_fee"]),
        subject=asked["body"],
        notify_url=asked["notify_url"],
        expires_at=instant(expires),
    )
    return {"code_url": f"{call.request.base_url}cashier/{asked['mch_id']}/{made['pay_no']}"}


def _query(call: Call, asked: dict[str, str]) -> dict[str, str]:
    return shown_payment(books.payment_of(call, asked["mch_id"], asked["out_trade_no"]))


def shown_payment(row: dict[str, Any]) -> dict[str, str]:
    """A payment in this door's words."""
    state = "REFUND" if row["state"] == "paid" and row["refunded"] else STATES[row["state"]]
    shown = {
        "mch_id": row["merchant"],
        "out_trade_no": row["pay_no"],
        "trade_state": row["odd"] or state,
        "total_fee": str(row["amount"]),
    }
    if row["paid_at"]:
        shown |= {"transaction_id": row["channel_no"], "time_end": _digits(row["paid_at"])}
    return shown


def _digits(at: str) -> str:
    return f"{instant(at).astimezone(ZONE):%Y%m%d%H%M%S}"


def _close(call: Call, asked: dict[str, str]) -> dict[str, str]:
    books.close_payment(call, asked["mch_id"], asked["out_trade_no"])
    return {}


def _refund(call: Call, asked: dict[str, str]) -> dict[str, str]:
    numbers = asked["out_refund_no"], asked["out_trade_no"]
    made = books.refund(call, asked["mch_id"], *numbers, int(asked["refund_fee"]))
    return {**shown_refund(made), "refund_status": made["odd"] or "PROCESSING"}


def _query_refund(call: Call, asked: dict[str, str]) -> dict[str, str]:
    return shown_refund(books.refund_of(call, asked["mch_id"], asked["out_refund_no"]))


def shown_refund(row: dict[str, Any]) -> dict[str, str]:
    """A refund in this door's words."""
    return {
        "mch_id": row["merchant"],
        "refund_id": row["channel_no"],
        "out_refund_no": row["refund_no"],
        "out_trade_no": row["pay_no"],
        "refund_status": row["odd"] or "SUCCESS",
        "success_time": _digits(row["at"]),
        "refund_fee": str(row["amount"]),
    }


def _bill(call: Call, asked: dict[str, str]) -> dict[str, str]:
    day = asked["bill_date"]
    rows = bill_rows(call, asked["mch_id"], DOOR, f"{day[:4]}-{day[4:6]}-{day[6:]}")
    if not rows:
        raise No("no_bill")
    digest = hashlib.sha1(quoted(rows).encode(), usedforsecurity=False).hexdigest()
    url = f"{call.request.base_url}{DOOR}/billfile/{asked['mch_id']}_{day}"
    return {"download_url": url, "hash_value": digest}


def _download(call: Call) -> Response:
    merchant, _, day = call.path("name").partition("_")
    text = quoted(bill_rows(call, merchant, DOOR, f"{day[:4]}-{day[4:6]}-{day[6:]}")).encode()
    if call.fault == "wrong_bill":
        text = text.replace(b"SUCCESS", b"FAILURE")
    return Response(gzip.compress(text, mtime=0), media_type="application/octet-stream")


def tell_payment(moment: Moment, row: dict[str, Any]) -> None:
    """Send the notice of a payment."""
    _tell(moment, row["notify_url"], shown_payment(row))


def tell_refund(moment: Moment, url: str, row: dict[str, Any]) -> None:
    """Send the notice of a refund."""
    _tell(moment, url, shown_refund(row))


def _tell(moment: Moment, url: str, shown: dict[str, str]) -> None:
    document = _document(moment, {"return_code": "SUCCESS", "result_code": "SUCCESS", **shown})
    moment.letter(url, document, {"Content-Type": "text/xml"})
