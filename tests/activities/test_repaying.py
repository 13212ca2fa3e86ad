"""A part refund of an insured sale: the patient gets it now, the insurer when it pays again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import Session

from activities.funds import hand_over
from activities.goods_back import GoodsNotThere
from activities.return_steps import ReturnActivities
from activities.world import World
from domain.goods_back import Goods
from domain.ledger import INSURER_REFUNDS, PATIENT_REFUNDS, receivable, repayable, suspense
from domain.pay_return import ReturnEvent, ReturnMove, ReturnRef
from domain.payment import Bill, Part, PartKind, PaymentStage
from domain.risk import Verdict
from store import case_facts, closing, fund_vouchers, goods_returns, ledger, money, payments
from store.pay_returns import ReturnView
from tests.activities.desk import clock_of, outside_of
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    PAID_ON,
    advice,
    book,
    claim_with_payer,
    line,
    taken_back,
)
from tests.store.goods import receipt
from tests.store.samples import TODAY, fen
from tests.workflows.bills import Till, till_of

pytestmark = pytest.mark.thorough

NUMBER = "PM-0123456789AB"


@dataclass
class Sale:
    """Two pieces of 600.00 each: PA paid 1,000.00, the contract bore 50.00, the patient 150.00."""

    world: World
    till: Till
    steps: ReturnActivities

    def ask(self, pieces: int) -> ReturnView:
        with self.world.writing() as s:
            return goods_returns.ask_goods_return(
                s, NUMBER, [Goods(1, pieces)], by="li", place="till-1", now=self.world.now()
            )

    def clear(self, view: ReturnView) -> None:
        assert self.steps.weigh_return(view.return_no).verdict is Verdict.ALLOW
        self.steps.move_return(ReturnMove(view.return_no, ReturnEvent.CLEARED))

    def give_back(self, pieces: int) -> None:
        view = self.ask(pieces)
        self.clear(view)
        assert self.steps.send_back(ReturnRef(view.return_no, 1)).is_back
        self.steps.move_return(ReturnMove(view.return_no, ReturnEvent.ALL_BACK))

    def balances(self) -> dict[str, int]:
        accounts = (PATIENT_REFUNDS, INSURER_REFUNDS, repayable("PA"), suspense("PA"))
        with self.world.database.reading() as s:
            assert closing.suspense_differs(s) == []
            return {one: ledger.balance(s, one).minor for one in accounts}

    def questions(self) -> list[tuple[str, int]]:
        with self.world.database.reading() as s:
            return [(one.kind, one.amount.minor) for one in money.open_differences(s)]


@pytest.fixture
def sale(world: World) -> Sale:
    claim_with_payer(world)
    book(world, advice(line()))
    bill = Bill(NUMBER, fen(15000), (Part(1, PartKind.SELF_PAY, fen(15000)),))
    with world.writing() as s:
        lots = [{"line_no": 1, "lot_no": "LOT-1", "quantity": 2}]
        case_facts.keep_fact(s, CASE_NO, "lots", json.dumps(lots))
        _open(s, bill, world)
    till = till_of(world)
    assert till.run(NUMBER) is PaymentStage.PAID
    return Sale(till.world, till, ReturnActivities(till.world))


def _open(s: Session, bill: Bill, world: World) -> None:
    payments.open_bill(s, bill, opened_by="wang", place="till-1", now=world.now(), case_no=CASE_NO)


def pays_again(
    sale: Sale,
    taken: int,
    *,
    order_no: str = "SO-2026-0002",
    number: str = "RA-2",
    claim_no: str = CLAIM_NO,
) -> None:
    """PA pays for another order, and takes so much of a claim back: the first one's."""
    paid_no = claim_with_payer(sale.world, order_no)
    took = taken_back(claim_no, -taken)
    book(sale.world, advice(line(paid_no), number=number, taken=(took,)))


def test_one_piece_goes_back_to_the_patient_now_and_is_due_to_the_insurer(sale: Sale) -> None:
    outside_of(sale.world).receipts = [receipt(1)]
    sale.give_back(1)
    assert sale.till.channels["wallet"].holds() == fen(7500)
    assert sale.balances() == {
        PATIENT_REFUNDS: 7500,
        INSURER_REFUNDS: 50000,
        repayable("PA"): -50000,
        suspense("PA"): 0,
    }
    with sale.world.database.reading() as s:
        assert ledger.balance(s, receivable("PA")) == fen(0)


def test_a_step_that_runs_again_on_another_day_owes_nothing_twice(sale: Sale) -> None:
    outside_of(sale.world).receipts = [receipt(2)]
    view = sale.ask(2)
    sale.clear(view)
    assert sale.steps.send_back(ReturnRef(view.return_no, 1)).is_back
    for _again in range(2):
        sale.steps.move_return(ReturnMove(view.return_no, ReturnEvent.ALL_BACK))
        clock_of(sale.world).moment += timedelta(days=1)
    assert sale.balances()[repayable("PA")] == -100000


@pytest.mark.parametrize(
    ("taken", "left_due", "asked"),
    [
        (49999, -1, []),
        (50000, 0, []),
        (50001, 0, [("take_back", -1)]),
    ],
)
def test_what_the_insurer_takes_back_is_set_off_and_only_the_rest_is_a_question(
    sale: Sale, taken: int, left_due: int, asked: list[tuple[str, int]]
) -> None:
    outside_of(sale.world).receipts = [receipt(1)]
    sale.give_back(1)
    pays_again(sale, taken)
    assert sale.balances()[repayable("PA")] == left_due
    assert sale.questions() == asked


def test_an_insurer_that_takes_back_before_the_goods_came_is_asked_about(sale: Sale) -> None:
    sale.clear(sale.ask(1))
    pays_again(sale, 50000)
    assert sale.questions() == [("take_back", -50000)]
    assert sale.balances()[repayable("PA")] == 0


def test_a_return_that_is_blocked_owes_the_insurer_nothing(sale: Sale) -> None:
    view = sale.ask(1)
    sale.steps.move_return(ReturnMove(view.return_no, ReturnEvent.BLOCKED))
    pays_again(sale, 50000)
    assert sale.balances()[repayable("PA")] == 0
    assert sale.questions() == [("take_back", -50000)]


def test_pieces_must_come_in_one_by_one_and_those_that_miss_go_to_a_person(sale: Sale) -> None:
    outside_of(sale.world).receipts = [receipt(1)]
    view = sale.ask(2)
    sale.clear(view)
    assert sale.steps.send_back(ReturnRef(view.return_no, 1)).waits_for_goods
    clock_of(sale.world).moment += timedelta(days=10, seconds=1)
    with pytest.raises(GoodsNotThere, match=r"after 10 days .* 1 of 2 pieces of line 1"):
        sale.steps.send_back(ReturnRef(view.return_no, 1))
    outside_of(sale.world).receipts = [receipt(1), receipt(1, number="RC-2")]
    assert sale.steps.send_back(ReturnRef(view.return_no, 1)).is_back


def test_the_erp_hears_what_is_due_to_an_insurer_and_that_it_was_taken(sale: Sale) -> None:
    outside_of(sale.world).receipts = [receipt(1)]
    sale.give_back(1)
    assert len(hand_over(sale.world, TODAY)) == 1
    with sale.world.database.reading() as s:
        (voucher,) = fund_vouchers.vouchers_of(s, TODAY)
    assert ("insurer_refunds", "repayable:PA", 50000) in [
        (leg.debit, leg.credit, leg.amount.minor) for leg in voucher.legs
    ]
    pays_again(sale, 50000)
    assert len(hand_over(sale.world, PAID_ON)) == 1
    with sale.world.database.reading() as s:
        (voucher,) = fund_vouchers.vouchers_of(s, PAID_ON)
    assert [(leg.debit, leg.credit, leg.amount.minor) for leg in voucher.legs] == [
        ("repayable:PA", "suspense:PA", 50000),
        ("suspense:PA", "clearing:PA", 50000),
    ]
