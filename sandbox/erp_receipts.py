"""The ERP's goods receipts: what the warehouse takes back in of an order, piece by piece.

A clerk books what lies on the table, so it may be another lot than was sent out, or come in two
parcels; but nothing comes in that never went out, and stock follows.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sandbox import erp_stock
from sandbox.kit import Answer, Call, Fields, Moment, Refused

SCHEMA = """
create table if not exists goods_receipt (
  receipt_no text primary key, order_no text, received_on text);
create table if not exists received_line (
  receipt_no text, line_no integer, item_code text, lot_no text, quantity integer);
"""


def book(call: Call) -> Answer:
    """Take goods of an issued order back in, once per key."""
    key, order_no = call.body.text("key"), call.body.text("order_no")
    lines = [_line(line) for line in call.body.rows("lines")]

    def make() -> dict[str, Any]:
        return _booked(call, order_no, lines)

    return call.once("goods receipt", key, make)


def _line(line: Fields) -> tuple[int, str, str, int]:
    return (
        line.integer("line_no"),
        line.text("item_code"),
        line.text("lot_no"),
        line.integer("quantity"),
    )


def _booked(
    moment: Moment, order_no: str, lines: list[tuple[int, str, str, int]]
) -> dict[str, Any]:
    wanted = Counter[tuple[int, str]]()
    for line_no, item_code, lot_no, quantity in lines:
        _check_lot(moment, item_code, lot_no)
        wanted[line_no, item_code] += quantity
    for (line_no, item_code), quantity in wanted.items():
        _check_left(moment, order_no, line_no, item_code, quantity)
    receipt_no = f"RC-{moment.next_number('goods receipt'):06d}"
    day = moment.now.date().isoformat()
    moment.do("insert into goods_receipt values (?, ?, ?)", receipt_no, order_no, day)
    for n, (line_no, item_code, lot_no, quantity) in enumerate(lines, 1):
        values = receipt_no, line_no, item_code, lot_no, quantity
        moment.do("insert into received_line values (?, ?, ?, ?, ?)", *values)
        erp_stock.move(moment, f"{receipt_no}-{n}", item_code, lot_no, quantity)
    return _shown(moment, {"receipt_no": receipt_no, "order_no": order_no, "received_on": day})


def _check_lot(moment: Moment, item_code: str, lot_no: str) -> None:
    sql = "select 1 from lot where item_code = ? and lot_no = ?"
    if moment.row(sql, item_code, lot_no) is None:
        raise Refused(422, "unknown_lot", f"{item_code} has no lot {lot_no}", "lines")


def _check_left(moment: Moment, order_no: str, line_no: int, item_code: str, quantity: int) -> None:
    """Raises: Refused (422), when more came than is still out with the customer."""
    sql = """select coalesce(sum(quantity), 0) as pieces from reserved_lot
             join reservation using (reservation_no)
             where order_no = ? and status = 'issued' and line_no = ? and item_code = ?"""
    out = (moment.row(sql, order_no, line_no, item_code) or {})["pieces"]
    back = _received(moment, order_no, line_no)
    if quantity > out - back:
        text = f"line {line_no}: {quantity} of {item_code}, {out - back} are out"
        raise Refused(422, "more_than_issued", text, "lines")


def _received(moment: Moment, order_no: str, line_no: int) -> int:
    sql = """select coalesce(sum(quantity), 0) as pieces from received_line
             join goods_receipt using (receipt_no) where order_no = ? and line_no = ?"""
    return int((moment.row(sql, order_no, line_no) or {})["pieces"])


def refuse_twice(moment: Moment, order_no: str) -> None:
    """Raises: Refused (409), when the whole order is to come back after pieces of it did."""
    if of_order(moment, order_no):
        text = f"pieces of {order_no} came back before"
        raise Refused(409, "already_returned", text, "goods_issue_no")


def of_order(moment: Moment, order_no: str) -> list[dict[str, Any]]:
    """Return what came back of an order, the first one first."""
    sql = "select * from goods_receipt where order_no = ? order by receipt_no"
    return [_shown(moment, receipt) for receipt in moment.rows(sql, order_no)]


def every(moment: Moment) -> list[dict[str, Any]]:
    """Return all of them."""
    receipts = moment.rows("select * from goods_receipt order by receipt_no")
    return [_shown(moment, receipt) for receipt in receipts]


def _shown(moment: Moment, receipt: dict[str, Any]) -> dict[str, Any]:
    sql = """select line_no, item_code, lot_no, quantity from received_line
             where receipt_no = ? order by line_no, lot_no"""
    return {**receipt, "lines": moment.rows(sql, receipt["receipt_no"])}
