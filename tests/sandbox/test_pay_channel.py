"""The pretend pay channel: a link is paid once, a day settled once, and the bank gets the sum."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.pay_channel import service
from tests.sandbox.process import Counterparty
from tests.sandbox.running import Receiver, Running, receiving, running

LINK = {"key": "L-1", "order_no": "SO-2026-0001", "amount": "72.00"}
PAID_ON_DAY_TWO = "2026-01-07 08:00"


@pytest.fixture
def bank() -> Iterator[tuple[Receiver, str]]:
    with receiving() as receiver_and_url:
        yield receiver_and_url


@pytest.fixture
def channel(tmp_path: Path, bank: tuple[Receiver, str]) -> Iterator[Running]:
    with running(service, tmp_path, bank_url=bank[1]) as client:
        yield client


def opened(channel: Running, **script: Any) -> str:
    channel.post("/_sandbox/seed", {"scripts": {"SO-2026-0001": script}}, 200)
    link_no: str = channel.post("/payment-links", LINK, 201)["link_no"]
    return link_no


def paid(channel: Running, **script: Any) -> str:
    link_no = opened(channel, **script)
    channel.move_clock(PAID_ON_DAY_TWO)
    payment_no: str = channel.get(f"/payment-links/{link_no}")["payment"]["payment_no"]
    return payment_no


def test_the_same_key_opens_one_link(channel: Running) -> None:
    link_no = opened(channel)

    assert channel.post("/payment-links", LINK, 200)["link_no"] == link_no
    found = channel.get("/payment-links", key="L-1")
    assert [(one["link_no"], one["status"]) for one in found] == [(link_no, "open")]
    assert channel.get("/payment-links", key="L-2") == []


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "72", "72.000", 72, None])
def test_a_link_without_a_proper_amount_is_refused(channel: Running, amount: Any) -> None:
    refusal = channel.post("/payment-links", {**LINK, "amount": amount}, 422)

    assert refusal["field"] == "amount"


def test_the_patient_pays_when_the_script_says(channel: Running) -> None:
    link_no = opened(channel, pays_after_days=2)
    channel.move_clock("2026-01-07 07:59")
    assert channel.get(f"/payment-links/{link_no}")["payment"] is None

    channel.move_clock(PAID_ON_DAY_TWO)

    assert channel.get(f"/payment-links/{link_no}") == {
        "link_no": link_no,
        "order_no": "SO-2026-0001",
        "status": "paid",
        "amount": "72.00",
        "payment": {
            "payment_no": "PAY-000001",
            "paid_at": "2026-01-07T08:00:00+08:00",
            "amount": "72.00",
        },
    }


def test_a_patient_may_never_pay(channel: Running) -> None:
    link_no = opened(channel, pays_after_days=None)

    assert channel.move_clock("2026-12-31 08:00") == []
    assert channel.get(f"/payment-links/{link_no}")["status"] == "open"


def test_a_payment_is_told_by_webhook(tmp_path: Path) -> None:
    with receiving() as (receiver, url), running(service, tmp_path, webhook_url=url) as channel:
        link_no = opened(channel)
        channel.move_clock(PAID_ON_DAY_TWO)

        ((path, headers, body),) = receiver.letters
        assert path == "/pay-channel"
        assert len(headers["X-Sandbox-Signature"]) == 64
        assert json.loads(body) == {
            "event_id": "PE-000001",
            "link_no": link_no,
            "payment_no": "PAY-000001",
            "order_no": "SO-2026-0001",
            "kind": "paid",
            "amount": "72.00",
            "at": "2026-01-07T08:00:00+08:00",
        }


def test_a_visitor_pays_on_the_page_once_however_often_he_presses(channel: Running) -> None:
    link_no = opened(channel, pays_after_days=2)
    anybody = {"Authorization": ""}
    page = channel.client.get(f"/pay/{link_no}", headers=anybody)
    assert "付款</button>" in page.text
    assert "72.00" in page.text

    for _ in range(2):
        assert channel.client.post(f"/pay/{link_no}", headers=anybody).status_code == 303
    assert channel.move_clock(PAID_ON_DAY_TWO)[-1].endswith("paid out to BA-01")

    assert len(channel.books()["payments"]) == 1
    assert "已付款" in channel.client.get(f"/pay/{link_no}", headers=anybody).text


def test_a_closed_link_is_not_paid_any_more(channel: Running) -> None:
    link_no = opened(channel)
    for _ in range(2):
        assert channel.post(f"/payment-links/{link_no}/close", {}, 200)["status"] == "closed"

    channel.move_clock(PAID_ON_DAY_TWO)
    channel.client.post(f"/pay/{link_no}")

    assert channel.get(f"/payment-links/{link_no}")["payment"] is None


def test_a_paid_link_can_not_be_closed(channel: Running) -> None:
    paid(channel)

    assert channel.post("/payment-links/PL-000001/close", {}, 409)["error"] == "already_paid"


def test_a_day_is_settled_the_next_morning_and_paid_out_three_hours_later(
    channel: Running, bank: tuple[Receiver, str]
) -> None:
    paid(channel)
    channel.move_clock("2026-01-08 05:59")
    assert channel.get("/settlements") == []

    channel.move_clock("2026-01-08 06:00")
    summary = {"settlement_no": "ST-20260107-0001", "date": "2026-01-07", "total": "72.00"}
    assert channel.get("/settlements", since="2026-01-07") == [summary]
    assert channel.get("/settlements", since="2026-01-08") == []
    assert bank[0].letters == []

    channel.move_clock("2026-01-08 09:00")
    path, headers, body = bank[0].letters[0]
    assert (path, headers["Authorization"]) == ("/_sandbox/transfers", "Bearer sandbox-token")
    assert json.loads(body) == {
        "at": "2026-01-08T09:00:00+08:00",
        "key": "ST-20260107-0001",
        "account": "BA-01",
        "amount": "72.00",
        "text": "代收结算款 ST-20260107-0001",
        "trace_number": "PC20260107000001",
        "counterparty": "演示支付服务有限公司",
    }


def test_payments_and_refunds_of_one_day_make_one_settlement(
    channel: Running, bank: tuple[Receiver, str]
) -> None:
    payment_no = paid(channel)
    second = {"key": "L-2", "order_no": "SO-2026-0002", "amount": "30.00"}
    link_no = channel.post("/payment-links", second, 201)["link_no"]
    channel.client.post(f"/pay/{link_no}")
    channel.post("/refunds", {"key": "R-1", "payment_no": payment_no, "amount": "12.00"}, 201)
    channel.move_clock("2026-01-20 09:00")

    (settlement,) = channel.get("/settlements")
    shown = channel.get(f"/settlements/{settlement['settlement_no']}")
    assert [(line["kind"], line["order_no"], line["amount"]) for line in shown["lines"]] == [
        ("payment", "SO-2026-0001", "72.00"),
        ("payment", "SO-2026-0002", "30.00"),
        ("refund", "SO-2026-0001", "-12.00"),
    ]
    assert shown["total"] == "90.00"
    assert [json.loads(body)["amount"] for _, _, body in bank[0].letters] == ["90.00"]


def test_a_refund_on_a_later_day_is_drawn_from_the_bank(
    channel: Running, bank: tuple[Receiver, str]
) -> None:
    payment_no = paid(channel)
    channel.move_clock("2026-01-10 12:00")
    channel.post("/refunds", {"key": "R-1", "payment_no": payment_no, "amount": "12.00"}, 201)
    channel.move_clock("2026-01-20 09:00")

    totals = [(one["date"], one["total"]) for one in channel.get("/settlements")]
    assert totals == [("2026-01-07", "72.00"), ("2026-01-10", "-12.00")]
    assert [json.loads(body)["amount"] for _, _, body in bank[0].letters] == ["72.00", "-12.00"]


def test_what_does_not_settle_by_script_never_reaches_the_bank(
    channel: Running, bank: tuple[Receiver, str]
) -> None:
    paid(channel, settles=False)
    channel.move_clock("2026-03-01 09:00")

    assert channel.get("/settlements") == []
    assert bank[0].letters == []


def test_refunds_never_exceed_the_payment(channel: Running) -> None:
    payment_no = paid(channel)
    part = {"key": "R-1", "payment_no": payment_no, "amount": "70.00"}
    first = channel.post("/refunds", part, 201)

    assert channel.post("/refunds", part, 200) == first
    too_much = channel.post("/refunds", {**part, "key": "R-2", "amount": "2.01"}, 422)
    assert (too_much["error"], too_much["field"]) == ("more_than_paid", "amount")
    channel.post("/refunds", {**part, "key": "R-3", "amount": "2.00"}, 201)
    assert channel.get("/refunds", key="R-1") == [first]
    assert channel.get("/refunds", key="R-2") == []


def test_a_refund_needs_a_payment(channel: Running) -> None:
    body = {"key": "R-1", "payment_no": "PAY-000009", "amount": "1.00"}

    assert channel.post("/refunds", body, 404)["field"] == "payment_no"


def test_in_instant_mode_a_link_is_paid_settled_and_paid_out_in_the_request(
    channel: Running, bank: tuple[Receiver, str]
) -> None:
    channel.put("instant", {"on": True})
    opened(channel)

    assert channel.get("/payment-links/PL-000001")["status"] == "paid"
    assert [one["total"] for one in channel.get("/settlements")] == ["72.00"]
    assert [json.loads(body)["amount"] for _, _, body in bank[0].letters] == ["72.00"]


def test_a_bank_that_is_down_gets_its_money_at_the_next_flush(
    channel: Running, bank: tuple[Receiver, str]
) -> None:
    bank[0].status = 503
    paid(channel)
    channel.move_clock("2026-01-08 09:00")
    bank[0].status = 200
    for _ in range(2):
        channel.post("/_sandbox/flush", {}, 200)

    keys = [json.loads(body)["key"] for _, _, body in bank[0].letters]
    assert keys == ["ST-20260107-0001", "ST-20260107-0001"]


@pytest.mark.parametrize("script", [{"pays_after_days": -1}, {"settles": "no"}])
def test_a_script_that_nobody_can_play_is_refused(channel: Running, script: dict[str, Any]) -> None:
    body = {"scripts": {"SO-2026-0001": script}}

    assert channel.post("/_sandbox/seed", body, 422)["field"].startswith("scripts.SO-2026-0001.")


@pytest.mark.slow
def test_a_killed_pay_channel_keeps_the_payment_and_still_settles_it(tmp_path: Path) -> None:
    with receiving() as (receiver, url):
        channel = Counterparty("pay_channel", tmp_path, bank_url=url)
        channel.client.post("/payment-links", json=LINK)
        channel.move_clock(PAID_ON_DAY_TWO)
        channel.kill()

        channel.start()
        channel.move_clock("2026-01-08 09:00")

        assert [json.loads(body)["amount"] for _, _, body in receiver.letters] == ["72.00"]
        channel.stop()
