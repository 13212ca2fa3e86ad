"""Money is weighed before it moves; what is held back moves by a decision on record only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.payment_steps import PaymentActivities
from activities.refusals import DecisionNotFound
from activities.weighing import NotReleased, require_release, weigh, weigh_payment, weigh_return
from activities.world import World
from domain.money import Money
from domain.pay_channel import PayState, PayStatus
from domain.pay_return import ReturnEvent
from domain.payment import Bill, Part, PartKind, PaymentEvent, PaymentStage
from domain.payment_facts import PaymentMove
from domain.review import ReviewKind, Role
from domain.risk import Moving, RiskEvent, Verdict
from engine.clock import business_zone
from store import deciding, pay_returns, payments, risk, share_bills
from store.deciding import StarterMayNotDecide
from store.people import PersonView
from tests.activities.desk import LI, clock_of
from tests.activities.facts import decided
from tests.store.goods import CASE_NO, sell
from tests.store.samples import fen

NUMBER = "PM-20260105-0001"


def opened(world: World, minor: int, *, by: str = "wang.cashier") -> None:
    bill = Bill(NUMBER, fen(minor), (Part(1, PartKind.SELF_PAY, fen(minor)),))
    with world.writing() as session:
        payments.open_bill(session, bill, opened_by=by, place="till-1", now=world.now())


def cleared(world: World) -> PaymentStage:
    return PaymentActivities(world).move_payment(PaymentMove(NUMBER, PaymentEvent.CLEARED))


def test_a_bill_of_5000_passes_and_one_fen_more_waits_for_a_person(world: World) -> None:
    opened(world, 500000)
    assert weigh_payment(world, NUMBER).verdict is Verdict.ALLOW
    assert cleared(world) is PaymentStage.PAYING


def test_a_bill_above_the_limit_is_cleared_by_a_decision_and_nothing_else(world: World) -> None:
    opened(world, 500001)
    facts = weigh_payment(world, NUMBER)
    assert facts.verdict is Verdict.STEP_UP
    assert facts.why == "PAY-01: 5000.01 CNY is more than 5000.00 CNY"
    question = facts.question
    assert question is not None
    assert (question.kind, question.subject) == (ReviewKind.PAYMENT_CHECK, NUMBER)
    with pytest.raises(DecisionNotFound, match=f"no decision to release {NUMBER}"):
        cleared(world)
    decided(world, question, "approve")
    assert cleared(world) is PaymentStage.PAYING


def test_a_bill_that_a_person_rejects_is_never_cleared(world: World) -> None:
    opened(world, 500001)
    question = weigh_payment(world, NUMBER).question
    assert question is not None
    decided(world, question, "reject")
    with pytest.raises(DecisionNotFound):
        cleared(world)


def test_a_bill_that_nobody_weighed_is_not_cleared(world: World) -> None:
    opened(world, 100)
    with pytest.raises(NotReleased, match="the risk rules say hold"):
        cleared(world)


def test_whoever_opened_the_bill_does_not_release_it(world: World) -> None:
    opened(world, 500001, by=LI.login)
    question = weigh_payment(world, NUMBER).question
    assert question is not None
    with pytest.raises(StarterMayNotDecide):
        decided(world, question, "approve")
    other = PersonView("sun.finance", Role.FINANCE, "Sun")
    assert decided(world, question, "approve", person=other).outcome == "approve"


def test_whoever_works_at_a_till_where_nobody_saw_them_of_late_is_looked_at(world: World) -> None:
    whys = []
    for n, place in enumerate(("till-1", "till-1", "till-9")):
        bill = Bill(f"PM-20260105-000{n}", fen(100), (Part(1, PartKind.SELF_PAY, fen(100)),))
        with world.writing() as s:
            payments.open_bill(s, bill, opened_by="wang", place=place, now=world.now())
        told = weigh_payment(world, bill.payment_no)
        whys.append((told.verdict, told.why))
        clock_of(world).moment += timedelta(days=1)
    assert whys == [
        (Verdict.ALLOW, ""),
        (Verdict.ALLOW, ""),
        (Verdict.STEP_UP, "PAY-03: wang was not at till-9 for 90 days"),
    ]


def test_what_is_blocked_is_released_by_nobody(world: World) -> None:
    at = world.now().astimezone(business_zone)
    event = RiskEvent("RF-1", Moving.REFUND, at, fen(100001), "li", "till-1", in_cash=True)
    with world.writing() as session:
        assert weigh(world, session, event).verdict is Verdict.BLOCK
        with pytest.raises(NotReleased, match="the risk rules say block"):
            require_release(session, "RF-1")


def test_the_first_verdict_stands_whoever_asks_again(world: World) -> None:
    opened(world, 9000)
    first = weigh_payment(world, NUMBER)
    at = world.now().astimezone(business_zone)
    with world.writing() as session:
        for n in range(9):
            event = RiskEvent(f"X-{n}", Moving.PAYMENT, at, fen(9000), "li", "till-1")
            weigh(world, session, event)
    assert weigh_payment(world, NUMBER) == first
    clock_of(world).moment += timedelta(minutes=5)
    with world.writing() as session:
        late = RiskEvent("X-9", Moving.PAYMENT, at, fen(9000), "li", "till-1")
        assert [hit.code for hit in weigh(world, session, late).hits] == ["PAY-02"]
        assert risk.verdict_on(session, "X-9") is not None
        assert risk.verdict_on(session, "X-10") is None
        assert deciding.decision_of(session, "RV-NONE") is None


def test_the_third_return_to_one_patient_within_thirty_days_is_held(world: World) -> None:
    payment_no = paid(world, (PartKind.SELF_PAY, 15000))
    whys = []
    for days in (0, 15, 14, 31):
        clock_of(world).moment += timedelta(days=days)
        whys.append(weighed_return(world, payment_no, fen(100), by=f"clerk-{days}"))
    assert whys == ["", "", "REF-05: 3 to one payer in 30 days, more than 2", ""]


@pytest.mark.parametrize(
    ("in_cash", "by_channel", "why"),
    [
        (5000, 120000, ""),
        (100000, 50000, ""),
        (100001, 50000, "REF-07: 1000.01 CNY in cash, more than 1000.00 CNY"),
        (100001, 0, "REF-07: 1000.01 CNY in cash, more than 1000.00 CNY"),
    ],
)
def test_only_what_goes_out_in_cash_is_held_against_the_limit_for_cash(
    world: World, in_cash: int, by_channel: int, why: str
) -> None:
    payment_no = paid(world, (PartKind.CASH, 150000), (PartKind.SELF_PAY, 150000))
    back = [fen(minor) for minor in (in_cash, by_channel) if minor]
    assert weighed_return(world, payment_no, *back, by="clerk") == why


def paid(world: World, *parts: tuple[PartKind, int]) -> str:
    """A bill over a patient's share, paid in these parts; its number."""
    with world.writing() as s:
        sell(s, fen(sum(minor for _kind, minor in parts)))
        asked = [(kind, fen(minor)) for kind, minor in parts]
        bill = share_bills.open_share_bill(
            s, CASE_NO, asked, by="wang", place="till-1", now=world.now()
        ).bill
        payments.move_payment(s, bill.payment_no, PaymentEvent.CLEARED, now=world.now())
        for part in bill.parts:
            attempt, _fresh = payments.begin_attempt(
                s, bill.payment_no, part, channel="wallet", now=world.now()
            )
            told = PayState(attempt.pay_no, PayStatus.PAID, part.amount, paid_at=world.now())
            payments.note_told(s, attempt.pay_no, told, world.now())
        payments.move_payment(s, bill.payment_no, PaymentEvent.ALL_PAID, now=world.now())
    return bill.payment_no


def weighed_return(world: World, payment_no: str, *amounts: Money, by: str) -> str:
    """Why a return of so much of each part is held, "" when it passes; it then comes to nothing."""
    with world.writing() as s:
        view = pay_returns.ask_return(
            s,
            payment_no,
            list(enumerate(amounts, 1)),
            reason="goods_returned",
            by=by,
            place="till-1",
            has_return=True,
            now=world.now(),
        )
    why = weigh_return(world, view.return_no).why
    with world.writing() as s:
        pay_returns.move_return(s, view.return_no, ReturnEvent.BLOCKED, now=world.now())
    return why
