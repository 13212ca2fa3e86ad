"""What the national insurer says of some days' settlements: totals, and the rows behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox.kit import Call, Moment, Refused, Service, yuan

_MOVES = """
select 'settled' as what, key, '' as cancel_key, kind, amount, settled_at as at
  from settlement where status in ('settled', 'cancelled')
union all
select 'cancelled', key, cancel_key, kind, amount, cancelled_at
  from settlement where status = 'cancelled'
"""
_CHOSEN = f"select * from ({_MOVES}) where kind = ? and substr(at, 1, 10) between ? and ?"


def serve(service: Service) -> None:
    """Open the two questions, and a door to make the insurer's own books wrong."""
    service.get("/settlements/totals")(totals)
    service.get("/settlements/moves")(moves)
    service.post("/_sandbox/settlements", public=True)(spoil)


def totals(call: Call) -> dict[str, Any]:
    """Count and sum of what was settled and what was cancelled; `from` and `to` are both in."""
    found: dict[str, Any] = {"kind": call.needed("kind")}
    rows = _rows(call)
    for what in ("settled", "cancelled"):
        amounts = [row["amount"] for row in rows if row["what"] == what]
        found[what] = {"count": len(amounts), "amount": yuan(sum(amounts))}
    return found


def moves(call: Call) -> list[dict[str, Any]]:
    """One row for each settling and each cancelling, by time."""
    return [{**row, "amount": yuan(row["amount"])} for row in _rows(call)]


def moves_until(moment: Moment, kind: str, until: str) -> list[dict[str, Any]]:
    """Every settling and cancelling of a kind up to a day, by time; amounts in fen."""
    sql = f"select * from ({_MOVES}) where kind = ? and substr(at, 1, 10) <= ?"
    return moment.rows(f"{sql} order by at, key, what desc", kind, until)


def _rows(call: Call) -> list[dict[str, Any]]:
    first, last = _day(call, "from"), _day(call, "to")
    if last < first:
        raise Refused(422, "invalid", "must not be before from", "to")
    sql = f"{_CHOSEN} order by at, key, what desc"
    return call.rows(sql, call.needed("kind"), first.isoformat(), last.isoformat())


def _day(call: Call, name: str) -> date:
    try:
        return date.fromisoformat(call.needed(name))
    except ValueError as error:
        raise Refused(422, "invalid", "must be a day, YYYY-MM-DD", name) from error


def spoil(call: Call) -> dict[str, Any]:
    """Lose the settlement of a key, or with "amount" have it at another amount."""
    key = call.body.text("key")
    if call.row("select 1 from settlement where key = ?", key) is None:
        raise Refused(404, "not_found", f"nothing is settled under {key}", "key")
    if call.body.get("amount") is None:
        call.do("delete from settlement where key = ?", key)
    else:
        amount = call.body.amount("amount", least=1)
        call.do("update settlement set amount = ? where key = ?", amount, key)
    return {"key": key, "spoilt": True}
