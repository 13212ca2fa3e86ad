"""How a payer pays: one advice for one or many claims, money taken back from a later one, and the
transfer to the bank that follows a day later, or never."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sandbox.kit import Moment, Service, stamp, yuan
from sandbox.scripts import LaterMoney, script_of

SCHEMA = """
create table if not exists remittance (
  remittance_no text primary key, date text not null, trace_number text not null,
  total integer not null, printed_error integer not null default 0);
create table if not exists take_back (
  order_no text primary key, claim_no text not null, amount integer not null,
  due_at text not null, remittance_no text);
create table if not exists transfer (
  key text primary key, amount integer not null, trace_number text not null, at text not null);
"""

# By how much the fault `wrong_sums` makes the totals of one advice too high, in fen.
WRONG_BY = 1000


@dataclass(frozen=True)
class Payer:
    """Who pays: its letter in numbers, the account of ours it pays into, the text it sends."""

    code: str
    letter: str
    name: str
    account: str
    transfer_text: str


def serve(service: Service, payer: Payer) -> None:
    """Let the service remit, pay, and send money that nobody announced."""

    @service.when("remit")
    def remit(moment: Moment, payload: dict[str, Any]) -> None:
        _remit(moment, payer, payload["claims"], payload["bank_after_days"])

    @service.when("pay")
    def pay(moment: Moment, payload: dict[str, Any]) -> None:
        _transfer(moment, payer, payload["key"], payload)

    @service.when("stray")
    def stray(moment: Moment, payload: dict[str, Any]) -> None:
        _transfer(moment, payer, payload["key"], payload)


def _remit(
    moment: Moment, payer: Payer, claim_nos: list[str], bank_after_days: float | None
) -> None:
    claims = [claim for no in claim_nos if (claim := _still_approved(moment, no))]
    if not claims:
        return
    day = moment.now.date()
    number = moment.next_number(f"remittance {day}")
    remittance_no = f"R{payer.letter}-{day:%Y%m%d}-{number:03d}"
    trace_number = f"{payer.code}{day:%Y%m%d}{number:06d}"
    paid = sum(claim["paid"] for claim in claims)
    is_paid_out = bank_after_days is not None
    total = paid - (_take_back_from(moment, remittance_no, paid) if is_paid_out else 0)
    error = WRONG_BY if moment.take_fault("wrong_sums") else 0
    sql = "insert into remittance values (?, ?, ?, ?, ?)"
    moment.do(sql, remittance_no, day.isoformat(), trace_number, total, error)
    for claim in claims:
        sql = "update claim set status = 'paid', remittance_no = ? where payer_claim_no = ?"
        moment.do(sql, remittance_no, claim["payer_claim_no"])
        _plan_later_money(moment, claim)
    moment.happened(f"{remittance_no} remits {yuan(total)} for {len(claims)} claims")
    if is_paid_out and total > 0:
        text = f"{payer.transfer_text} {remittance_no}"
        order = _order(remittance_no, total, trace_number, text)
        moment.later(moment.now + timedelta(days=bank_after_days or 0), "pay", order)


def _still_approved(moment: Moment, payer_claim_no: str) -> dict[str, Any] | None:
    sql = "select * from claim where payer_claim_no = ? and status = 'approved'"
    return moment.row(sql, payer_claim_no)


def _take_back_from(moment: Moment, remittance_no: str, paid: int) -> int:
    """Take what is due from this advice, as long as something is left to pay; return the sum."""
    taken = 0
    sql = "select * from take_back where remittance_no is null and due_at <= ? order by due_at"
    for due in moment.rows(sql, stamp(moment.now)):
        if taken + due["amount"] < paid:
            taken += due["amount"]
            sql = "update take_back set remittance_no = ? where order_no = ?"
            moment.do(sql, remittance_no, due["order_no"])
    return taken


def _plan_later_money(moment: Moment, claim: Mapping[str, Any]) -> None:
    script = script_of(moment, claim["order_no"])
    order_no = claim["order_no"]
    if script.take_back is not None:
        due_at = moment.now + timedelta(days=script.take_back.after_days)
        sql = "insert or ignore into take_back values (?, ?, ?, ?, null)"
        values = (claim["claim_no"], script.take_back.amount, stamp(due_at))
        moment.do(sql, order_no, *values)
    if script.stray_transfer is not None:
        _plan_stray(moment, order_no, script.stray_transfer)


def _plan_stray(moment: Moment, order_no: str, stray: LaterMoney) -> None:
    # No trace number and no number of ours: nothing by which the money could be recognised.
    order = _order(f"stray-{order_no}", stray.amount, "", stray.text or "往来款")
    moment.later(moment.now + timedelta(days=stray.after_days), "stray", order)


def _order(key: str, amount: int, trace_number: str, text: str) -> dict[str, Any]:
    return {"key": key, "amount": amount, "trace_number": trace_number, "text": text}


def _transfer(moment: Moment, payer: Payer, key: str, order: Mapping[str, Any]) -> None:
    sql = "insert or ignore into transfer values (?, ?, ?, ?)"
    if not moment.do(sql, key, order["amount"], order["trace_number"], stamp(moment.now)):
        return
    moment.happened(f"{key} paid out: {yuan(order['amount'])}")
    moment.transfer(
        {
            "key": key,
            "account": payer.account,
            "amount": yuan(order["amount"]),
            "trace_number": order["trace_number"],
            "text": order["text"],
            "counterparty": payer.name,
            "at": stamp(moment.now),
        }
    )


def claims_of(moment: Moment, remittance_no: str) -> list[dict[str, Any]]:
    """Return the claims that this advice pays, in the order of the payer's numbers."""
    sql = "select * from claim where remittance_no = ? order by payer_claim_no"
    return moment.rows(sql, remittance_no)


def take_backs_of(moment: Moment, remittance_no: str) -> list[dict[str, Any]]:
    """Return what this advice takes back."""
    sql = "select * from take_back where remittance_no = ? order by claim_no"
    return moment.rows(sql, remittance_no)


def printed_error(moment: Moment, remittance: Mapping[str, Any]) -> int:
    """Return by how many fen the totals are wrong when they are shown now.

    The payer finds the mistake overnight: from the next day on the document is right.
    """
    is_first_day = moment.now.date().isoformat() == remittance["date"]
    return int(remittance["printed_error"]) if is_first_day else 0


def in_yuan(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the row with these fen amounts turned to wire texts."""
    return {name: yuan(value) if name in names else value for name, value in row.items()}


def books(moment: Moment) -> dict[str, Any]:
    """Return remittances, take-backs and transfers, amounts in yuan."""
    remittances = moment.rows("select * from remittance order by remittance_no")
    take_backs = moment.rows("select * from take_back order by order_no")
    transfers = moment.rows("select * from transfer order by key")
    return {
        "remittances": [in_yuan(row, "total", "printed_error") for row in remittances],
        "take_backs": [in_yuan(row, "amount") for row in take_backs],
        "transfers": [in_yuan(row, "amount") for row in transfers],
    }
