"""A part in cash: paid when two persons said so, closed when its time is over, back likewise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activities.pay_ways import PayWay, PayWays
from activities.payment_steps import PaymentActivities
from activities.return_steps import ReturnActivities
from activities.world import World
from connectors.http import ContentDiffers
from domain.ledger import PATIENT_REFUNDS, clearing
from domain.pay_channel import PayRequest, PayStatus
from domain.pay_return import ReturnEvent, ReturnMove, ReturnRef
from domain.payment import Bill, Part, PartKind, PaymentStage
from domain.review import Role
from domain.risk import Verdict
from runtime.cash_desk import CODE, CashDesk
from store import cash, ledger, pay_returns, payments
from store.people import PersonView
from tests.activities.desk import clock_of, outside_of
from tests.store.goods import CASE_NO, receipt, sell
from tests.store.samples import fen, later
from tests.workflows.bills import Till
from tests.workflows.driving import Driver

pytestmark = pytest.mark.thorough

NUMBER = "PM-0123456789AB"
PAY_NO = f"{NUMBER}-1-1"
LI = PersonView("li.finance", Role.FINANCE, "Li")
WANG = PersonView("wang.ops", Role.OPS, "Wang")


def counted(world: World, number: str, minor: int) -> None:
    with world.writing() as s:
        cash.count(s, number, fen(minor), WANG, world.now())
        cash.confirm(s, number, LI, world.now())


@pytest.fixture
def till(world: World) -> Till:
    """A bill over some cash, and a world whose only way is the desk."""
    desk = CashDesk(world.database, world.now)
    outfitted = replace(world, pay_ways=PayWays({CODE: PayWay(desk)}))
    driver = Driver(PaymentActivities(outfitted), clock_of(world))
    return Till(outfitted, {}, driver)


def open_bill(till: Till, minor: int) -> None:
    bill = Bill(NUMBER, fen(minor), (Part(1, PartKind.CASH, fen(minor)),))
    with till.world.writing() as s:
        sell(s, fen(minor))
        payments.open_bill(
            s,
            bill,
            opened_by="wang.ops",
            place="till-1",
            now=till.world.now(),
            case_no=CASE_NO,
        )


def test_a_part_in_cash_is_paid_when_two_persons_said_so(till: Till) -> None:
    open_bill(till, 5000)
    waits = iter([False, True])

    def at_the_second_look() -> None:
        if next(waits, False):
            counted(till.world, PAY_NO, 5000)

    till.driver.meanwhile = at_the_second_look
    assert till.run(NUMBER) is PaymentStage.PAID
    with till.world.database.reading() as s:
        assert ledger.balance(s, clearing(CODE)) == fen(5000)


def test_cash_that_nobody_brings_closes_the_bill_and_is_taken_no_more(till: Till) -> None:
    open_bill(till, 5000)
    assert till.run(NUMBER) is PaymentStage.UNDONE
    with till.world.database.reading() as s:
        assert cash.cash_of(s, PAY_NO).state == "closed"
        assert ledger.balance(s, clearing(CODE)) == fen(0)
    with pytest.raises(cash.CashNotInThatState):
        counted(till.world, PAY_NO, 5000)


def test_cash_goes_back_when_two_persons_handed_it_out(till: Till) -> None:
    open_bill(till, 5000)
    till.driver.meanwhile = lambda: counted(till.world, PAY_NO, 5000)
    assert till.run(NUMBER) is PaymentStage.PAID
    steps = ReturnActivities(till.world)
    outside_of(till.world).receipts = [receipt(2)]
    with till.world.writing() as s:
        view = pay_returns.ask_return(
            s,
            NUMBER,
            [(1, fen(2000))],
            reason="goods_returned",
            by="li.finance",
            place="till-1",
            has_return=True,
            now=till.world.now(),
        )
    assert steps.weigh_return(view.return_no).verdict is Verdict.ALLOW
    steps.move_return(ReturnMove(view.return_no, ReturnEvent.CLEARED))
    ref = ReturnRef(view.return_no, 1)
    assert not steps.send_back(ref).is_back
    counted(till.world, f"{view.return_no}-1-1", 2000)
    assert steps.send_back(ref).is_back
    with till.world.database.reading() as s:
        assert ledger.balance(s, clearing(CODE)) == fen(3000)
        assert ledger.balance(s, PATIENT_REFUNDS) == fen(2000)


@pytest.mark.parametrize(("minor", "verdict"), [(100000, "allow"), (100001, "block")])
def test_more_than_a_thousand_is_never_handed_out_in_cash(
    till: Till, minor: int, verdict: str
) -> None:
    open_bill(till, 200000)
    till.driver.meanwhile = lambda: counted(till.world, PAY_NO, 200000)
    assert till.run(NUMBER) is PaymentStage.PAID
    with till.world.writing() as s:
        view = pay_returns.ask_return(
            s,
            NUMBER,
            [(1, fen(minor))],
            reason="goods_returned",
            by="li.finance",
            place="till-1",
            has_return=True,
            now=till.world.now(),
        )
    assert ReturnActivities(till.world).weigh_return(view.return_no).verdict == verdict


def test_one_number_is_never_two_amounts(world: World) -> None:
    desk = CashDesk(world.database, world.now)
    request = PayRequest(PAY_NO, fen(5000), "test", later(15), "")
    assert desk.pay(request).status is PayStatus.CREATED
    assert desk.pay(request).status is PayStatus.CREATED
    with pytest.raises(ContentDiffers):
        desk.pay(replace(request, amount=fen(5001)))
    assert desk.query("PM-NONE-1") is None
