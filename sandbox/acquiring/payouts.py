"""Paying merchants out: what was taken, less what went back, less fees, some working days later;
and with it what the card network adjusted.

One credit for each day on which money moved, merchant and door. A day that comes to nought or less
is carried over: nothing is sent, and the next day's credit is so much smaller.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sandbox.acquiring import card_errors
from sandbox.acquiring.bills import RATES, charged
from sandbox.acquiring.books import moved, script_of
from sandbox.kit import ZONE, Fields, Moment, stamp, yuan

SCHEMA = """
create table if not exists payout (
  payout_no text primary key, merchant text, door text, day text, amount integer,
  reference text, account text, at text);
create table if not exists paid_out (channel_no text primary key, payout_no text);
"""
PAYS_AT = time(11)
NAME = "测试收单服务有限公司"


def plant(moment: Moment, body: Fields) -> None:
    """Plant terms and late bills; who has no terms is never paid out.

    {"payouts": {merchant: {"account": "BA-01", "working_days": {"json": 1}, "holidays": [],
    "worked": []}}, "late_bills": {merchant: {day: hours}}}
    """
    for name in ("payouts", "late_bills"):
        if name not in body:
            continue
        planted = body.one(name)
        kept = dict(moment.kept(name, {}))
        for merchant in planted:
            terms = planted.one(merchant)
            if name == "payouts":
                terms.text("account")
                days = terms.one("working_days")
                for door in days:
                    if door not in RATES:
                        raise days.refuse(door, "is no door of the acquirer")
                    days.integer(door, least=0)
            kept[merchant] = dict(terms)
        moment.keep(name, kept)


def expect(moment: Moment, payload: dict[str, Any]) -> None:
    """Money moved: have its day paid out when the terms say so; nothing without terms."""
    terms = moment.kept("payouts", {}).get(payload["merchant"], {})
    wait = terms.get("working_days", {}).get(payload["door"])
    if wait is None:
        return
    day = working_days_after(date.fromisoformat(payload["day"]), wait, terms)
    moment.later(datetime.combine(day, PAYS_AT, ZONE), "pay_out", payload)


def working_days_after(day: date, wait: int, terms: dict[str, Any]) -> date:
    """So many working days after a day, or the first from it on, by the terms' own calendar."""
    while wait or not _is_working_day(day, terms):
        day += timedelta(days=1)
        wait -= 1 if wait and _is_working_day(day, terms) else 0
    return day


def _is_working_day(day: date, terms: dict[str, Any]) -> bool:
    if day.isoformat() in terms.get("worked", []):
        return True
    return day.weekday() < 5 and day.isoformat() not in terms.get("holidays", [])


def pay_out(moment: Moment, payload: dict[str, Any]) -> None:
    """Send what is left of all days up to this one; twice is once."""
    merchant, door, day = payload["merchant"], payload["door"], payload["day"]
    rows = _unpaid(moment, merchant, door, day)
    adjusted = card_errors.unpaid(moment, merchant, door, day)
    amount = sum(_moves(moment, row) for row in rows) + sum(map(card_errors.moves, adjusted))
    if amount <= 0:
        if rows or adjusted:
            moment.happened(f"{merchant}: {day} comes to {yuan(amount)} and is carried over")
        return
    number = moment.next_number(f"payout {merchant} {door} {day}")
    reference = f"PO-{merchant}-{door.upper()}-{day.replace('-', '')}"
    payout_no = reference if number == 1 else f"{reference}-{number}"
    account = moment.kept("payouts")[merchant]["account"]
    values = payout_no, merchant, door, day, amount, payout_no, account, stamp(moment.now)
    moment.do("insert into payout values (?, ?, ?, ?, ?, ?, ?, ?)", *values)
    for row in rows:
        moment.do("insert into paid_out values (?, ?)", _number(row), payout_no)
    card_errors.count_in(moment, adjusted, payout_no)
    text = f"商户结算款 {merchant} {day}"
    money = {"account": account, "amount": yuan(amount), "text": text}
    trace = {"trace_number": payout_no, "counterparty": NAME}
    moment.transfer({"key": payout_no, **money, **trace})
    moment.happened(f"{payout_no}: {yuan(amount)} paid out to {account}")


def _unpaid(moment: Moment, merchant: str, door: str, until: str) -> list[dict[str, Any]]:
    return [
        row
        for row in moved(moment, merchant, door, until)
        if moment.row("select 1 from paid_out where channel_no = ?", _number(row)) is None
        and not script_of(moment, row["refund_no"] or row["pay_no"]).get("withheld")
    ]


def _number(row: dict[str, Any]) -> str:
    return str(row["refund_channel_no"] or row["channel_no"])


def _moves(moment: Moment, row: dict[str, Any]) -> int:
    """What a row adds to the credit; a refund takes from it."""
    taken = -row["back"] if row["kind"] == "refund" else row["amount"]
    return int(taken) - charged(moment, row)


def everything(moment: Moment) -> dict[str, Any]:
    """Every credit, and what is owed to each merchant and door still, withheld money included."""
    payouts = moment.rows("select * from payout order by at, payout_no")
    return {
        "payouts": [{**row, "amount": yuan(row["amount"])} for row in payouts],
        "owed": [
            {"merchant": one["merchant"], "door": one["door"], "amount": yuan(_owed(moment, one))}
            for one in moment.rows(
                "select distinct merchant, door from payment where paid_at is not null"
                " order by merchant, door"
            )
        ],
    }


def _owed(moment: Moment, one: dict[str, Any]) -> int:
    rows = moved(moment, one["merchant"], one["door"], until="9999")
    paid = moment.row(
        "select coalesce(sum(amount), 0) as sum from payout where merchant = ? and door = ?",
        one["merchant"],
        one["door"],
    )
    adjusted = card_errors.moved_in_all(moment, one["merchant"], one["door"])
    return sum(_moves(moment, row) for row in rows) + adjusted - int(paid["sum"] if paid else 0)
