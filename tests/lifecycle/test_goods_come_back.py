"""Diary: one of two pieces of an insured sale comes back, and each who paid gets its half."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.goods_back import Goods
from domain.money import Money
from domain.order import patient_item_no
from domain.pay_return import ReturnStage
from domain.payment import PartKind
from domain.review import Role
from engine.ids import funds_id, payment_id, return_id
from engine.queues import CASES
from runtime.funds_held import funds_differ
from store import cash, goods_returns, money, pay_returns, repayments, share_bills
from store.open_items import NoSuchItem
from store.people import PersonView
from tests.faults.test_lives_nobody_runs import hand_over_cash
from tests.lifecycle.house import House, house
from tests.sandbox.running import BEARER
from workflows.hand_over_funds import HandOverFunds

pytestmark = pytest.mark.slow

CASE = "SO-2026-0031"
LI = PersonView("li.finance", Role.FINANCE, "Li")
WANG = PersonView("wang.ops", Role.OPS, "Wang")
BILL = share_bills.payment_no_of(CASE, 1)


def owes(here: House) -> bool:
    try:
        with here.parts.database.reading() as s:
            return money.item_of(s, patient_item_no(CASE)).open == Money(3000)
    except NoSuchItem:
        return False


async def patient_pays(here: House) -> None:
    """30.00 in cash, counted by one person and confirmed by another."""
    with here.parts.database.transaction() as s:
        asked = [(PartKind.CASH, Money(3000))]
        now = here.parts.clock.now()
        share_bills.open_share_bill(s, CASE, asked, by="li.finance", place="till-1", now=now)
    await here.doors.start_payment(BILL)
    await here.conductor.settle()
    await hand_over_cash(here, payment_id(BILL))


async def ask_for_one_piece(here: House) -> str:
    with here.parts.database.transaction() as s:
        view = goods_returns.ask_goods_return(
            s, BILL, [Goods(1, 1)], by="zhao.head", place="till-1", now=here.parts.clock.now()
        )
    await here.doors.start_return(view.return_no)
    await here.conductor.settle()
    return view.return_no


def warehouse_takes_one_piece(here: House) -> None:
    erp = here.sandbox["erp"]
    erp.client.headers.update(BEARER)
    (lot, *_) = erp.get("/reservations", key=f"{CASE}:reserve")[0]["lots"]
    line = {"line_no": 1, "item_code": "IT-1006", "lot_no": lot["lot_no"], "quantity": 1}
    erp.post("/goods-receipts", {"key": "W-1", "order_no": CASE, "lines": [line]}, 201)


def asked_for_cash(here: House) -> list[str]:
    with here.parts.database.reading() as s:
        return [one.amount.plain() for one in cash.waiting(s)]


def bring_cash_to_the_bank(here: House) -> None:
    """What the desk is asked to count for the bank: two persons say it, and one brings it there."""
    with here.parts.database.transaction() as s:
        deposits = [one for one in cash.waiting(s) if one.is_deposit]
        for one in deposits:
            cash.count(s, one.number, one.amount, WANG, here.parts.clock.now())
            cash.confirm(s, one.number, LI, here.parts.clock.now())
    for one in deposits:
        told = {"key": one.number, "account": "BA-01", "amount": one.amount.plain(), "text": "cash"}
        slip = {"trace_number": one.number.upper(), "counterparty": ""}
        here.sandbox["bank"].post("/_sandbox/transfers", told | slip, 200)


async def hand_over(here: House) -> None:
    """What the schedule does each morning."""
    await here.client.start_workflow(
        HandOverFunds.run, id=funds_id(here.conductor.now.date()), task_queue=CASES
    )
    await here.conductor.settle()


async def test_one_of_two_pieces_comes_back_and_each_who_paid_gets_its_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Of 240.00 for two pieces the insurer pays all but 30.00, which the patient brings in cash.
        await here.morning(0)
        await here.start(CASE)
        await here.conductor.settle()
        while not owes(here):
            await here.live_until(here.day + 1)
        await patient_pays(here)
        while here.stage(CASE) != "closed":
            await here.live_until(here.day + 1)
            bring_cash_to_the_bank(here)
        assert "clearing:cash" not in here.books()
        assert here.claims(CASE) == [("PA", "partly_paid", 1, "210.00")]

        # One piece is to come back. The warehouse has not seen it, so nobody pays anything.
        return_no = await ask_for_one_piece(here)
        assert asked_for_cash(here) == []
        await here.live_until(here.day + 1)
        assert asked_for_cash(here) == []

        # The next day it is there: the desk hands 15.00 out, and the insurer's half is due.
        warehouse_takes_one_piece(here)
        await here.live_until(here.day + 1)
        assert asked_for_cash(here) == ["15.00"]
        await hand_over_cash(here, return_id(return_no))
        with here.parts.database.reading() as s:
            assert pay_returns.return_of(s, return_no).stage is ReturnStage.DONE
            (due,) = repayments.of_case(s, CASE)
        assert (due.payer, due.open, due.is_due) == ("PA", Money(10500), True)
        books = here.books()
        assert (books["clearing:cash"], books["patient_refunds"]) == ("-15.00", "15.00")
        assert (books["insurer_refunds"], books["repayable:PA"]) == ("105.00", "-105.00")

        # The day after, the ERP knows all of it.
        await here.morning(here.day + 1)
        await hand_over(here)
        assert funds_differ(here.parts, here.held_by("erp")["vouchers"]) == []
        assert here.inbox() == []
        assert here.suspense_is_explained()
