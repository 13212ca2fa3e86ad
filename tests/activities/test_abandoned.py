"""Which lives should be running: those without an end in our books, and no other."""

from __future__ import annotations

from datetime import date
from typing import cast

import pytest
from temporalio.client import Client

from activities.abandoned import lives_that_should_run, start_of
from activities.clearing_steps import ClearingActivities
from activities.refusals import DecisionNotFound
from activities.upkeep_steps import UpkeepActivities
from activities.world import World
from domain.abandoned import RunAgain, question_about
from domain.clearing import ClearingWanted
from domain.payment import PaymentEvent
from domain.payment_facts import PaymentStart
from domain.review import Question, ReviewKind
from store import payments
from tests.activities.desk import clock_of
from tests.activities.facts import advice, asked, book, claim_with_payer, decided, line
from tests.activities.test_clearing_steps import JANUARY, sending
from tests.activities.test_portal_access import bot as sleeping_bot
from tests.store.samples import MONDAY, fen
from tests.workflows.bills import NUMBER, till_of


def paid_by_the_portal(world: World) -> None:
    """Payer B's January: one claim over 1,000.00."""
    claim_with_payer(world, payers=("PB", "patient"))
    book(world, advice(line(), payer="PB"), source="PB")


def told(world: World) -> list[tuple[str, str]]:
    return [(life.what, life.workflow_id) for life in lives_that_should_run(world)]


def test_a_bill_should_run_until_it_is_paid_or_undone(world: World) -> None:
    till = till_of(world)
    (life,) = lives_that_should_run(till.world)
    assert (life.what, life.workflow_id) == ("bill", f"payment-{NUMBER}")
    assert life.amount == fen(65000)
    assert start_of(life) == ("PaymentLife", PaymentStart(NUMBER))
    with till.world.writing() as s:
        payments.move_payment(s, NUMBER, PaymentEvent.BLOCKED, now=MONDAY)
    assert told(till.world) == []


@pytest.mark.parametrize(("day", "is_due"), [(4, False), (5, False), (6, True)])
def test_a_month_that_nobody_began_should_run_the_day_after_its_day(
    world: World, day: int, is_due: bool
) -> None:
    paid_by_the_portal(world)
    clock_of(world).move_to(date(2026, 2, day))
    assert told(world) == [("clearing", "clearing-PB-2026-01")] * is_due


def test_a_month_without_any_payment_is_not_missed(world: World) -> None:
    clock_of(world).move_to(date(2026, 2, 6))
    assert told(world) == []


def test_a_month_that_was_handed_in_should_run_until_the_payer_has_answered(world: World) -> None:
    paid_by_the_portal(world)
    sending(world)
    clock_of(world).move_to(date(2026, 4, 1))
    (life,) = [one for one in lives_that_should_run(world) if one.number == JANUARY.number]
    assert start_of(life) == ("ClearMonth", ClearingWanted("PB", "2026-01"))
    steps = ClearingActivities(world, {"PB": sleeping_bot()})
    for _ in range(2):
        steps._note_answer(JANUARY, "differs")
    assert told(world) == []


def test_a_month_that_a_person_gave_up_is_seen_to_by_hand(world: World) -> None:
    paid_by_the_portal(world)
    clock_of(world).move_to(date(2026, 2, 6))
    failed = Question("k", ReviewKind.STEP_FAILED, None, JANUARY.number, "重试？", "Retry?", fen(0))
    asked(world, failed)
    assert told(world) != [], "nobody has decided yet"
    decided(world, failed, "give_up")
    assert told(world) == []


async def test_nothing_runs_again_that_no_person_allowed(world: World) -> None:
    till = till_of(world)
    (life,) = lives_that_should_run(till.world)
    steps = UpkeepActivities(till.world, cast(Client, None))
    other = question_about(life, "check")
    left = decided(till.world, other, "leave")
    with pytest.raises(DecisionNotFound):
        await steps.run_life_again(RunAgain(life, left))
