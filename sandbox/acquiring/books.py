"""What the acquirer knows of payments and refunds, whatever door they came through.

Two amounts have a meaning of their own, as real test platforms have them: 1.01 is paid at once,
1.02 is refused by the payer's bank. Any other waits for a script, or for somebody who presses pay.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sandbox.kit import Fields, Moment, instant, stamp, yuan

SCHEMA = """
create table if not exists payment (
  merchant text, pay_no text, channel_no text unique, door text, amount integer, subject text,
  notify_url text, expires_at text, state text, paid_at text, stan text, odd text,
  primary key (merchant, pay_no));
create table if not exists refund (
  merchant text, refund_no text, pay_no text, channel_no text unique, amount integer,
  state text, at text, odd text, primary key (merchant, refund_no));
create table if not exists reversal (
  merchant text, pay_no text, at text, primary key (merchant, pay_no));
"""

PAID_BY_ITSELF, REFUSED_BY_ITSELF = 101, 102
MOST_MINOR = 500_000_00


class No(Exception):
    """The acquirer refuses; each door has its own word for `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def plant(moment: Moment, body: Fields) -> None:
    """Plant {"scripts": {pay_no: {"pays_after_minutes": 5, "refuses": false, "odd": "WORD"}}}.

    With `odd`, the payment's or refund's state is told with that word. Of a payment or a refund,
    `"billed_on": DAY` puts it into another day's bill, or with "" into none, `"fee_minor"` charges
    that fee, and `"withheld": true` keeps its money back for ever.
    """
    scripts = body.one("scripts") if "scripts" in body else Fields({})
    kept = dict(moment.kept("scripts", {}))
    for number in scripts:
        script = scripts.one(number)
        if script.get("pays_after_minutes") is not None:
            script.integer("pays_after_minutes", least=0)
        if script.get("fee_minor") is not None:
            script.integer("fee_minor", least=0)
        kept[number] = dict(script)
    moment.keep("scripts", kept)


def script_of(moment: Moment, number: str) -> dict[str, Any]:
    """What was planted for a number."""
    found: dict[str, Any] = moment.kept("scripts", {}).get(number, {})
    return found


def open_payment(
    moment: Moment,
    door: str,
    merchant: str,
    pay_no: str,
    amount: int,
    *,
    subject: str = "",
    notify_url: str = "",
    expires_at: datetime | None = None,
    stan: str = "",
) -> dict[str, Any]:
    """Open a payment once; the same again is the same. Raises: No."""
    if not 0 < amount <= MOST_MINOR or not pay_no:
        raise No("invalid")
    if moment.row("select 1 from reversal where merchant = ? and pay_no = ?", merchant, pay_no):
        raise No("reversed")
    found = find_payment(moment, merchant, pay_no)
    if found is not None:
        if found["amount"] != amount:
            raise No("taken")
        if found["state"] != "open":
            raise No("paid" if found["state"] == "paid" else "closed")
        return found
    moment.do(
        "insert into payment values (?, ?, ?, ?, ?, ?, ?, ?, 'open', null, ?, ?)",
        merchant,
        pay_no,
        f"AQ{moment.now:%Y%m%d}{moment.next_number('payment'):08d}",
        door,
        amount,
        subject,
        notify_url,
        stamp(expires_at or moment.now + timedelta(hours=2)),
        stan,
        script_of(moment, pay_no).get("odd", ""),
    )
    _expect_the_payer(moment, door, merchant, pay_no, amount)
    return payment_of(moment, merchant, pay_no)


def is_refused(moment: Moment, pay_no: str, amount: int) -> bool:
    """Whether the payer's bank will say no."""
    return amount == REFUSED_BY_ITSELF or bool(script_of(moment, pay_no).get("refuses"))


def _expect_the_payer(moment: Moment, door: str, merchant: str, pay_no: str, amount: int) -> None:
    """Let the payer act in time; at the card host it is done at once, not here."""
    script = script_of(moment, pay_no)
    minutes = 0 if amount == PAID_BY_ITSELF else script.get("pays_after_minutes")
    who = {"merchant": merchant, "pay_no": pay_no}
    if door == "card":
        return
    if is_refused(moment, pay_no, amount):
        moment.later(moment.now, "payer_fails", who)
    elif minutes is not None:
        moment.later(moment.now + timedelta(minutes=minutes), "payer_pays", who)


def payment_of(moment: Moment, merchant: str, pay_no: str) -> dict[str, Any]:
    """One payment of a merchant. Raises: No."""
    found = find_payment(moment, merchant, pay_no)
    if found is None:
        raise No("absent")
    return found


def find_payment(moment: Moment, merchant: str, pay_no: str) -> dict[str, Any] | None:
    """One payment with what was refunded of it; None without. An old open one is closed first."""
    sql = """select p.*, (select coalesce(sum(r.amount), 0) from refund r
             where r.merchant = p.merchant and r.pay_no = p.pay_no and r.state = 'done') as refunded
             from payment p where p.merchant = ? and p.pay_no = ?"""
    found = moment.row(sql, merchant, pay_no)
    if found and found["state"] == "open" and instant(found["expires_at"]) < moment.now:
        moment.do("update payment set state = 'closed' where channel_no = ?", found["channel_no"])
        found["state"] = "closed"
    return found


def close_payment(moment: Moment, merchant: str, pay_no: str) -> dict[str, Any]:
    """Let nobody pay any more. Raises: No (absent, paid)."""
    found = payment_of(moment, merchant, pay_no)
    if found["state"] == "paid":
        raise No("paid")
    if found["state"] == "open":
        moment.do("update payment set state = 'closed' where channel_no = ?", found["channel_no"])
    return payment_of(moment, merchant, pay_no)


def take_money(moment: Moment, merchant: str, pay_no: str) -> dict[str, Any]:
    """The payer pays; pressed twice, it is paid once."""
    found = payment_of(moment, merchant, pay_no)
    if found["state"] == "open":
        sql = "update payment set state = 'paid', paid_at = ? where channel_no = ?"
        moment.do(sql, stamp(moment.now), found["channel_no"])
        _money_moved(moment, merchant, found["door"])
        moment.happened(f"{merchant}: {pay_no} paid {yuan(found['amount'])}")
    return payment_of(moment, merchant, pay_no)


def fail_payment(moment: Moment, merchant: str, pay_no: str) -> dict[str, Any]:
    """The payer's bank says no."""
    sql = "update payment set state = 'failed' where merchant = ? and pay_no = ? and state = 'open'"
    moment.do(sql, merchant, pay_no)
    return payment_of(moment, merchant, pay_no)


def refund(
    moment: Moment, merchant: str, refund_no: str, pay_no: str, amount: int
) -> dict[str, Any]:
    """Send money back, once per number, never more than was paid. Raises: No."""
    known = find_refund(moment, merchant, refund_no)
    if known is not None:
        if (known["pay_no"], known["amount"]) != (pay_no, amount):
            raise No("taken")
        return known
    paid = payment_of(moment, merchant, pay_no)
    if paid["state"] != "paid" or amount <= 0:
        raise No("invalid")
    if amount > paid["amount"] - paid["refunded"]:
        raise No("too_much")
    moment.do(
        "insert into refund values (?, ?, ?, ?, ?, 'done', ?, ?)",
        merchant,
        refund_no,
        pay_no,
        f"AR{moment.now:%Y%m%d}{moment.next_number('refund'):08d}",
        amount,
        stamp(moment.now),
        script_of(moment, refund_no).get("odd", ""),
    )
    moment.happened(f"{merchant}: {refund_no} refunded {yuan(amount)}")
    _money_moved(moment, merchant, paid["door"])
    moment.later(moment.now, "tell_refund", {"merchant": merchant, "refund_no": refund_no})
    return refund_of(moment, merchant, refund_no)


def refund_of(moment: Moment, merchant: str, refund_no: str) -> dict[str, Any]:
    """One refund. Raises: No (absent)."""
    found = find_refund(moment, merchant, refund_no)
    if found is None:
        raise No("absent")
    return found


def find_refund(moment: Moment, merchant: str, refund_no: str) -> dict[str, Any] | None:
    """One refund, or None."""
    sql = "select * from refund where merchant = ? and refund_no = ?"
    return moment.row(sql, merchant, refund_no)


def _money_moved(moment: Moment, merchant: str, door: str) -> None:
    day = moment.now.date().isoformat()
    moment.later(moment.now, "money_moved", {"merchant": merchant, "door": door, "day": day})


def moved(moment: Moment, merchant: str, door: str, until: str) -> list[dict[str, Any]]:
    """Everything that moved money of a merchant behind a door up to a day, payments before refunds.

    Each row is the payment's, with `kind`, `at`, and for a refund its numbers, its amount `back`
    and what had gone back before it.
    """
    paid = moment.rows(
        """select *, 'payment' as kind, paid_at as at, '' as refund_no, '' as refund_channel_no,
           0 as back, 0 as back_before from payment
           where merchant = ? and door = ? and substr(paid_at, 1, 10) <= ?
           order by paid_at, pay_no""",
        merchant,
        door,
        until,
    )
    back = moment.rows(
        """select p.*, 'refund' as kind, r.at as at, r.refund_no, r.channel_no as refund_channel_no,
           r.amount as back, (select coalesce(sum(b.amount), 0) from refund b
           where b.merchant = r.merchant and b.pay_no = r.pay_no and b.rowid < r.rowid)
           as back_before from refund r join payment p
           on p.merchant = r.merchant and p.pay_no = r.pay_no
           where r.merchant = ? and p.door = ? and substr(r.at, 1, 10) <= ?
           order by r.at, r.refund_no""",
        merchant,
        door,
        until,
    )
    return paid + back


def everything(moment: Moment) -> dict[str, Any]:
    """The books, for `GET /_sandbox/books`."""
    return {
        "payments": [
            {**row, "amount": yuan(row["amount"])}
            for row in moment.rows("select * from payment order by channel_no")
        ],
        "refunds": [
            {**row, "amount": yuan(row["amount"])}
            for row in moment.rows("select * from refund order by channel_no")
        ],
        "reversals": moment.rows("select * from reversal order by pay_no"),
        "scripts": json.loads(json.dumps(moment.kept("scripts", {}))),
    }
