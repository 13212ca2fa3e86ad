"""The carrier's news twice, out of order, lost, forged and replayed: each event counts once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.kit import signature
from store import cases
from tests.faults.quick import make_quick
from tests.faults.sound import expect_one_of_each, expect_sound_books
from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow

TOLD = {
    "SO-2026-0002": "twice",
    "SO-2026-0025": "out_of_order",
    "SO-2026-0027": "lost",
    "SO-2026-0029": "forged",
}
SECRET = "sandbox-webhook-secret"


def journey(here: House, order_no: str) -> list[str]:
    """What is on record of a parcel, in the order in which it happened."""
    with here.parts.database.reading() as session:
        return [event.kind for event in cases.delivery_events(session, order_no)]


def delivered_event(here: House, order_no: str) -> dict[str, Any]:
    """The carrier's own message about an arrival, as anyone on the line could have kept it."""
    books = here.held_by("carrier")
    (parcel,) = [row for row in books["shipments"] if row["order_no"] == order_no]
    number = parcel["tracking_no"]
    (event,) = [
        event
        for event in books["events"]
        if (event["tracking_no"], event["kind"]) == (number, "delivered")
    ]
    return {
        "event_id": event["event_id"],
        "tracking_no": number,
        "order_no": order_no,
        "kind": "delivered",
        "at": event["at"],
    }


async def send(
    here: House, event: dict[str, Any], *, at: datetime, secret: str = SECRET
) -> tuple[int, str]:
    """Post a message to our door, signed for that time; return status and what it says."""
    body, timestamp = json.dumps(event), str(int(at.timestamp()))
    headers = {
        "X-Sandbox-Timestamp": timestamp,
        "X-Sandbox-Signature": signature(secret, timestamp, body),
    }
    url = f"{here.parts.settings.api_url}/webhooks/carrier"
    async with httpx.AsyncClient(trust_env=False) as stranger:
        answer = await stranger.post(url, content=body, headers=headers)
    told = answer.json()
    return answer.status_code, told["type"] if "type" in told else told["status"]


async def expect_replays_change_nothing(here: House) -> None:
    """What was said once is said again: as it was, too late, under a guessed secret, changed."""
    now = here.conductor.now
    heard = delivered_event(here, "SO-2026-0002")
    refused = "urn:huikuan:problem:signature-"
    assert await send(here, heard, at=now) == (200, "duplicate")
    assert await send(here, heard, at=now - timedelta(days=2)) == (401, f"{refused}old")
    assert await send(here, heard, at=now, secret="guessed") == (401, f"{refused}wrong")
    returned = heard | {"kind": "returned"}
    differs = (409, "urn:huikuan:problem:event-differs")
    assert await send(here, returned, at=now) == differs
    await here.conductor.settle()


async def test_news_that_is_doubled_turned_round_lost_or_forged_counts_each_event_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        make_quick(here, *TOLD, webhooks=TOLD)
        # Monday 5 January: four parcels leave. At three a stranger says that one has arrived.
        await here.morning(0)
        for order_no in TOLD:
            await here.start(order_no)
        await here.conductor.settle()
        await here.conductor.move_to(here.conductor.now + timedelta(hours=8))
        assert {no: here.stage(no) for no in TOLD} == dict.fromkeys(TOLD, "shipped")
        assert here.security_events() == ["webhook-signature-wrong"]
        assert here.held_by("tax")["invoices"] == []

        # Tuesday 6 January: all four have arrived, whatever was said of it.
        await here.live_until(1)
        assert {no: here.stage(no) for no in TOLD} == dict.fromkeys(TOLD, "claiming")
        assert all(journey(here, no) == ["in_transit", "delivered"] for no in TOLD)
        await expect_replays_change_nothing(here)
        assert all(journey(here, no) == ["in_transit", "delivered"] for no in TOLD)
        assert here.security_events() == [
            "webhook-signature-wrong",
            "webhook-signature-old",
            "webhook-signature-wrong",
            "webhook-event-differs",
        ]

        # Thursday 8 January: each is paid once, and closed.
        await here.live_until(3)
        assert {no: here.stage(no) for no in TOLD} == dict.fromkeys(TOLD, "closed")
        assert here.inbox() == []
        expect_one_of_each(here, *TOLD)
        expect_sound_books(here)
        # 480.00 + 240.00 + 852.00 + 240.00, tax included.
        assert here.books() == {
            "bank:BA-01": "101812.00",
            "opening_balances": "-100000.00",
            "output_vat": "-208.46",
            "revenue": "-1603.54",
        }
