"""Ops is warned of a filing window that ends, as long as somebody must still see to the claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from temporalio.testing import ActivityEnvironment

from activities import filing
from activities.claim_steps import ClaimActivities
from activities.review_steps import ReviewActivities
from activities.undoing import cancel_case
from activities.world import World
from activities.writing_off import write_off
from domain.difference_facts import WriteOff
from domain.facts import Cancelling, SubmissionFacts, SubmissionStatus
from domain.lifecycle import ClaimStatus
from domain.review import SECOND, Question, ReviewKind, review_no_of
from store import claims, reviews
from tests.activities.desk import ZHAO, clock_of
from tests.activities.facts import CASE_NO, CLAIM_NO, asked, claim_with_payer, decided, wakes
from tests.activities.test_filing import (
    START,
    SUNDAY,
    PayerOnTheLine,
    delivered,
    late_question,
    planned,
    submitted,
)
from tests.store.samples import MONDAY
from workflows import claim_questions


def second_of(question: Question) -> Question:
    """What the finance head is asked when the write-off is above the limit."""
    return replace(
        question,
        natural_key=f"{question.natural_key}{SECOND}",
        kind=ReviewKind.WRITE_OFF,
        outcomes=(),
    )


def rejected(world: World) -> None:
    with world.writing() as s:
        claims.move_claim(s, CLAIM_NO, ClaimStatus.REJECTED, key="rejected:1", now=MONDAY)


def asked_again(world: World, question: Question) -> bool:
    """Whether the warning is moot when its life looks again."""
    return ActivityEnvironment().run(ReviewActivities(world).ask_person, question).is_moot


@pytest.mark.parametrize("claimed", [True, False])
def test_ops_is_warned_when_five_working_days_are_left(world: World, claimed: bool) -> None:
    delivered(world, claimed=claimed)
    clock_of(world).move_to(date(2026, 6, 25))  # a Thursday: six are left
    assert filing.warnings(world) == []

    clock_of(world).move_to(date(2026, 6, 26))
    (told,) = filing.warnings(world)
    assert told.sentence_en == (
        "CL-2026-0001-1 (1200.00 CNY) is not handed in yet; the last day to hand it in with PA is"
        " 2026-07-04. Please see to it."
    )
    clock_of(world).move_to(SUNDAY)
    assert filing.warnings(world) == [told], "the same question on every day"


def test_nobody_is_warned_of_what_is_with_its_payer_seen_to_or_asked_about_as_late(
    world: World,
) -> None:
    clock_of(world).move_to(SUNDAY)
    claim_with_payer(world, "SO-2026-0002")
    assert filing.warnings(world) == []

    delivered(world)
    (told,) = filing.warnings(world)
    question = late_question(world)
    with world.writing() as s:
        reviews.ask(s, question, workflow_id="review", due_at=MONDAY, now=MONDAY)
    assert filing.warnings(world) == []
    with world.writing() as s:
        reviews.cancel_review(s, review_no_of(question.natural_key), "withdrawn", MONDAY)
    assert filing.warnings(world) == [told]

    decided(world, told, "seen_to")
    assert filing.warnings(world) == []


def test_nobody_is_warned_while_a_write_off_of_what_was_too_late_waits_for_its_approval(
    world: World,
) -> None:
    delivered(world)
    clock_of(world).move_to(SUNDAY)
    assert len(filing.warnings(world)) == 1
    decided(world, late_question(world), "write_off")
    assert filing.warnings(world) == []


def test_nobody_is_warned_while_a_write_off_of_what_was_rejected_waits_for_its_approval(
    world: World,
) -> None:
    delivered(world)
    rejected(world)
    clock_of(world).move_to(SUNDAY)
    assert len(filing.warnings(world)) == 1
    denial = claim_questions.rejected(
        START, planned(world), SubmissionFacts(SubmissionStatus.REJECTED)
    )
    decided(world, denial, "write_off")
    second = second_of(denial)
    asked(world, second)
    assert filing.warnings(world) == []

    decided(world, second, "reject", ZHAO)
    assert len(filing.warnings(world)) == 1


def test_a_warning_leaves_the_inbox_once_the_claim_is_in(world: World) -> None:
    delivered(world, claimed=False)
    clock_of(world).move_to(date(2026, 6, 26))
    (told,) = filing.warnings(world)
    assert not asked_again(world, told)
    planned(world)
    assert not asked_again(world, told)

    assert submitted(world, PayerOnTheLine()).status is SubmissionStatus.ACKNOWLEDGED

    assert wakes(world)[-1] == (f"review-{review_no_of(told.natural_key)}", CLAIM_NO)
    assert asked_again(world, told)
    with world.database.reading() as s:
        assert reviews.review_of(s, review_no_of(told.natural_key)).state == "cancelled"


def give_up(world: World) -> None:
    late = late_question(world)
    decision = decided(world, late, "write_off")
    decided(world, second_of(late), "approve", ZHAO)
    write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))


def cancel(world: World) -> None:
    cancel_case(world, Cancelling(CASE_NO, "zhao.head", "patient withdrew"))


def take_back(world: World) -> None:
    """Voided at the payer, and only then cancelled."""
    with world.writing() as s:
        claims.move_claim(s, CLAIM_NO, ClaimStatus.REVERSED, key="reversed", now=MONDAY)
    cancel(world)


def correct(world: World) -> None:
    rejected(world)
    ActivityEnvironment().run(ClaimActivities(world).correct_claim, CLAIM_NO)


@pytest.mark.parametrize(
    ("claimed", "end"),
    [(True, give_up), (True, cancel), (False, cancel), (True, take_back), (True, correct)],
)
def test_a_warning_leaves_the_inbox_once_the_claim_is_given_up_or_another_version(
    world: World, claimed: bool, end: Callable[[World], None]
) -> None:
    delivered(world, claimed=claimed)
    clock_of(world).move_to(date(2026, 6, 26))
    (told,) = filing.warnings(world)
    assert not asked_again(world, told)

    end(world)

    assert (f"review-{review_no_of(told.natural_key)}", CLAIM_NO) in wakes(world)
    assert asked_again(world, told)
