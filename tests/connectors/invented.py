"""A channel that no line of the product knows, and its house: old XML, words of its own."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

SECRET = "invented-secret"

FILE = """
code = "lanhe"
name_zh = "蓝鹤支付（虚构）"
name_en = "Blue Crane Pay (invented)"
tier = "auxiliary"
pays_into = "BA-01"
amounts = "yuan"
times = "%Y/%m/%d %H:%M"
days = "%y%m%d"

[live]
url = "{url}"
merchant = "CRANE-7"
keys.secret = "env:HUIKUAN_LANHE_SECRET"

[sandbox]
url = "{url}"
merchant = "CRANE-7"
keys.secret = "env:HUIKUAN_LANHE_SECRET"

[wire]
family = "xml-hmac"
root = "crane"
sign = "proof"
nonce = "salt"
stamp = "at"
ok = {{ verdict = "yes" }}
error = ["because"]
common = {{ shop = "{{merchant}}" }}

[calls.pay]
path = "/sell"
send = {{ order = "{{pay_no}}", yuan = "{{amount}}", until = "{{expires_at}}" }}

[calls.query]
path = "/ask"
send.order = "{{pay_no}}"

[calls.close]
path = "/stop"
send.order = "{{pay_no}}"

[calls.refund]
path = "/return"
send = {{ order = "{{pay_no}}", slip = "{{refund_no}}", back = "{{amount}}" }}

[calls.query_refund]
path = "/asked-return"
send.slip = "{{refund_no}}"

[payment]
pay_no = "order"
amount = "yuan"
state = "stage"
paid_at = "done_at"
states = {{ egg = "created", bird = "paid", stone = "closed" }}

[refund]
refund_no = "slip"
amount = "back"
state = "stage"
states = {{ flown = "refunded" }}

[errors]
never_seen = "absent"
flown_off = "paid"

[notice]
answer = "ta"

[[fees]]
from = 2026-01-01
rate = "0.003"
returned_on_refund = false
source = "invented"

[[settlement]]
from = 2026-01-01
working_days = 2
source = "invented"

[[circuit]]
from = 2026-01-01
failures = 2
slow_ms = 800
rest_s = 30
trials = 1
source = "invented"

[self_test]
paid_minor = 777
unpaid_minor = 888
"""


def proved(fields: dict[str, str]) -> str:
    """A document with its proof, as the house writes it."""
    told = {**fields, "salt": "s", "at": str(int(time.time()))}
    parts = [f"{name}={told[name]}" for name in sorted(told) if told[name]] + [f"key={SECRET}"]
    proof = hmac.new(SECRET.encode(), "&".join(parts).encode(), hashlib.sha256).hexdigest().upper()
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in {**told, "proof": proof}.items())
    return f"<crane>{inside}</crane>"


class House:
    """What the invented house knows; 7.77 is paid at once."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, str]] = {}
        self.slips: dict[str, dict[str, str]] = {}

    def answer(self, path: str, asked: dict[str, str]) -> dict[str, str]:
        order = self.orders.get(asked.get("order", ""))
        if path == "/sell":
            paid = asked["yuan"] == "7.77"
            stage = {"stage": "bird", "done_at": "2026/01/05 08:00"} if paid else {"stage": "egg"}
            told = {"order": asked["order"], "yuan": asked["yuan"], **stage}
            return {"verdict": "yes", **self.orders.setdefault(asked["order"], told)}
        if path == "/asked-return":
            slip = self.slips.get(asked["slip"])
            return (
                {"verdict": "yes", **slip} if slip else {"verdict": "no", "because": "never_seen"}
            )
        if order is None:
            return {"verdict": "no", "because": "never_seen"}
        if path == "/stop":
            if order["stage"] == "bird":
                return {"verdict": "no", "because": "flown_off"}
            order["stage"] = "stone"
        if path == "/return":
            told = {"slip": asked["slip"], "back": asked["back"], "stage": "flown"}
            return {"verdict": "yes", **self.slips.setdefault(asked["slip"], told)}
        return {"verdict": "yes", **order}


@contextmanager
def house_open(folder: Path) -> Iterator[tuple[House, Path]]:
    """The house on the loopback, and the channel's folder with nothing but its file."""
    house = House()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told = proved(house.answer(self.path, dict(re.findall(r"<(\w+)>([^<]*)</", body))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(told.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    channel = folder / "lanhe"
    channel.mkdir()
    text = FILE.format(url=f"http://127.0.0.1:{server.server_port}")
    (channel / "paychannel.toml").write_text(text, "utf-8")
    try:
        yield house, channel
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
