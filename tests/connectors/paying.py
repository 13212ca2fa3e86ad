"""The pretend acquirer, and each shipped pay channel as our product speaks to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from connectors.pay_channels.building import channel_at
from connectors.pay_channels.configured import ConfiguredChannel
from connectors.pay_channels.listening import Heard
from domain.money import Money
from domain.pay_channel import PayRequest, RefundRequest
from engine.pay_channels import PayChannelFile, load_pay_channel
from sandbox.acquirer import service
from tests.sandbox.running import Receiver, Running, receiving, running

SHIPPED = Path(__file__).resolve().parents[2] / "counterparties"
EXPIRES = datetime.fromisoformat("2026-01-05T20:00:00+08:00")


@dataclass
class Desk:
    """One channel with the acquirer behind it, its notices, and what was heard."""

    file: PayChannelFile
    channel: ConfiguredChannel
    acquirer: Running
    receiver: Receiver
    notify_url: str
    heard: list[Heard]
    calls: dict[str, dict[str, str]]
    clock: list[timedelta] = field(default_factory=lambda: [timedelta()])

    @property
    def is_gbk(self) -> bool:
        """Whether the bill's characters are those of Alipay's files."""
        return self.file.calls.bill is not None and self.file.calls.bill.unpack == "zip"

    def request(self, pay_no: str = "P-2026-0001", minor: int = 10_000) -> PayRequest:
        """A request in the test's words; 1.01 is paid by itself."""
        return PayRequest(pay_no, Money(minor), "测试商品", EXPIRES, self.notify_url, token="8601")

    def paid(self, pay_no: str = "P-2026-0001", minor: int = 101) -> None:
        """A payment that was paid."""
        self.acquirer.post("/_sandbox/seed", {"scripts": {pay_no: {"pays_after_minutes": 0}}}, 200)
        self.channel.pay(self.request(pay_no, minor))

    def back(self, minor: int, refund_no: str = "R-2026-0001", whole: int = 101) -> RefundRequest:
        """A refund of the payment."""
        return RefundRequest(refund_no, "P-2026-0001", Money(minor), Money(whole), "退货")

    def strike(self, *faults: tuple[str, str]) -> None:
        """Let the next call of each name be struck: ("pay", "drop_after_commit")."""
        struck = [{**self.calls[call], "times": 1, "how": how} for call, how in faults]
        self.acquirer.put("faults", struck)

    def payments(self) -> list[tuple[str, str, str]]:
        """Number, amount and state of what the acquirer has."""
        books = self.acquirer.books()["payments"]
        return [(one["pay_no"], one["amount"], one["state"]) for one in books]

    def refunds(self) -> list[tuple[str, str]]:
        """Number and amount of what the acquirer sent back."""
        return [(one["refund_no"], one["amount"]) for one in self.acquirer.books()["refunds"]]


CALLS: dict[str, dict[str, dict[str, str]]] = {
    "pay_json": {
        "pay": {"match": "POST /json/v3/pay/native"},
        "query": {"match": "GET /json/v3/pay/by-number"},
        "close": {"match": "POST /json/v3/pay/by-number"},
        "refund": {"match": "POST /json/v3/refunds"},
        "query_refund": {"match": "GET /json/v3/refunds"},
        "bill": {"match": "GET /json/v3/billdownload"},
    },
    "pay_form": {
        "pay": {"match": "POST /form", "holds": "method=pretend.trade.precreate&"},
        "query": {"match": "POST /form", "holds": "method=pretend.trade.query&"},
        "close": {"match": "POST /form", "holds": "method=pretend.trade.close&"},
        "refund": {"match": "POST /form", "holds": "method=pretend.trade.refund&"},
        "query_refund": {"match": "POST /form", "holds": "method=pretend.trade.refund.query&"},
        "bill": {"match": "GET /form/bill"},
    },
    "pay_xml": {
        "pay": {"match": "POST /xml/pay/unifiedorder"},
        "query": {"match": "POST /xml/pay/orderquery"},
        "close": {"match": "POST /xml/pay/closeorder"},
        "refund": {"match": "POST /xml/refund/apply"},
        "query_refund": {"match": "POST /xml/refund/query"},
        "bill": {"match": "GET /xml/billfile"},
    },
    "pay_card": {
        "pay": {"match": "ISO 0200"},
        "query": {"match": "ISO 0100", "holds": "310000"},
        "close": {"match": "ISO 0400"},
        "refund": {"match": "ISO 0220"},
        "query_refund": {"match": "ISO 0100", "holds": "320000"},
    },
}
"""How the requests of each channel are told apart by the sandbox's fault switches."""


@pytest.fixture(scope="session")
def acquirer_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys for every test of a run: making them takes longer than a test."""
    return tmp_path_factory.mktemp("acquirer-keys")


@contextmanager
def desk_of(
    code: str, folder: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, *, timeout_s: float = 2
) -> Iterator[Desk]:
    """The channel of a shipped file, on an acquirer of its own."""
    with receiving() as (receiver, url), running(service, folder, keys=str(keys)) as acquirer:
        monkeypatch.setenv("HUIKUAN_ACQUIRER_URL", str(acquirer.client.base_url).rstrip("/"))
        monkeypatch.setenv("HUIKUAN_ACQUIRER_KEYS", str(keys))
        monkeypatch.setenv("HUIKUAN_ACQUIRER_DROP_BOX", str(folder / "acquirer-drop-box"))
        port = acquirer.get("/_sandbox/card-port")["port"]
        monkeypatch.setenv("HUIKUAN_ACQUIRER_CARD_URL", f"tcp://127.0.0.1:{port}")
        file = load_pay_channel(SHIPPED / code / "paychannel.toml")
        place = file.sandbox.model_copy(update={"timeout_s": timeout_s})
        heard: list[Heard] = []
        clock = [timedelta()]
        channel, close = channel_at(
            file,
            place,
            now=lambda: datetime.now(UTC) + clock[0],
            listener=heard.append,
            transport=httpx.HTTPTransport(verify=False),
        )
        try:
            yield Desk(file, channel, acquirer, receiver, url, heard, CALLS[code], clock)
        finally:
            close()
