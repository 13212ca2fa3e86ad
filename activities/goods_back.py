"""Whether goods came back before their money does: the ERP says so, or nothing is sent."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

from sqlmodel import Session

from activities.refusals import StepOutOfOrder
from activities.world import World
from domain.goods_back import (
    GoodsReceipt,
    Sold,
    most_that_goes_back,
    problems_of_receipts,
    worth_of,
)
from domain.money import Money
from domain.order import Order
from domain.pay_return import ReturnEvent
from store import (
    case_facts,
    cases,
    goods_back,
    goods_returns,
    pay_returns,
    payments,
)
from store.pay_returns import ReturnView


class GoodsOfNoSale(ValueError):
    """Money is to go back for goods, and no order says which."""

    def __init__(self, return_no: str, payment_no: str) -> None:
        self.return_no, self.payment_no = return_no, payment_no
        super().__init__(f"Return {return_no}: bill {payment_no} is of no order with goods.")


class GoodsReceiptWrong(ValueError):
    """The ERP took in what was not sold; `problems` say what."""

    def __init__(self, return_no: str, problems: list[str]) -> None:
        self.return_no, self.problems = return_no, problems
        super().__init__(f"Return {return_no}: {'; '.join(problems)}.")


class GoodsNotThere(ValueError):
    """The days within which goods come back are over, and they are not all there."""

    def __init__(self, return_no: str, missing: str, days: int) -> None:
        self.return_no, self.missing, self.days = return_no, missing, days
        super().__init__(f"Return {return_no}: after {days} days the ERP tells of {missing}.")


def have_come(world: World, return_no: str) -> bool:
    """Whether the money of a return may go for what it says it goes; once yes, it stays so.

    Raises: GoodsOfNoSale, GoodsReceiptWrong, GoodsNotThere.
    """
    with world.database.reading() as session:
        view = pay_returns.return_of(session, return_no)
        if not view.has_return or goods_back.are_in(session, return_no):
            return True
        bill = payments.bill_of(session, view.payment_no)
        if bill.case_no is None:
            raise GoodsOfNoSale(return_no, view.payment_no)
        order = cases.order_of(session, bill.case_no)
        sold = _sold(session, bill.case_no)
        wanted = goods_back.asked_for_goods(session, view.payment_no, view.total.currency)
        by_the_piece = bool(goods_returns.goods_of(session, return_no))
        pieces = goods_returns.pieces_named(session, view.payment_no)
    receipts = world.erp.goods_receipts(bill.case_no)
    problems = problems_of_receipts(receipts, order.lines, sold)
    if problems:
        raise GoodsReceiptWrong(return_no, problems)
    missing = (
        _missing_pieces(pieces, receipts)
        if by_the_piece
        else _missing_worth(wanted, _most(order, receipts, bill.bill.total))
    )
    if missing:
        _may_still_come(world, view, missing)
        return False
    _note(world, return_no, receipts)
    return True


def _missing_pieces(pieces: Counter[int], receipts: list[GoodsReceipt]) -> str:
    came = Counter[int]()
    for line in (line for receipt in receipts for line in receipt.lines):
        came[line.line_no] += line.quantity
    return ", ".join(
        f"{came[line_no]} of {wanted} pieces of line {line_no}"
        for line_no, wanted in sorted(pieces.items())
        if wanted > came[line_no]
    )


def _missing_worth(wanted: Money, most: Money) -> str:
    return f"goods for {most}, while {wanted} is to go back" if wanted > most else ""


def _sold(session: Session, case_no: str) -> Sold:
    known = case_facts.facts_of(session, case_no)
    if "lots" not in known:
        raise StepOutOfOrder(case_no, "lots")
    sold = Counter[tuple[int, str]]()
    for lot in json.loads(known["lots"]):
        sold[lot["line_no"], lot["lot_no"]] += lot["quantity"]
    return sold


def _most(order: Order, receipts: list[GoodsReceipt], share: Money) -> Money:
    came = worth_of(receipts, order.lines, order.total.currency)
    return most_that_goes_back(share, came=came, sold=order.total)


def _may_still_come(world: World, view: ReturnView, missing: str) -> None:
    """Raises: GoodsNotThere, when they should have come by now."""
    days = world.payment_rules.goods_on(world.today()).wait_days
    if world.now() > view.asked_at + timedelta(days=days):
        raise GoodsNotThere(view.return_no, missing, days)


def _note(world: World, return_no: str, receipts: list[GoodsReceipt]) -> None:
    numbers = ", ".join(receipt.receipt_no for receipt in receipts)
    with world.writing() as session:
        pay_returns.move_return(
            session, return_no, ReturnEvent.GOODS_CAME, now=world.now(), why=f"ERP: {numbers}"
        )
