"""News from outside: believed only when signed, counted once, and never more than a wake-up."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path

import pytest
from httpx import AsyncClient, Response

from api.webhooks import PretendSecretInTheOpen, check_keys
from engine.counterparties import Counterparties
from engine.profiles import NoCredential
from store import audit, cases, outbox
from tests.api.furniture import order
from tests.api.office import CASE_NO, MONDAY, WEBHOOK_SECRET, Office, settings_in

DELIVERED = {
    "event_id": "EV-1",
    "tracking_no": "TR-0001",
    "order_no": CASE_NO,
    "kind": "delivered",
    "at": "2026-01-07T10:00:00+08:00",
}
PAID = {
    "event_id": "PE-1",
    "link_no": "L-1",
    "payment_no": "P-1",
    "order_no": CASE_NO,
    "kind": "paid",
    "amount": "72.00",
    "at": "2026-01-07T10:00:00+08:00",
}


async def post(
    client: AsyncClient,
    path: str = "/webhooks/carrier",
    news: object = DELIVERED,
    *,
    secret: str = WEBHOOK_SECRET,
    moved: timedelta = timedelta(0),
    headers: dict[str, str] | None = None,
) -> Response:
    body = news if isinstance(news, str) else json.dumps(news)
    timestamp = str(int((MONDAY + moved).timestamp()))
    signature = hmac.new(
        secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256
    ).hexdigest()
    signed = {"X-Sandbox-Timestamp": timestamp, "X-Sandbox-Signature": signature}
    return await client.post(path, content=body, headers=signed | (headers or {}))


def traces(office: Office) -> tuple[list[str], list[str], int]:
    with office.database.reading() as s:
        delivered = [event.event_id for event in cases.delivery_events(s, CASE_NO)]
        security = [event.kind for event in audit.security_events(s)]
        return delivered, security, len(outbox.due(s))


async def test_a_delivery_is_kept_and_the_case_woken(office: Office) -> None:
    async with office.visitor() as carrier:
        answer = await post(carrier)
    assert (answer.status_code, answer.json()) == (200, {"status": "received"})
    assert traces(office) == (["EV-1"], [], 0)
    assert office.wakes.sent == [("case-SO-2026-0001", "look", "EV-1")]


async def test_a_payment_is_only_a_wake_up_and_books_nothing(office: Office) -> None:
    async with office.visitor() as channel:
        answer = await post(channel, "/webhooks/pay-channel", PAID)
    assert answer.status_code == 200
    assert office.wakes.sent == [("case-SO-2026-0001", "look", "PE-1")]
    async with office.program("fin-wang") as program:
        summary = (await program.get("/api/summary")).json()
    assert [row["payer"] for row in summary["payers"]] == ["PA"]


async def test_the_same_news_twice_has_one_effect(office: Office) -> None:
    async with office.visitor() as carrier:
        await post(carrier)
        again = await post(carrier, moved=timedelta(hours=1))
    assert (again.status_code, again.json()) == (200, {"status": "duplicate"})
    assert traces(office) == (["EV-1"], [], 0)
    assert len(office.wakes.sent) == 1


async def test_news_out_of_order_is_kept_in_the_order_it_happened(office: Office) -> None:
    earlier = DELIVERED | {
        "event_id": "EV-0",
        "kind": "in_transit",
        "at": "2026-01-06T10:00:00+08:00",
    }
    async with office.visitor() as carrier:
        await post(carrier)
        await post(carrier, news=earlier)
    assert traces(office)[0] == ["EV-0", "EV-1"]


async def test_a_known_event_number_with_other_content_is_reported(office: Office) -> None:
    async with office.visitor() as carrier:
        await post(carrier)
        answer = await post(carrier, news=DELIVERED | {"kind": "returned"})
    assert (answer.status_code, answer.json()["field"]) == (409, "event_id")
    assert traces(office) == (["EV-1"], ["webhook-event-differs"], 0)


async def test_the_same_number_of_carrier_and_pay_channel_are_two_events(office: Office) -> None:
    async with office.visitor() as outside:
        await post(outside)
        answer = await post(outside, "/webhooks/pay-channel", PAID | {"event_id": "EV-1"})
    assert answer.json() == {"status": "received"}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Sandbox-Signature": "0" * 64},
        {"X-Sandbox-Signature": ""},
        {"X-Sandbox-Timestamp": "1767571201"},
        {"X-Sandbox-Timestamp": ""},
    ],
)
async def test_a_forged_webhook_changes_nothing_and_is_reported(
    office: Office, headers: dict[str, str]
) -> None:
    async with office.visitor() as forger:
        answer = await post(forger, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (
        401,
        "urn:huikuan:problem:signature-wrong",
    )
    assert traces(office) == ([], ["webhook-signature-wrong"], 0)
    assert office.wakes.sent == []


async def test_a_webhook_signed_with_another_secret_is_forged(office: Office) -> None:
    async with office.visitor() as forger:
        assert (await post(forger, secret="guessed")).status_code == 401


@pytest.mark.parametrize(
    ("moved", "status"),
    [
        (timedelta(days=1), 200),
        (timedelta(days=-1), 200),
        (timedelta(days=1, seconds=1), 401),
        (timedelta(days=-1, seconds=-1), 401),
    ],
)
async def test_a_webhook_is_believed_within_a_day_of_the_business_clock(
    office: Office, moved: timedelta, status: int
) -> None:
    async with office.visitor() as carrier:
        answer = await post(carrier, moved=moved)
    assert answer.status_code == status
    assert traces(office)[1] == ([] if status == 200 else ["webhook-signature-old"])


@pytest.mark.parametrize("stamp", ["soon", "１２", "-1", "1e9"])
async def test_a_timestamp_that_is_no_number_is_refused(office: Office, stamp: str) -> None:
    body = json.dumps(DELIVERED)
    signature = hmac.new(
        WEBHOOK_SECRET.encode(), f"{stamp}.{body}".encode(), hashlib.sha256
    ).hexdigest()
    headers = [
        (b"x-sandbox-timestamp", stamp.encode()),
        (b"x-sandbox-signature", signature.encode()),
    ]
    async with office.visitor() as carrier:
        answer = await carrier.post("/webhooks/carrier", content=body, headers=headers)
    assert answer.status_code == 401


async def test_a_flood_of_forgeries_does_not_fill_the_database(office: Office) -> None:
    async with office.visitor() as forger:
        for _ in range(30):
            assert (await post(forger, secret="guessed")).status_code == 401
    assert len(traces(office)[1]) == 20


@pytest.mark.parametrize(
    ("news", "status", "field"),
    [
        ("no json", 422, "body"),
        ("[1]", 422, "body"),
        ({k: v for k, v in DELIVERED.items() if k != "event_id"}, 422, "event_id"),
        (DELIVERED | {"event_id": 7}, 422, "event_id"),
        (DELIVERED | {"event_id": "x" * 101}, 422, "event_id"),
        (DELIVERED | {"kind": "paid"}, 422, "kind"),
        (DELIVERED | {"at": "yesterday"}, 422, "at"),
        (DELIVERED | {"at": "2026-01-07T10:00:00"}, 422, "at"),
        (DELIVERED | {"tracking_no": ""}, 422, "tracking_no"),
        (DELIVERED | {"order_no": "SO-2026-9999"}, 404, "order_no"),
        (DELIVERED | {"order_no": "../../x"}, 404, "order_no"),
    ],
)
async def test_signed_nonsense_is_refused_by_field_and_leaves_nothing(
    office: Office, news: object, status: int, field: str
) -> None:
    async with office.visitor() as carrier:
        answer = await post(carrier, news=news)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert traces(office) == ([], [], 0)


async def test_news_of_an_order_without_a_case_counts_when_the_case_is_there(
    office: Office,
) -> None:
    early = DELIVERED | {"order_no": "SO-2026-0002"}
    async with office.visitor() as carrier:
        assert (await post(carrier, news=early)).status_code == 404
        with office.database.transaction() as s:
            cases.open_case(
                s,
                order("SO-2026-0002"),
                workflow_id="case-SO-2026-0002",
                run_id="r",
                started_by=None,
                now=MONDAY,
            )
        again = await post(carrier, news=early)
    assert (again.status_code, again.json()) == (200, {"status": "received"})


async def test_a_body_beyond_the_limit_is_not_even_read_as_news(office: Office) -> None:
    async with office.visitor() as carrier:
        answer = await post(carrier, news=DELIVERED | {"pad": "x" * 70_000})
    assert answer.status_code == 413


async def test_an_engine_that_is_away_keeps_the_wake_up_for_later(office: Office) -> None:
    office.wakes.fails = OSError("down")
    async with office.visitor() as carrier:
        assert (await post(carrier)).status_code == 200
    assert traces(office) == (["EV-1"], [], 1)


async def test_each_sender_signs_with_its_own_key_and_not_with_the_other_one_s(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_CARRIER_WEBHOOK_SECRET", "of the carrier")
    monkeypatch.setenv("HUIKUAN_PAY_CHANNEL_WEBHOOK_SECRET", "of the channel")
    ways = {
        "of the carrier": ("/webhooks/carrier", DELIVERED),
        "of the channel": ("/webhooks/pay-channel", PAID),
    }
    async with office.visitor() as client:
        for own, (path, news) in ways.items():
            for secret in (*ways, WEBHOOK_SECRET):
                answer = await post(client, path, news, secret=secret)
                assert answer.status_code == (200 if secret == own else 401), (path, secret)


def test_the_sandbox_s_key_is_refused_where_others_can_reach_the_api(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counterparties = Counterparties.load(Path("counterparties"))
    check_keys(office.settings, counterparties)
    in_the_open = settings_in(tmp_path, api_host="0.0.0.0")
    monkeypatch.setenv("HUIKUAN_CARRIER_WEBHOOK_SECRET", "of the carrier")
    with pytest.raises(PretendSecretInTheOpen) as refused:
        check_keys(in_the_open, counterparties)
    assert str(refused.value) == (
        "Counterparty pay_channel: webhook_secret (env:HUIKUAN_PAY_CHANNEL_WEBHOOK_SECRET) is the"
        " sandbox's, and the API listens on 0.0.0.0, not on loopback."
    )
    monkeypatch.setenv("HUIKUAN_PAY_CHANNEL_WEBHOOK_SECRET", "of the channel")
    check_keys(in_the_open, counterparties)
    monkeypatch.setenv("HUIKUAN_CARRIER_URL", "https://carrier.example")
    monkeypatch.delenv("HUIKUAN_CARRIER_WEBHOOK_SECRET")
    with pytest.raises(NoCredential, match="HUIKUAN_CARRIER_WEBHOOK_SECRET"):
        check_keys(office.settings, Counterparties.load(Path("counterparties")))
