"""What an insurer says it will pay out of a day's settlements at the counter, or our own desk of a
day's cash: read, not proved.

Apart from settling, because it is a document: kept as evidence, proved by its sums, and booked like
a pay channel's bill.
"""

from __future__ import annotations

import json

from connectors.http import AnswerUnreadable
from connectors.wire import Fields
from domain.channel_bill import (
    BillDoesNotAddUp,
    BillKind,
    BillLine,
    ChannelBill,
    bill_number,
)
from domain.money import Money
from domain.order import Problem
from domain.proof import Equation, ProofKind
from engine.clock import business_zone
from engine.paying_out import announced_code

_CALL = "GET /settlements/payouts"
_KINDS = {"settled": BillKind.PAYMENT, "cancelled": BillKind.REFUND}


def read_payout_notice(data: bytes, *, source: str) -> tuple[ChannelBill, list[Equation]]:
    """The announcement with what must hold: each count and sum, and what is left to be paid.

    Raises: AnswerUnreadable, naming every faulty field, also when it is not for `source`;
    BillDoesNotAddUp, when it has no row: on a day without one there is none.
    """
    try:
        body = json.loads(data)
    except ValueError as not_json:
        raise AnswerUnreadable(source, _CALL, [Problem("body", "is not JSON")]) from not_json
    fields = Fields(body)
    bill, equations = _notice(fields, source)
    if fields.problems:
        raise AnswerUnreadable(source, _CALL, fields.problems)
    if not bill.lines:
        raise BillDoesNotAddUp(bill.bill_no, 0, 0)
    return bill, equations


def _notice(fields: Fields, source: str) -> tuple[ChannelBill, list[Equation]]:
    day, currency, kind = fields.day("day"), fields.text("currency"), fields.text("kind")
    if announced_code(fields.text("payer"), kind) != source:
        fields.note("kind", f"is not what {source} announces")
    if currency != "CNY":
        fields.note("currency", "is not CNY")
    rows = fields.rows("rows")
    lines = tuple(_line(row, kind) for row in rows)
    bill = ChannelBill(
        bill_no=bill_number(source, day),
        channel=source,
        from_day=day,
        to_day=day,
        currency="CNY",
        lines=lines,
        merchant_nos=(fields.text("provider"),),
        trace_number=fields.text("trace_number"),
    )
    return bill, _equations(fields, bill)


def _line(row: Fields, kind: str) -> BillLine:
    move, key, amount = _KINDS.get(row.text("what")), row.text("key"), row.amount("amount")
    if move is None:
        row.note("what", "is neither settled nor cancelled")
    if row.text("kind") != kind:
        row.note("kind", "is another one than the announcement's")
    is_cancelling = move is BillKind.REFUND
    cancel_key = row.text("cancel_key") if is_cancelling else ""
    return BillLine(
        kind=BillKind.REFUND if is_cancelling else BillKind.PAYMENT,
        on=row.instant("at").astimezone(business_zone).date(),
        pay_no=key,
        channel_no=cancel_key or key,
        refund_no=cancel_key,
        amount=-amount if is_cancelling else amount,
        fee=Money(0),
    )


def _equations(fields: Fields, bill: ChannelBill) -> list[Equation]:
    told = {name: fields.one(name) for name in _KINDS}
    sums = {"settled": bill.paid, "cancelled": bill.refunded}
    found = []
    for name, move in _KINDS.items():
        count, amount = told[name].integer("count"), told[name].amount("amount")
        there = sum(line.kind is move for line in bill.lines)
        found += [
            Equation(f"count {name}", there, count, ProofKind.ORDER),
            Equation(f"sum {name}", sums[name].minor, amount.minor),
        ]
    net = (bill.paid - bill.refunded).minor
    return [*found, Equation("settled - cancelled = total", net, fields.amount("total").minor)]
