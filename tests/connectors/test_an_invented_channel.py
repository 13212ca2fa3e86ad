"""A channel that was invented for this test is added from a file alone and takes a payment."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from connectors.pay_channels.building import channel_at
from connectors.pay_channels.interface import NotGenuine
from domain.money import Money
from domain.pay_channel import PayRequest, PayState, PayStatus, RefundRequest, RefundStatus
from engine.pay_channels import load_pay_channels
from tests.connectors.invented import SECRET, house_open, proved

ROOT = Path(__file__).resolve().parents[2]
PAY_NO = "P-2026-0001"
EXPIRES = datetime.fromisoformat("2026-01-05T20:00:00+08:00")


def test_a_channel_is_added_from_a_file_alone_and_takes_a_payment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_LANHE_SECRET", SECRET)
    with house_open(tmp_path) as (house, folder):
        assert [file.name for file in folder.iterdir()] == ["paychannel.toml"]
        file = load_pay_channels(tmp_path)["lanhe"]
        channel, close = channel_at(file, file.live)

        paid = channel.pay(PayRequest(PAY_NO, Money(777), "商品", EXPIRES, "http://127.0.0.1:9/n"))
        back = channel.refund(RefundRequest("R-2026-0001", PAY_NO, Money(300), Money(777), "退"))
        open_one = PayRequest("P-2026-0002", Money(888), "商品", EXPIRES, "http://127.0.0.1:9/n")

        assert (paid.status, paid.amount) == (PayStatus.PAID, Money(777))
        assert paid.paid_at == datetime.fromisoformat("2026-01-05T08:00:00+08:00")
        assert (back.status, back.amount) == (RefundStatus.REFUNDED, Money(300))
        assert channel.query("P-2026-0404") is None
        assert channel.pay(open_one).status is PayStatus.CREATED
        assert channel.close("P-2026-0002").status is PayStatus.CLOSED
        assert channel.close(PAY_NO).status is PayStatus.PAID
        assert house.orders[PAY_NO]["yuan"] == "7.77"
        assert house.slips["R-2026-0001"]["back"] == "3.00"

        told = proved({"verdict": "yes", "order": PAY_NO, "yuan": "7.77", "stage": "bird"}).encode()
        assert isinstance(channel.notice({}, told), PayState)
        with pytest.raises(NotGenuine):
            channel.notice({}, told.replace(b"7.77", b"9.77"))
        close()


def test_no_line_of_the_product_knows_a_channel_by_its_code() -> None:
    """Not the invented one, and none of the shipped ones: what differs stands in files."""
    rooms = ("domain", "engine", "store", "connectors", "activities", "workflows", "api", "runtime")
    codes = ["lanhe", *load_pay_channels(ROOT / "counterparties")]
    assert len(codes) == 5

    knowing = [
        f"{file.relative_to(ROOT)}: {code}"
        for room in rooms
        for file in sorted((ROOT / room).rglob("*.py"))
        for code in codes
        if code in file.read_text("utf-8")
    ]
    assert knowing == []
