"""The pretend ERP: orders, lots and stock, invoices and vouchers.

Like a real one it serves whatever order somebody typed into it, good or bad; but nothing is
booked that does not balance, and stock is the sum of its posted moves.
"""

from __future__ import annotations

import json
from typing import Any

from sandbox import erp_receipts, erp_stock
from sandbox.kit import Answer, Call, Fields, Moment, Refused, Service, fen, yuan

service = Service(
    "erp",
    port=18101,
    about="The pretend ERP: orders, stock by lot, goods issues, invoices, vouchers.",
    schema=erp_stock.SCHEMA
    + erp_receipts.SCHEMA
    + """
    create table if not exists purchase (order_no text primary key, ordered_on text, body text);
    create table if not exists goods_issue (
      goods_issue_no text primary key, key text, reservation_no text unique);
    create table if not exists goods_return (
      goods_return_no text primary key, key text, goods_issue_no text unique);
    create table if not exists invoice (
      invoice_no text primary key, key text unique, order_no text, gross text);
    create table if not exists voucher (
      voucher_no text primary key, key text unique, date text, text text, lines text);
    """,
)


@service.seed
def seed(moment: Moment, body: Fields) -> None:
    """Plant {"orders": [...], "stock": [...]}. Orders are taken as they are, even faulty ones."""
    for order in body.rows("orders", fewest=0) if "orders" in body else []:
        values = order.text("order_no"), order.text("ordered_on"), json.dumps(dict(order))
        moment.do("insert or replace into purchase values (?, ?, ?)", *values)
    for lot in body.rows("stock", fewest=0) if "stock" in body else []:
        item_code, lot_no = lot.text("item_code"), lot.text("lot_no")
        expires_on = lot.day("expires_on").isoformat()
        moment.do("insert or ignore into lot values (?, ?, ?)", item_code, lot_no, expires_on)
        erp_stock.move(moment, "opening", item_code, lot_no, lot.integer("quantity", least=0))


@service.get("/orders/{order_no}")
def show_order(call: Call) -> Any:
    return json.loads(_order(call, call.path("order_no"))["body"])


@service.get("/orders")
def list_orders(call: Call) -> Any:
    since = Fields({"since": call.query("since") or "0001-01-01"}).day("since").isoformat()
    sql = "select order_no, ordered_on from purchase where ordered_on >= ? order by order_no"
    return call.rows(sql, since)


def _order(moment: Moment, order_no: str) -> dict[str, Any]:
    order = moment.row("select * from purchase where order_no = ?", order_no)
    if order is None:
        raise Refused(404, "not_found", f"there is no order {order_no}", "order_no")
    return order


# Stock and reservations


@service.post("/reservations")
def reserve(call: Call) -> Answer:
    """Reserve lots first expired, first out; all lines or none."""
    key, order_no = call.body.text("key"), call.body.text("order_no")
    lines = [
        (line.integer("line_no"), line.text("item_code"), line.integer("quantity"))
        for line in call.body.rows("lines")
    ]

    def make() -> dict[str, Any]:
        ordered = json.loads(_order(call, order_no)["body"]).get("lines", [])
        for line_no, item_code, quantity in lines:
            _check_ordered(ordered, line_no, item_code, quantity)
        reservation_no = f"RS-{call.next_number('reservation'):06d}"
        sql = "insert into reservation values (?, ?, ?, 'held')"
        call.do(sql, reservation_no, key, order_no)
        for line_no, item_code, quantity in lines:
            erp_stock.hold(call, reservation_no, line_no, item_code, quantity)
        return {"reservation_no": reservation_no, "lots": erp_stock.lots(call, reservation_no)}

    return call.once("reservation", key, make)


def _check_ordered(ordered: list[Any], line_no: int, item_code: str, quantity: int) -> None:
    """Raises: Refused (422), when the order has no such line, or asks for less."""
    for line in ordered:
        if (line["line_no"], line["item_code"]) == (line_no, item_code):
            if quantity > line["quantity"]:
                text = f"line {line_no}: {quantity} wanted, {line['quantity']} ordered"
                raise Refused(422, "more_than_ordered", text, "lines")
            return
    text = f"the order has no line {line_no} of {item_code}"
    raise Refused(422, "unknown_line", text, "lines")


@service.get("/reservations")
def find_reservation(call: Call) -> Any:
    sql = "select reservation_no, order_no, status from reservation where key = ?"
    found = call.rows(sql, call.needed("key"))
    return [{**one, "lots": erp_stock.lots(call, one["reservation_no"])} for one in found]


@service.delete("/reservations/{reservation_no}")
def release(call: Call) -> Any:
    """Release a reservation; what was issued must come back by a goods return first."""
    reservation = _reservation(call, call.path("reservation_no"))
    number, status = reservation["reservation_no"], reservation["status"]
    if status == "issued":
        raise Refused(409, "already_issued", f"{number}: its goods have left", "reservation_no")
    if status == "held":
        _set_status(call, number, "released")
    return {"reservation_no": number, "status": "released"}


def _reservation(moment: Moment, number: str) -> dict[str, Any]:
    found = moment.row("select * from reservation where reservation_no = ?", number)
    if found is None:
        raise Refused(404, "not_found", f"there is no reservation {number}", "reservation_no")
    return found


def _set_status(moment: Moment, reservation_no: str, status: str) -> None:
    sql = "update reservation set status = ? where reservation_no = ?"
    moment.do(sql, status, reservation_no)


@service.post("/goods-issues")
def issue_goods(call: Call) -> Answer:
    key, number = call.body.text("key"), call.body.text("reservation_no")

    def make() -> dict[str, Any]:
        status = _reservation(call, number)["status"]
        if status != "held":
            text = f"{number} is {status}"
            raise Refused(409, f"already_{status}", text, "reservation_no")
        goods_issue_no = f"GI-{call.next_number('goods issue'):06d}"
        call.do("insert into goods_issue values (?, ?, ?)", goods_issue_no, key, number)
        erp_stock.move_reserved(call, goods_issue_no, number, sign=-1)
        _set_status(call, number, "issued")
        return {"goods_issue_no": goods_issue_no}

    return call.once("goods issue", key, make)


@service.post("/goods-returns")
def return_goods(call: Call) -> Answer:
    key, issue_no = call.body.text("key"), call.body.text("goods_issue_no")

    def make() -> dict[str, Any]:
        issue = call.row("select * from goods_issue where goods_issue_no = ?", issue_no)
        if issue is None:
            raise Refused(404, "not_found", f"there is no {issue_no}", "goods_issue_no")
        if call.row("select 1 from goods_return where goods_issue_no = ?", issue_no):
            text = f"{issue_no} came back before"
            raise Refused(409, "already_returned", text, "goods_issue_no")
        erp_receipts.refuse_twice(call, _reservation(call, issue["reservation_no"])["order_no"])
        goods_return_no = f"GR-{call.next_number('goods return'):06d}"
        call.do("insert into goods_return values (?, ?, ?)", goods_return_no, key, issue_no)
        erp_stock.move_reserved(call, goods_return_no, issue["reservation_no"], sign=1)
        _set_status(call, issue["reservation_no"], "returned")
        return {"goods_return_no": goods_return_no}

    return call.once("goods return", key, make)


@service.get("/goods-issues")
def find_goods_issue(call: Call) -> Any:
    return call.made("goods issue", call.needed("key"))


@service.get("/goods-returns")
def find_goods_return(call: Call) -> Any:
    return call.made("goods return", call.needed("key"))


service.post("/goods-receipts")(erp_receipts.book)


@service.get("/goods-receipts")
def list_goods_receipts(call: Call) -> Any:
    order_no = call.needed("order_no")
    _order(call, order_no)
    return erp_receipts.of_order(call, order_no)


@service.get("/stock")
def show_stock(call: Call) -> Any:
    return _summed(call, call.needed("item_code"))


def _summed(moment: Moment, item_code: str) -> dict[str, Any]:
    lots = erp_stock.stock(moment, item_code)
    on_hand = sum(lot["on_hand"] for lot in lots)
    available = sum(lot["available"] for lot in lots)
    return {"item_code": item_code, "on_hand": on_hand, "available": available, "lots": lots}


# Invoices and vouchers


@service.post("/invoices")
def register_invoice(call: Call) -> Answer:
    body = call.body
    values = body.text("invoice_no"), body.text("key"), body.text("order_no")
    gross = yuan(body.amount("gross", least=1))

    def make() -> dict[str, Any]:
        _order(call, values[2])
        if call.row("select 1 from invoice where invoice_no = ?", values[0]):
            text = f"{values[0]} stands under another key"
            raise Refused(409, "invoice_exists", text, "invoice_no")
        call.do("insert into invoice values (?, ?, ?, ?)", *values, gross)
        return {"invoice_no": values[0], "key": values[1], "order_no": values[2], "gross": gross}

    return call.once("invoice", values[1], make)


@service.get("/invoices")
def find_invoice(call: Call) -> Any:
    return call.made("invoice", call.needed("key"))


@service.post("/vouchers")
def post_voucher(call: Call) -> Answer:
    """Post a balanced voucher. A second one with the same key is refused, never overwritten."""
    body = call.body
    key, date, text = body.text("key"), body.day("date").isoformat(), body.text("text")
    lines = [_voucher_line(line) for line in body.rows("lines", fewest=2)]
    debit = sum(fen(line["debit"]) for line in lines)
    credit = sum(fen(line["credit"]) for line in lines)
    if debit != credit:
        refusal = f"debits are {yuan(debit)}, credits {yuan(credit)}"
        raise Refused(422, "unbalanced", refusal, "lines")
    there = call.row("select * from voucher where key = ?", key)
    if there is not None:
        is_same = (there["date"], there["text"]) == (date, text)
        is_same &= _sorted(json.loads(there["lines"])) == _sorted(lines)
        number = there["voucher_no"]
        refusal = f"{number} stands under this key"
        raise Refused(
            409, "voucher_exists", refusal, "key", voucher_no=number, same_content=is_same
        )
    voucher_no = f"JV-{call.next_number('voucher'):06d}"
    values = voucher_no, key, date, text, json.dumps(lines)
    call.do("insert into voucher values (?, ?, ?, ?, ?)", *values)
    return Answer(201, {"voucher_no": voucher_no})


def _voucher_line(line: Fields) -> dict[str, str]:
    """Return one line with account, debit and credit, exactly one of them above zero."""
    account = line.text("account")
    debit, credit = line.amount("debit", least=0), line.amount("credit", least=0)
    if (debit == 0) == (credit == 0):
        raise line.refuse("debit", "or credit must be above zero, not both")
    return {"account": account, "debit": yuan(debit), "credit": yuan(credit)}


def _sorted(lines: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(lines, key=lambda line: (line["account"], line["debit"], line["credit"]))


@service.get("/vouchers")
def find_voucher(call: Call) -> Any:
    return _vouchers(call, "where key = ?", call.needed("key"))


def _vouchers(moment: Moment, where: str, *values: str) -> list[dict[str, Any]]:
    found = moment.rows(f"select * from voucher {where} order by voucher_no", *values)
    return [{**voucher, "lines": json.loads(voucher["lines"])} for voucher in found]


@service.books
def books(moment: Moment) -> dict[str, Any]:
    items = moment.rows("select distinct item_code from lot order by item_code")
    return {
        "orders": moment.rows("select order_no, ordered_on from purchase order by order_no"),
        "reservations": moment.rows("select * from reservation order by reservation_no"),
        "goods_issues": moment.rows("select * from goods_issue order by goods_issue_no"),
        "goods_returns": moment.rows("select * from goods_return order by goods_return_no"),
        "goods_receipts": erp_receipts.every(moment),
        "invoices": moment.rows("select * from invoice order by invoice_no"),
        "vouchers": _vouchers(moment, ""),
        "stock": [_summed(moment, item["item_code"]) for item in items],
    }


if __name__ == "__main__":
    service.run()
