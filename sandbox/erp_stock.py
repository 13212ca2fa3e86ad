"""The ERP's stock: lots, reservations (first expired, first out), and moves."""

from __future__ import annotations

from typing import Any

from sandbox.kit import Moment, Refused

SCHEMA = """
create table if not exists lot (
  item_code text, lot_no text, expires_on text, primary key (item_code, lot_no));
create table if not exists stock_move (
  id integer primary key, ref text, item_code text, lot_no text, quantity integer,
  unique (ref, item_code, lot_no));
create table if not exists reservation (
  reservation_no text primary key, key text unique, order_no text, status text);
create table if not exists reserved_lot (
  reservation_no text, line_no integer, item_code text, lot_no text, expires_on text,
  quantity integer);
create index if not exists moves_of_lot on stock_move (item_code, lot_no);
create index if not exists held_of_lot on reserved_lot (item_code, lot_no);
"""


def stock(moment: Moment, item_code: str) -> list[dict[str, Any]]:
    """Return the lots of an item, the first to expire first; on_hand is the sum of its moves."""
    return moment.rows(
        """
        select lot_no, expires_on, on_hand, on_hand - held as available from (
          select lot_no, expires_on,
            (select coalesce(sum(quantity), 0) from stock_move m
              where m.item_code = lot.item_code and m.lot_no = lot.lot_no) as on_hand,
            (select coalesce(sum(quantity), 0) from reserved_lot join reservation
              using (reservation_no) where status = 'held'
              and reserved_lot.item_code = lot.item_code
              and reserved_lot.lot_no = lot.lot_no) as held
          from lot where item_code = ?)
        order by expires_on, lot_no
        """,
        item_code,
    )


def hold(moment: Moment, reservation_no: str, line_no: int, item_code: str, quantity: int) -> None:
    """Hold one line's quantity from the lots that expire first. Raises: Refused (409)."""
    today = moment.now.date().isoformat()
    usable = [lot for lot in stock(moment, item_code) if lot["expires_on"] >= today]
    available = sum(lot["available"] for lot in usable)
    if available < quantity:
        text = f"{item_code}: {quantity} wanted, {available} available"
        raise Refused(409, "out_of_stock", text, item_code=item_code, available=available)
    wanted = quantity
    for lot in usable:
        taken = min(wanted, lot["available"])
        if taken > 0:
            values = reservation_no, line_no, item_code, lot["lot_no"], lot["expires_on"], taken
            moment.do("insert into reserved_lot values (?, ?, ?, ?, ?, ?)", *values)
            wanted -= taken


def lots(moment: Moment, reservation_no: str) -> list[dict[str, Any]]:
    """Return the lots that a reservation chose, line by line."""
    return moment.rows(
        "select line_no, lot_no, expires_on, quantity from reserved_lot"
        " where reservation_no = ? order by line_no, expires_on, lot_no",
        reservation_no,
    )


def move_reserved(moment: Moment, ref: str, reservation_no: str, *, sign: int) -> None:
    """Post the moves of a whole reservation: sign -1 goes out, +1 comes back."""
    sql = """select item_code, lot_no, sum(quantity) as quantity from reserved_lot
             where reservation_no = ? group by item_code, lot_no"""
    for lot in moment.rows(sql, reservation_no):
        move(moment, ref, lot["item_code"], lot["lot_no"], sign * lot["quantity"])


def move(moment: Moment, ref: str, item_code: str, lot_no: str, quantity: int) -> None:
    """Post one move; the same move a second time changes nothing."""
    sql = "insert or ignore into stock_move (ref, item_code, lot_no, quantity) values (?,?,?,?)"
    moment.do(sql, ref, item_code, lot_no, quantity)
