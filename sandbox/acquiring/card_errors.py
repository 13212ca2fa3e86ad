"""What the card network does to payments after their day: chargebacks, their answers, corrections.

Nothing of it happens by itself here: it is planted. The file of a day follows the widths and the
order of UnionPay's ZME file, in the manner of the trades beside it; without a row it is empty.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.kit import Fields, Moment, instant

SCHEMA = """
create table if not exists adjustment (
  id integer primary key, merchant text, day text, code text, pay_no text, amount integer,
  fee integer, trace text, at text, before_trace text, before_at text, before_amount integer,
  payout_no text);
"""
DOOR = "card"
WIDTHS = (3, 11, 11, 6, 10, 19, 12, 4, 2, 2, 6, 10, 4, 12, 13, 13, 15, 15, 1, 12, 2, 135)
BRINGS = ("E22", "E24")
"""The codes that bring the merchant money: 请款 and 再请款. Every other one takes it."""


def plant(moment: Moment, body: Fields) -> None:
    """Plant {"adjustments": [{"merchant": M, "day": DAY, "code": "E23", "pay_no": NO,
    "amount_minor": 10000, "fee_minor": 0}]}: settled on that day, with that day's trades.

    It is about the last one of the same payment, else about the payment; a stranger's, else.
    """
    for row in body.rows("adjustments") if "adjustments" in body else []:
        merchant, day = row.text("merchant"), row.day("day").isoformat()
        before = _before(moment, merchant, row.text("pay_no"))
        number = moment.next_number("adjustment")
        fee = int(row.get("fee_minor") or 0)
        moment.do(
            "insert into adjustment values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')",
            merchant,
            day,
            row.text("code"),
            row.text("pay_no"),
            row.integer("amount_minor"),
            fee,
            f"{900_000 + number:06d}",
            (instant(f"{day}T09:30:00+08:00") + timedelta(seconds=number)).isoformat(),
            *before,
        )
        told = {"merchant": merchant, "door": DOOR, "day": day}
        moment.later(moment.now, "money_moved", told)


def _before(moment: Moment, merchant: str, pay_no: str) -> tuple[str, str, int]:
    """Trace number, time and amount of what it is about."""
    mine = "where merchant = ? and pay_no = ?"
    last = moment.row(
        f"select trace, at, amount from adjustment {mine} order by id desc limit 1",
        merchant,
        pay_no,
    )
    paid = moment.row(
        f"select stan as trace, paid_at as at, amount from payment {mine}", merchant, pay_no
    )
    found = last or paid or {"trace": "654321", "at": "2026-01-02T10:00:00+08:00", "amount": 12345}
    return found["trace"], found["at"], found["amount"]


def of_day(moment: Moment, merchant: str, day: str) -> list[dict[str, Any]]:
    """What is settled with the trades of a day, in the order of its planting."""
    return moment.rows(
        "select * from adjustment where merchant = ? and day = ? order by id", merchant, day
    )


def unpaid(moment: Moment, merchant: str, door: str, until: str) -> list[dict[str, Any]]:
    """What no credit has counted yet, up to a day."""
    if door != DOOR:
        return []
    return moment.rows(
        "select * from adjustment where merchant = ? and day <= ? and payout_no = ''",
        merchant,
        until,
    )


def count_in(moment: Moment, rows: list[dict[str, Any]], payout_no: str) -> None:
    """A credit has counted these."""
    for row in rows:
        moment.do("update adjustment set payout_no = ? where id = ?", payout_no, row["id"])


def moves(row: dict[str, Any]) -> int:
    """What one adds to the merchant's credit."""
    taken = row["amount"] if row["code"] in BRINGS else -row["amount"]
    return int(taken - row["fee"])


def moved_in_all(moment: Moment, merchant: str, door: str) -> int:
    """What all of them add to what a merchant is owed behind a door."""
    rows = moment.rows("select * from adjustment where merchant = ?", merchant)
    return sum(moves(row) for row in rows) if door == DOOR else 0


def written(rows: list[dict[str, Any]]) -> bytes:
    """The lines of a day, in GBK; nothing at all without a row."""
    return b"".join(_line(row) for row in rows)


def _line(row: dict[str, Any]) -> bytes:
    at, before_at = (f"{instant(row[name]):%m%d%H%M%S}" for name in ("at", "before_at"))
    net, fee = moves(row), row["fee"]
    values = (
        row["code"], "00010000", "00010000", row["trace"], at, "6228********0001",
        f"{row['amount']:012d}", "8062", "07", "01", row["before_trace"], before_at,
        before_at[:4], f"{row['before_amount']:012d}",
        f"{'D' if fee >= 0 else 'C'}{abs(fee):012d}", f"{'C' if net >= 0 else 'D'}{abs(net):012d}",
        "", row["merchant"], "", "", "", "",
    )  # fmt: skip
    cells = (value.encode("gbk").ljust(width) for value, width in zip(values, WIDTHS, strict=True))
    return b" ".join(cells) + b"\r\n"
