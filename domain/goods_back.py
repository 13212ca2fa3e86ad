"""Goods of a sale that come back, as the ERP's warehouse takes them in, and what may go back of it.

Apart from domain/pay_return.py, because a return of money asks this only where it is for goods.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.money import Money
from domain.order import OrderLine

Sold = Mapping[tuple[int, str], int]
"""How many pieces of each order line and lot were handed over."""


@dataclass(frozen=True, order=True)
class Goods:
    """So many pieces of one order line that money is to go back for."""

    line_no: int
    quantity: int


@dataclass(frozen=True)
class ReceivedLine:
    """So many pieces of one lot, taken in for one order line."""

    line_no: int
    item_code: str
    lot_no: str
    quantity: int


@dataclass(frozen=True)
class GoodsReceipt:
    """What the warehouse took in at one time; the ERP's number."""

    receipt_no: str
    received_on: date
    lines: tuple[ReceivedLine, ...]


def problems_of_receipts(
    receipts: Iterable[GoodsReceipt], lines: Iterable[OrderLine], sold: Sold
) -> list[str]:
    """Why receipts cannot be those of a sale: goods that were never sold, or more than were."""
    items = {line.line_no: line.item_code for line in lines}
    found, came = [], Counter[tuple[int, str]]()
    for receipt in receipts:
        for line in receipt.lines:
            where = f"{receipt.receipt_no}, line {line.line_no}"
            if line.quantity <= 0:
                found.append(f"{where}: {line.quantity} pieces")
            if items.get(line.line_no) != line.item_code:
                sold_as = items.get(line.line_no, "nothing")
                found.append(f"{where}: {line.item_code}, sold was {sold_as}")
            came[line.line_no, line.lot_no] += line.quantity
    for (line_no, lot_no), quantity in came.items():
        if quantity > sold.get((line_no, lot_no), 0):
            sold_pieces = sold.get((line_no, lot_no), 0)
            found.append(f"line {line_no}, lot {lot_no}: {quantity} came, {sold_pieces} were sold")
    return found


def worth_of(receipts: Iterable[GoodsReceipt], lines: Iterable[OrderLine], currency: str) -> Money:
    """What the goods were sold for, tax included; every line must be one of the sale."""
    prices = {line.line_no: line.unit_price for line in lines}
    return Money.total(
        (prices[line.line_no] * line.quantity for one in receipts for line in one.lines), currency
    )


def most_that_goes_back(share: Money, *, came: Money, sold: Money) -> Money:
    """The part of a share that the goods that came back are of the sale, up to the next fen."""
    return Money(-(-share.minor * came.minor // sold.minor), share.currency)
