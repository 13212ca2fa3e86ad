"""The fault matrix of a bill: each part in each trouble ends with no money lost or taken twice.

Money is counted in the channels' own books, not in ours; then both must agree.
"""

from __future__ import annotations

import pytest

from activities.world import World
from domain.money import Money
from domain.pay_channel import RefundStatus
from domain.payment import PaymentStage
from store import pay_refunds, payments
from tests.store.samples import fen
from tests.workflows.bills import NUMBER, Till, till_of
from tests.workflows.pretend_channels import Trouble

pytestmark = pytest.mark.thorough

PAID = {"insurer": fen(35000), "cover": fen(20000), "wallet": fen(10000), "backup": fen(0)}
NOTHING = dict.fromkeys(PAID, fen(0))
ENDS = {
    Trouble.REFUSED: PaymentStage.UNDONE,
    Trouble.LOST_BEFORE: PaymentStage.PAID,
    Trouble.LOST_AFTER: PaymentStage.PAID,
    Trouble.LATE: PaymentStage.PAID,
    Trouble.UNKNOWN_BUT_DONE: PaymentStage.PAID,
    Trouble.UNKNOWN_NOT_DONE: PaymentStage.UNDONE,
}
"""How a bill ends when one part meets this trouble; every other part goes well."""
BACK = [trouble for trouble in Trouble if trouble is not Trouble.AWAY]


def trouble_for(till: Till, n: int, trouble: Trouble) -> None:
    """The fourth part is the insurer's second: its channel answers the third part well."""
    till.of(n).pays[:] = [_fine(), trouble] if n == 4 else [trouble]


def _fine() -> Trouble:
    # A committed payment whose answer is lost is found by asking, so it goes well in the end.
    return Trouble.LOST_AFTER


@pytest.mark.parametrize("trouble", ENDS)
@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_whatever_befalls_one_part_the_bill_is_paid_whole_or_not_at_all(
    world: World, n: int, trouble: Trouble, twice: bool
) -> None:
    till = till_of(world, twice=twice)
    trouble_for(till, n, trouble)
    stage = till.run()
    assert stage is ENDS[trouble]
    assert till.held() == (PAID if stage is PaymentStage.PAID else NOTHING)
    till.check_books_agree()


@pytest.mark.parametrize("trouble", BACK)
@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("n", [2, 3, 4])
def test_whatever_befalls_a_refund_all_money_goes_back_once(
    world: World, n: int, trouble: Trouble, twice: bool
) -> None:
    till = till_of(world, twice=twice)
    till.channels["wallet"].pays[:] = [Trouble.REFUSED]
    till.of(n).refunds[:] = [_fine(), trouble] if n == 4 else [trouble]
    assert till.run() is PaymentStage.UNDONE
    assert till.held() == NOTHING
    assert Money.total(c.took() for c in till.channels.values()) == fen(55000)
    till.check_books_agree()
    asked = till.driver.questions
    hopeless = trouble in (Trouble.REFUSED, Trouble.UNKNOWN_NOT_DONE)
    assert [q.startswith("Refund ") for q in asked] == [True] * hopeless


def test_money_that_comes_after_all_was_given_up_goes_back(world: World) -> None:
    """The wallet takes a closed number when the lost request arrives: a fault, but their fault."""
    till = till_of(world)
    wallet = till.channels["wallet"]
    wallet.pays[:] = [Trouble.LATE, Trouble.REFUSED]
    wallet.takes_after_close = True
    assert till.run() is PaymentStage.UNDONE
    assert till.held() == NOTHING
    assert wallet.took() == fen(10000)
    with till.world.database.reading() as session:
        (late,) = (a for a in payments.attempts_of(session, NUMBER) if a.channel == "wallet")
        assert payments.told_of(session, late.pay_no) == [
            ("asked", ""), ("refused", "CLOSED"), ("surplus", "PAID"),
        ]  # fmt: skip
    till.check_books_agree()


def test_the_insurer_is_asked_first_and_given_back_first(world: World) -> None:
    till = till_of(world)
    till.channels["wallet"].pays[:] = [Trouble.REFUSED]
    order: list[str] = []
    for channel in till.channels.values():
        channel.asked = order
    assert till.run() is PaymentStage.UNDONE
    pays = [what for what in order if what.startswith("pay ")]
    backs = [what for what in order if what.startswith("refund ")]
    assert pays == [f"pay {NUMBER}-{n}-1" for n in (3, 4, 2, 1)]
    assert backs == [f"refund {NUMBER}-{n}-1-R1" for n in (3, 4, 2)]


def test_a_payer_who_never_pays_undoes_the_bill_when_the_time_is_over(world: World) -> None:
    till = till_of(world)
    till.channels["wallet"].waits_for_payer = True
    began = world.now()
    assert till.run() is PaymentStage.UNDONE
    assert till.held() == NOTHING
    assert (world.now() - began).total_seconds() >= 900 + 600
    till.check_books_agree()


def test_a_payer_who_pays_while_the_time_runs_out_has_paid(world: World) -> None:
    till = till_of(world)
    wallet = till.channels["wallet"]
    wallet.waits_for_payer = True
    began = world.now()

    def at_the_last_moment() -> None:
        if (world.now() - began).total_seconds() >= 895:
            wallet.payer_pays(f"{NUMBER}-1-1")

    till.driver.meanwhile = at_the_last_moment
    assert till.run() is PaymentStage.PAID
    assert till.held() == PAID
    till.check_books_agree()


def test_undoing_goes_on_whatever_a_person_answers(world: World) -> None:
    till = till_of(world, answers=lambda what: "give_up")
    till.channels["wallet"].pays[:] = [Trouble.REFUSED]
    till.channels["cover"].refunds[:] = [Trouble.REFUSED] * 3
    assert till.run() is PaymentStage.UNDONE
    assert till.held() == NOTHING
    assert till.driver.questions == [
        f"Refund {NUMBER}-2-1-R{n}: cover did not send it back." for n in (1, 2, 3)
    ]
    with till.world.database.reading() as session:
        refunds = pay_refunds.refunds_of(session, NUMBER)
    tried = [r.status for r in refunds if r.pay_no == f"{NUMBER}-2-1"]
    assert tried == [RefundStatus.FAILED] * 3 + [RefundStatus.REFUNDED]


def test_a_part_that_a_person_gives_up_undoes_the_bill(world: World) -> None:
    till = till_of(world, answers=lambda what: "give_up")
    till.channels["cover"].tells = fen(19999)
    assert till.run() is PaymentStage.UNDONE
    assert till.driver.questions[0] == (
        f"{NUMBER}-2-1: asked for 200.00 CNY, the channel tells of 199.99 CNY."
    )
