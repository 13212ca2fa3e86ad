"""What the national insurer settled at the counter, paid out: one credit for each day and kind.

Takings less cancellations, some working days later. A day is announced from the morning after, with
every row; one that comes to nought or less is carried over, and the next credit is so much smaller.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sandbox.acquiring.payouts import working_days_after
from sandbox.fields import ZONE
from sandbox.kit import Call, Fields, Moment, Refused, Service, stamp, yuan
from sandbox.settling import KINDS
from sandbox.settling_totals import moves_until

SCHEMA = """
create table if not exists counter_payout (
  payout_no text primary key, kind text not null, day text not null, amount integer not null,
  account text not null, at text not null);
create table if not exists counter_paid (move text primary key, payout_no text not null);
"""
PROVIDER = "TEST-H-3201-0001"
NAME = "测试医疗保险基金中心甲"
ANNOUNCED_FROM = time(8)
PAYS_AT = time(11)
_SHORT = {"pool_fund": "POOL", "personal_account": "ACCOUNT"}


def serve(service: Service) -> None:
    """Answer for announcements, and pay out when a day's credit is due."""
    service.get("/settlements/payouts/{kind}/{day}")(announce)
    service.when("settlement_moved")(expect)
    service.when("counter_pay_out")(pay_out)


def plant(moment: Moment, body: Fields) -> None:
    """Plant terms, {"counter": {"account": "BA-01", "working_days": 2, "holidays": [], "worked":
    [], "withheld": ["PM-…"]}}; without them nothing is announced or paid out.
    """
    if "counter" in body:
        terms = body.one("counter")
        terms.text("account")
        terms.integer("working_days", least=0)
        moment.keep("counter", dict(terms))


def expect(moment: Moment, payload: dict[str, Any]) -> None:
    """Something moved today: have the day paid out when the terms say so."""
    terms = moment.kept("counter", None)
    if terms is not None:
        today = moment.now.date()
        pays_on = working_days_after(today, terms["working_days"], terms)
        due = datetime.combine(pays_on, PAYS_AT, ZONE)
        moment.later(due, "counter_pay_out", {**payload, "day": today.isoformat()})


def announce(call: Call) -> dict[str, Any]:
    """One day's settlings and cancellings of one kind, with their sums and the credit's number."""
    kind, day = call.path("kind"), call.path("day")
    rows = [row for row in moves_until(call, kind, day) if str(row["at"])[:10] == day]
    if not rows or not _is_announced(call, day):
        raise Refused(404, "not_found", f"nothing of {kind} is announced for {day}")
    told: dict[str, Any] = {
        "payer": "PA",
        "provider": PROVIDER,
        "kind": kind,
        "day": day,
        "currency": "CNY",
        "trace_number": _number(kind, day),
        "rows": [{**row, "amount": yuan(row["amount"])} for row in rows],
        "total": yuan(sum(_signed(row) for row in rows)),
    }
    for what in ("settled", "cancelled"):
        amounts = [row["amount"] for row in rows if row["what"] == what]
        told[what] = {"count": len(amounts), "amount": yuan(sum(amounts))}
    return told


def _is_announced(call: Call, day: str) -> bool:
    morning_after = date.fromisoformat(day) + timedelta(days=1)
    announced_at = datetime.combine(morning_after, ANNOUNCED_FROM, ZONE)
    return call.now >= announced_at and call.kept("counter", None) is not None


def pay_out(moment: Moment, payload: dict[str, Any]) -> None:
    """Send what is left of all days up to this one; twice is once."""
    kind, day = payload["kind"], payload["day"]
    rows = _unpaid(moment, kind, day)
    amount = sum(_signed(row) for row in rows)
    if amount <= 0:
        return
    nth, terms = moment.next_number(f"counter {kind} {day}"), moment.kept("counter")
    payout_no = _number(kind, day) if nth == 1 else f"{_number(kind, day)}-{nth}"
    values = payout_no, kind, day, amount, terms["account"], stamp(moment.now)
    moment.do("insert into counter_payout values (?, ?, ?, ?, ?, ?)", *values)
    for row in rows:
        moment.do("insert into counter_paid values (?, ?)", _move(row), payout_no)
    money = {"account": terms["account"], "amount": yuan(amount), "text": f"医保结算款 {day}"}
    trace = {"trace_number": payout_no, "counterparty": NAME}
    moment.transfer({"key": payout_no, **money, **trace})
    moment.happened(f"{payout_no}: {yuan(amount)} paid out to {terms['account']}")


def books(moment: Moment) -> dict[str, Any]:
    """Every credit, and what is owed of each kind still, withheld money included."""
    payouts = moment.rows("select * from counter_payout order by at, payout_no")
    return {
        "counter_payouts": [{**row, "amount": yuan(row["amount"])} for row in payouts],
        "counter_owed": {kind: yuan(_owed(moment, kind)) for kind in KINDS},
    }


def _owed(moment: Moment, kind: str) -> int:
    moved = sum(_signed(row) for row in moves_until(moment, kind, "9999"))
    sql = "select coalesce(sum(amount), 0) as sum from counter_payout where kind = ?"
    paid = moment.row(sql, kind)
    return moved - int(paid["sum"] if paid else 0)


def _unpaid(moment: Moment, kind: str, until: str) -> list[dict[str, Any]]:
    withheld = moment.kept("counter").get("withheld", [])
    return [
        row
        for row in moves_until(moment, kind, until)
        if moment.row("select 1 from counter_paid where move = ?", _move(row)) is None
        and row["key"] not in withheld
    ]


def _move(row: dict[str, Any]) -> str:
    return f"{row['what']} {row['key']}"


def _signed(row: dict[str, Any]) -> int:
    return -int(row["amount"]) if row["what"] == "cancelled" else int(row["amount"])


def _number(kind: str, day: str) -> str:
    return f"JS-{PROVIDER}-{_SHORT.get(kind, kind)}-{day.replace('-', '')}"
