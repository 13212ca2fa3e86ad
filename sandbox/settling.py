"""Settling at the counter: the national insurer bears a part of a bill, at once or not at all.

Under the supplier's number, once; it is cancelled whole. A number that is closed before its
settlement came in is refused for good.
"""

from __future__ import annotations

from typing import Any

from sandbox.kit import Answer, Call, Moment, Refused, Service, stamp, yuan

SCHEMA = """
create table if not exists settlement (
  settlement_no text primary key, key text unique not null, kind text not null,
  amount integer not null, status text not null, settled_at text not null,
  cancel_key text not null default '', cancelled_at text not null default '');
"""
KINDS = ("pool_fund", "personal_account")


def serve(service: Service) -> None:
    """Open the doors under /settlements."""
    service.post("/settlements")(settle)
    service.get("/settlements")(search)
    service.post("/settlements/close")(close)
    service.post("/settlements/cancel")(cancel)


def books(moment: Moment) -> dict[str, Any]:
    """Every settlement, amounts in yuan."""
    rows = moment.rows("select * from settlement order by settlement_no")
    return {"settlements": [{**row, "amount": yuan(row["amount"])} for row in rows]}


def settle(call: Call) -> Answer:
    key, kind = call.body.text("key"), call.body.text("kind")
    amount = call.body.amount("amount", least=1)
    if kind not in KINDS:
        raise call.body.refuse("kind", f"must be one of {', '.join(KINDS)}")
    known = _found(call, key)
    if known is None:
        number = _number(call)
        values = (number, key, kind, amount, "settled", stamp(call.now))
        call.do(f"{_INSERT} values (?, ?, ?, ?, ?, ?)", *values)
        _moved(call, kind)
        return Answer(201, _told(call, key))
    if known["status"] == "closed":
        raise Refused(409, "closed", f"{key} was closed", "key")
    if (known["kind"], known["amount"]) != (kind, amount):
        raise Refused(409, "content_differs", f"{key} is there with other content", "key")
    return Answer(200, _told(call, key))


def search(call: Call) -> list[dict[str, Any]]:
    key = call.needed("key")
    return [] if _found(call, key) is None else [_told(call, key)]


def close(call: Call) -> dict[str, Any]:
    """Take nothing under this number any more; what is settled stays so."""
    key = call.body.text("key")
    if _found(call, key) is None:
        values = (_number(call), key, "pool_fund", 0, "closed", stamp(call.now))
        call.do(f"{_INSERT} values (?, ?, ?, ?, ?, ?)", *values)
    return _told(call, key)


def cancel(call: Call) -> dict[str, Any]:
    """Cancel a settlement whole, once: the same cancelling again is the same."""
    key, cancel_key = call.body.text("key"), call.body.text("cancel_key")
    known = _found(call, key)
    if known is None or known["status"] == "closed":
        raise Refused(404, "not_found", f"nothing is settled under {key}", "key")
    if known["status"] == "settled":
        sql = "update settlement set status = ?, cancel_key = ?, cancelled_at = ? where key = ?"
        call.do(sql, "cancelled", cancel_key, stamp(call.now), key)
        _moved(call, known["kind"])
    elif known["cancel_key"] != cancel_key:
        raise Refused(409, "cancelled_already", f"{key} is cancelled already", "key")
    return _told(call, key)


def _moved(call: Call, kind: str) -> None:
    call.later(call.now, "settlement_moved", {"kind": kind})


_INSERT = "insert into settlement (settlement_no, key, kind, amount, status, settled_at)"


def _number(call: Call) -> str:
    return f"ST-{call.next_number('settlement'):06d}"


def _found(call: Call, key: str) -> dict[str, Any] | None:
    return call.row("select * from settlement where key = ?", key)


def _told(call: Call, key: str) -> dict[str, Any]:
    row = _found(call, key)
    if row is None:
        raise Refused(404, "not_found", f"nothing is settled under {key}", "key")
    return {**row, "amount": yuan(row["amount"])}
