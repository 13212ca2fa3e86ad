"""The pretend carrier: books shipments, tells of their journey by webhook, hands over the proof.

Each order's script says how long its journey takes, how it ends, and how badly it is told.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from sandbox.kit import Answer, Call, Fields, Moment, Refused, Service, instant, stamp
from sandbox.pdf_delivery import proof_of_delivery

service = Service(
    "carrier",
    port=18102,
    about="The pretend carrier: shipments, signed webhooks, proof of delivery as PDF.",
    schema="""
    create table if not exists script (order_no text primary key, body text);
    create table if not exists shipment (
      tracking_no text primary key, key text unique, order_no text, hospital_code text,
      parcels text, booked_at text, status text, is_coming_back integer default 0);
    create table if not exists event (
      event_id text primary key, tracking_no text, kind text, at text);
    create index if not exists event_of_shipment on event (tracking_no);
    """,
)

PLAIN_SCRIPT = {
    "picked_up_after_hours": 6,
    "ends_after_days": 2,
    "ends": "delivered",
    "proof": "good",
    "webhooks": "normal",
}
CHOICES = {
    "ends": ("delivered", "returned"),
    "proof": ("good", "not_a_pdf", "no_signature"),
    "webhooks": ("normal", "twice", "out_of_order", "lost", "forged"),
}
# Turned round on the road, a parcel is back the next day.
RETURN_TAKES = timedelta(days=1)


@service.seed
def seed(moment: Moment, body: Fields) -> None:
    """Plant {"scripts": {order_no: {...}}}; what a script leaves out is plain."""
    scripts = body.one("scripts") if "scripts" in body else Fields({})
    for order_no in scripts:
        script = scripts.one(order_no)
        for name in script:
            if name not in PLAIN_SCRIPT:
                raise script.refuse(name, "is no part of a script")
        for name, allowed in CHOICES.items():
            if script.get(name, allowed[0]) not in allowed:
                raise script.refuse(name, f"must be one of {', '.join(allowed)}")
        for name in ("picked_up_after_hours", "ends_after_days"):
            Fields({**PLAIN_SCRIPT, **script}, f"scripts.{order_no}.").integer(name, least=0)
        body_text = json.dumps({**PLAIN_SCRIPT, **script})
        moment.do("insert or replace into script values (?, ?)", order_no, body_text)


@service.post("/shipments")
def book(call: Call) -> Answer:
    body = call.body
    key, order_no = body.text("key"), body.text("order_no")
    hospital_code = body.one("to").text("hospital_code")
    parcels = [
        {"lot_no": parcel.text("lot_no"), "quantity": parcel.integer("quantity")}
        for parcel in body.rows("parcels")
    ]

    def make() -> dict[str, Any]:
        tracking_no = f"TK{call.now:%y%m%d}{call.next_number('shipment'):06d}"
        call.do(
            "insert into shipment (tracking_no, key, order_no, hospital_code, parcels, booked_at,"
            " status) values (?, ?, ?, ?, ?, ?, 'booked')",
            *(tracking_no, key, order_no, hospital_code, json.dumps(parcels), stamp(call.now)),
        )
        hours = _script(call, order_no)["picked_up_after_hours"]
        call.later(call.now + timedelta(hours=hours), "picked_up", {"tracking_no": tracking_no})
        return {"tracking_no": tracking_no}

    return call.once("shipment", key, make)


def _script(moment: Moment, order_no: str) -> dict[str, Any]:
    found = moment.row("select body from script where order_no = ?", order_no)
    return PLAIN_SCRIPT if found is None else json.loads(found["body"])


@service.get("/shipments")
def find_shipment(call: Call) -> Any:
    sql = "select tracking_no from shipment where key = ?"
    return [_shown(call, row["tracking_no"]) for row in call.rows(sql, call.needed("key"))]


@service.get("/shipments/{tracking_no}")
def show_shipment(call: Call) -> Any:
    return _shown(call, call.path("tracking_no"))


def _shown(moment: Moment, tracking_no: str) -> dict[str, Any]:
    shipment = _shipment(moment, tracking_no)
    shown = {name: shipment[name] for name in ("tracking_no", "order_no", "status")}
    sql = "select event_id, kind, at from event where tracking_no = ? order by at, event_id"
    return {**shown, "events": moment.rows(sql, tracking_no)}


def _shipment(moment: Moment, tracking_no: str) -> dict[str, Any]:
    found = moment.row("select * from shipment where tracking_no = ?", tracking_no)
    if found is None:
        raise Refused(404, "not_found", f"there is no shipment {tracking_no}", "tracking_no")
    return found


@service.post("/shipments/{tracking_no}/cancel")
def cancel(call: Call) -> Any:
    """Cancel what has not left; turn round what is on the road; too late, once it is delivered."""
    call.body.text("key")
    shipment = _shipment(call, call.path("tracking_no"))
    number, status = shipment["tracking_no"], shipment["status"]
    if status == "delivered":
        raise Refused(409, "already_delivered", f"{number} is delivered", "tracking_no")
    if status == "booked":
        status = "cancelled"
        call.do("update shipment set status = 'cancelled' where tracking_no = ?", number)
    elif status == "in_transit":
        status = "returning"
        if not shipment["is_coming_back"]:
            call.do("update shipment set is_coming_back = 1 where tracking_no = ?", number)
            come_back = {"tracking_no": number, "kind": "returned"}
            call.later(call.now + RETURN_TAKES, "arrived", come_back)
    return {"tracking_no": number, "status": status}


@service.when("picked_up")
def picked_up(moment: Moment, payload: dict[str, Any]) -> None:
    shipment = _shipment(moment, payload["tracking_no"])
    if shipment["status"] != "booked":
        return
    script = _script(moment, shipment["order_no"])
    event = _record(moment, shipment, "in_transit")
    if script["webhooks"] != "out_of_order":
        _tell(moment, script, event)
    if script["webhooks"] == "forged":
        # A stranger claims the delivery before the time, without knowing the secret.
        forgery = {**event, "event_id": f"{event['event_id']}-X", "kind": "delivered"}
        moment.webhook("/carrier", forgery, forged=True)
    arrival = instant(shipment["booked_at"]) + timedelta(days=script["ends_after_days"])
    at_end = {"tracking_no": shipment["tracking_no"], "kind": script["ends"]}
    moment.later(max(arrival, moment.now), "arrived", at_end)


@service.when("arrived")
def arrived(moment: Moment, payload: dict[str, Any]) -> None:
    """The journey ends: where it was going, or, turned round, where it came from."""
    shipment = _shipment(moment, payload["tracking_no"])
    was_turned_round = shipment["is_coming_back"] and payload["kind"] == "delivered"
    if shipment["status"] != "in_transit" or was_turned_round:
        return
    script = _script(moment, shipment["order_no"])
    _tell(moment, script, _record(moment, shipment, payload["kind"]))
    if script["webhooks"] == "out_of_order":
        sql = "select event_id, at from event where tracking_no = ? and kind = 'in_transit'"
        for first in moment.rows(sql, shipment["tracking_no"]):
            _tell(moment, script, _message(shipment, "in_transit", **first))


def _record(moment: Moment, shipment: dict[str, Any], kind: str) -> dict[str, str]:
    """Write the event down and return the message that tells of it."""
    tracking_no = shipment["tracking_no"]
    event_id = f"EV-{moment.next_number('event'):06d}"
    at = stamp(moment.now)
    moment.do("insert into event values (?, ?, ?, ?)", event_id, tracking_no, kind, at)
    moment.do("update shipment set status = ? where tracking_no = ?", kind, tracking_no)
    moment.happened(f"{shipment['order_no']}: {tracking_no} {kind}")
    return _message(shipment, kind, event_id, at)


def _message(shipment: dict[str, Any], kind: str, event_id: str, at: str) -> dict[str, str]:
    subject = {name: shipment[name] for name in ("tracking_no", "order_no")}
    return {"event_id": event_id, **subject, "kind": kind, "at": at}


def _tell(moment: Moment, script: dict[str, Any], event: dict[str, str]) -> None:
    for _ in range({"lost": 0, "twice": 2}.get(script["webhooks"], 1)):
        moment.webhook("/carrier", event)


@service.get("/shipments/{tracking_no}/proof-of-delivery")
def show_proof(call: Call) -> Response:
    shipment = _shipment(call, call.path("tracking_no"))
    sql = "select at from event where tracking_no = ? and kind = 'delivered'"
    delivered = call.row(sql, shipment["tracking_no"])
    if delivered is None:
        raise Refused(404, "not_delivered", f"{shipment['tracking_no']} is not delivered")
    proof = _script(call, shipment["order_no"])["proof"]
    if proof == "not_a_pdf":
        # Seen in the wild: the log-in page of a gateway, served under the name of the paper.
        page = "<html><body><h1>系统繁忙，请稍后再试</h1></body></html>"
        return Response(page, media_type="application/pdf")
    paper = proof_of_delivery(
        order_no=shipment["order_no"],
        tracking_no=shipment["tracking_no"],
        hospital_code=shipment["hospital_code"],
        parcels=json.loads(shipment["parcels"]),
        delivered_at=instant(delivered["at"]),
        is_signed=proof == "good",
    )
    return Response(paper, media_type="application/pdf")


@service.books
def books(moment: Moment) -> dict[str, Any]:
    shipments = moment.rows(
        "select tracking_no, key, order_no, hospital_code, booked_at, status from shipment"
        " order by tracking_no"
    )
    return {"shipments": shipments, "events": moment.rows("select * from event order by event_id")}


if __name__ == "__main__":
    service.run()
