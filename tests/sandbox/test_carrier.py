"""The pretend carrier: a journey, told well or badly, and a paper with or without a signature."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from sandbox.carrier import service
from sandbox.kit import signature
from tests.sandbox.process import Counterparty
from tests.sandbox.running import Receiver, Running, receiving, running

SHIPMENT = {
    "key": "S-1",
    "order_no": "SO-2026-0001",
    "to": {"hospital_code": "H-01"},
    "parcels": [{"lot_no": "L-SOON", "quantity": 3}, {"lot_no": "L-LATE", "quantity": 2}],
}
PICKED_UP, DELIVERED = "2026-01-05T14:00:00+08:00", "2026-01-07T08:00:00+08:00"
AFTER_PICK_UP, AFTER_DELIVERY = "2026-01-05 14:00", "2026-01-07 08:00"


@pytest.fixture
def told() -> Iterator[tuple[Receiver, str]]:
    with receiving() as receiver_and_url:
        yield receiver_and_url


@pytest.fixture
def carrier(tmp_path: Path, told: tuple[Receiver, str]) -> Iterator[Running]:
    with running(service, tmp_path, webhook_url=told[1]) as client:
        yield client


def booked(carrier: Running, **script: Any) -> str:
    carrier.post("/_sandbox/seed", {"scripts": {"SO-2026-0001": script}}, 200)
    tracking_no: str = carrier.post("/shipments", SHIPMENT, 201)["tracking_no"]
    return tracking_no


def test_a_shipment_is_picked_up_and_delivered_at_the_scripted_times(carrier: Running) -> None:
    number = booked(carrier, picked_up_after_hours=6, ends_after_days=2)
    carrier.move_clock("2026-02-01 08:00")

    assert carrier.get(f"/shipments/{number}") == {
        "tracking_no": number,
        "order_no": "SO-2026-0001",
        "status": "delivered",
        "events": [
            {"event_id": "EV-000001", "kind": "in_transit", "at": PICKED_UP},
            {"event_id": "EV-000002", "kind": "delivered", "at": DELIVERED},
        ],
    }


def test_the_same_key_books_one_shipment(carrier: Running) -> None:
    number = booked(carrier)

    assert carrier.post("/shipments", SHIPMENT, 200) == {"tracking_no": number}
    found = carrier.get("/shipments", key="S-1")
    assert [(one["tracking_no"], one["status"]) for one in found] == [(number, "booked")]
    assert carrier.get("/shipments", key="S-2") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": {}}, "to.hospital_code"),
        ({"to": "H-01"}, "to"),
        ({"parcels": []}, "parcels"),
        ({"parcels": [{"lot_no": "L", "quantity": 0}]}, "parcels[0].quantity"),
        ({"key": ""}, "key"),
    ],
)
def test_a_bad_booking_names_its_field(
    carrier: Running, change: dict[str, Any], field: str
) -> None:
    assert carrier.post("/shipments", {**SHIPMENT, **change}, 422)["field"] == field
    assert carrier.books()["shipments"] == []


@pytest.mark.parametrize(
    ("how", "kinds"),
    [
        ("normal", ["in_transit", "delivered"]),
        ("twice", ["in_transit", "in_transit", "delivered", "delivered"]),
        ("out_of_order", ["delivered", "in_transit"]),
        ("lost", []),
        ("forged", ["in_transit", "delivered", "delivered"]),
    ],
)
def test_the_journey_is_told_as_the_script_says(
    carrier: Running, told: tuple[Receiver, str], how: str, kinds: list[str]
) -> None:
    number = booked(carrier, webhooks=how)
    carrier.move_clock(AFTER_DELIVERY)

    assert told[0].kinds == kinds
    assert carrier.get(f"/shipments/{number}")["status"] == "delivered"


def test_a_webhook_told_twice_has_one_event_id(
    carrier: Running, told: tuple[Receiver, str]
) -> None:
    number = booked(carrier, webhooks="twice")
    carrier.move_clock(AFTER_PICK_UP)

    event = {
        "event_id": "EV-000001",
        "tracking_no": number,
        "order_no": "SO-2026-0001",
        "kind": "in_transit",
        "at": PICKED_UP,
    }
    assert [json.loads(body) for _, _, body in told[0].letters] == [event, event]
    assert [path for path, _, _ in told[0].letters] == ["/carrier", "/carrier"]


def test_a_forgery_claims_delivery_before_the_time_and_does_not_verify(
    carrier: Running, told: tuple[Receiver, str]
) -> None:
    booked(carrier, webhooks="forged")
    told[0].status = 401
    carrier.move_clock(AFTER_PICK_UP)
    told[0].status = 200
    carrier.move_clock(AFTER_PICK_UP)

    verified = [
        (
            json.loads(body)["kind"],
            headers["X-Sandbox-Signature"]
            == signature("sandbox-webhook-secret", headers["X-Sandbox-Timestamp"], body.decode()),
        )
        for _, headers, body in told[0].letters
    ]
    assert verified == [("in_transit", True), ("delivered", False), ("in_transit", True)]


def test_what_has_not_left_is_cancelled_and_never_told(
    carrier: Running, told: tuple[Receiver, str]
) -> None:
    number = booked(carrier)

    for _ in range(2):
        answer = carrier.post(f"/shipments/{number}/cancel", {"key": "C-1"}, 200)
        assert answer["status"] == "cancelled"
    assert carrier.move_clock(AFTER_DELIVERY) == []
    assert carrier.get(f"/shipments/{number}")["status"] == "cancelled"
    assert told[0].kinds == []


def test_what_is_on_the_road_turns_round_and_comes_back(
    carrier: Running, told: tuple[Receiver, str]
) -> None:
    number = booked(carrier)
    carrier.move_clock(AFTER_PICK_UP)

    for _ in range(2):
        answer = carrier.post(f"/shipments/{number}/cancel", {"key": "C-1"}, 200)
        assert answer["status"] == "returning"
    carrier.move_clock("2026-02-01 08:00")

    assert carrier.get(f"/shipments/{number}")["status"] == "returned"
    assert told[0].kinds == ["in_transit", "returned"]


def test_turned_round_an_hour_before_arrival_it_is_not_delivered(carrier: Running) -> None:
    number = booked(carrier)
    carrier.move_clock("2026-01-07 07:00")
    carrier.post(f"/shipments/{number}/cancel", {"key": "C-1"}, 200)

    carrier.move_clock("2026-01-08 06:59")
    assert carrier.get(f"/shipments/{number}")["status"] == "in_transit"
    carrier.move_clock("2026-01-08 07:00")
    assert carrier.get(f"/shipments/{number}")["status"] == "returned"


def test_what_is_delivered_can_not_be_cancelled(carrier: Running) -> None:
    number = booked(carrier)
    carrier.move_clock(AFTER_DELIVERY)

    refusal = carrier.post(f"/shipments/{number}/cancel", {"key": "C-1"}, 409)
    assert refusal["error"] == "already_delivered"


def test_a_scripted_return_ends_returned_without_a_proof(carrier: Running) -> None:
    number = booked(carrier, ends="returned")
    carrier.move_clock(AFTER_DELIVERY)

    assert carrier.get(f"/shipments/{number}")["status"] == "returned"
    assert carrier.client.get(f"/shipments/{number}/proof-of-delivery").status_code == 404


def proof(carrier: Running, **script: Any) -> bytes:
    number = booked(carrier, **script)
    carrier.move_clock(AFTER_DELIVERY)
    answer = carrier.client.get(f"/shipments/{number}/proof-of-delivery")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


def test_the_proof_comes_only_after_delivery(carrier: Running) -> None:
    number = booked(carrier)
    carrier.move_clock("2026-01-07 07:59")

    assert carrier.get(f"/shipments/{number}/proof-of-delivery", 404)["error"] == "not_delivered"


def test_the_proof_shows_order_lots_and_date_with_a_signature_as_a_picture(
    carrier: Running,
) -> None:
    with pdfplumber.open(io.BytesIO(proof(carrier))) as paper:
        (page,) = paper.pages
        text, pictures = page.extract_text(), page.images

    for word in ("送货签收单", "SO-2026-0001", "TK260105000001", "L-SOON", "L-LATE", "2026-01-07"):
        assert word in text
    assert [picture["srcsize"] for picture in pictures] == [(500, 200)]


def test_the_proof_is_the_same_bytes_each_time(carrier: Running) -> None:
    first = proof(carrier)

    url = "/shipments/TK260105000001/proof-of-delivery"
    assert carrier.client.get(url).content == first


def test_a_proof_may_lack_the_signature(carrier: Running) -> None:
    with pdfplumber.open(io.BytesIO(proof(carrier, proof="no_signature"))) as paper:
        assert paper.pages[0].images == []
        assert "收货人签字" in paper.pages[0].extract_text()


def test_a_proof_may_be_no_pdf_at_all(carrier: Running) -> None:
    assert proof(carrier, proof="not_a_pdf").startswith(b"<html>")


def test_in_instant_mode_a_shipment_is_delivered_when_booked(carrier: Running) -> None:
    carrier.put("instant", {"on": True})
    number = booked(carrier)

    events = carrier.get(f"/shipments/{number}")["events"]
    assert [(event["kind"], event["at"]) for event in events] == [
        ("in_transit", "2026-01-05T08:00:00+08:00"),
        ("delivered", "2026-01-05T08:00:00+08:00"),
    ]


@pytest.mark.parametrize(
    "script",
    [
        {"ends": "lost"},
        {"proof": "torn"},
        {"webhooks": "late"},
        {"colour": "red"},
        {"ends_after_days": -1},
    ],
)
def test_a_script_that_nobody_can_play_is_refused(carrier: Running, script: dict[str, Any]) -> None:
    body = {"scripts": {"SO-2026-0001": script}}

    assert carrier.post("/_sandbox/seed", body, 422)["field"].startswith("scripts.SO-2026-0001.")


@pytest.mark.slow
def test_a_killed_carrier_delivers_after_it_is_started_again(tmp_path: Path) -> None:
    with receiving() as (receiver, url):
        carrier = Counterparty("carrier", tmp_path, webhook_url=url)
        number = carrier.client.post("/shipments", json=SHIPMENT).json()["tracking_no"]
        carrier.move_clock(AFTER_PICK_UP)
        carrier.kill()

        carrier.start()
        carrier.move_clock(AFTER_DELIVERY)

        assert receiver.kinds == ["in_transit", "delivered"]
        assert carrier.client.get(f"/shipments/{number}").json()["status"] == "delivered"
        carrier.stop()
