"""A claim goes in inside its payer's filing window; past it only as a person decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from temporalio.testing import ActivityEnvironment

from activities import filing
from activities.claim_steps import ClaimActivities
from activities.refusals import DecisionNotFound
from activities.review_steps import ReviewActivities
from activities.undoing import cancel_case
from activities.world import World
from activities.writing_off import write_off
from connectors.payer import ClaimSubmission, PayerApi, PayerClaim
from domain.difference_facts import WriteOff
from domain.facts import Cancelling, ClaimPlan, ClaimStart, SubmissionFacts, SubmissionStatus
from domain.lifecycle import CaseEvent, ClaimStatus
from domain.review import SECOND, Decision, Question, ReviewKind, review_no_of
from store import case_facts, cases, claims, money, reviews
from tests.activities.desk import ZHAO, clock_of
from tests.activities.facts import CASE_NO, CLAIM_NO, claim_with_payer, decided, wakes
from tests.store.samples import MONDAY, TODAY, fen, open_case
from workflows import claim_questions

START = ClaimStart(CLAIM_NO, CASE_NO, "PA", 1)
LAST_DAY = date(2026, 7, 4)
"""180 calendar days after Monday 5 January, a Saturday."""
SUNDAY = date(2026, 7, 5)


class PayerOnTheLine(PayerApi):
    """Takes every claim; `held` is what an earlier call left there, its answer lost."""

    def __init__(self, held: PayerClaim | None = None) -> None:
        self.held = held
        self.taken: list[str] = []

    def submit(self, claim: ClaimSubmission) -> PayerClaim:
        self.taken.append(f"{claim.claim_no} v{claim.version}")
        return at_payer("A-1")

    def find(self, claim_no: str, version: int) -> PayerClaim | None:
        return self.held


def at_payer(number: str) -> PayerClaim:
    return PayerClaim(number, CLAIM_NO, 1, "accepted", "", "", None, fen(120000), fen(0))


def delivered(world: World, delivered_on: date = TODAY, *, claimed: bool = True) -> None:
    """An order that is delivered and invoiced; its claim drafted, or not even that."""
    with world.writing() as s:
        open_case(s)
        case_facts.keep_fact(s, CASE_NO, "delivered_on", delivered_on.isoformat())
        case_facts.keep_fact(s, CASE_NO, "invoice_no", "INV-1")
        for event in (
            CaseEvent.LOTS_RESERVED,
            CaseEvent.GOODS_SHIPPED,
            CaseEvent.DELIVERY_PROVED,
            CaseEvent.INVOICE_ISSUED,
        ):
            cases.move_case(s, CASE_NO, event, key=event, now=MONDAY)
        money.raise_item(
            s,
            item_no=CLAIM_NO,
            case_no=CASE_NO,
            payer="PA",
            kind="claim",
            amount=fen(120000),
            due_on=TODAY,
        )
    if claimed:
        planned(world)


def planned(world: World) -> ClaimPlan:
    return ActivityEnvironment().run(ClaimActivities(world).prepare_claim, START)


def submitted(world: World, payer: PayerOnTheLine) -> SubmissionFacts:
    steps = ClaimActivities(replace(world, payers={"PA": payer}))
    return ActivityEnvironment().run(steps.submit_claim, CLAIM_NO)


def late_question(world: World) -> Question:
    told = SubmissionFacts(SubmissionStatus.LATE, detail="2026-07-04")
    return claim_questions.too_late(START, planned(world), told)


def status(world: World) -> ClaimStatus:
    with world.database.reading() as s:
        return claims.claim_of(s, CLAIM_NO).status


def asked_again(world: World, question: Question) -> bool:
    """Whether the warning is moot when its life looks again."""
    return ActivityEnvironment().run(ReviewActivities(world).ask_person, question).is_moot


def test_the_plan_of_a_claim_says_until_when_it_may_be_filed(world: World) -> None:
    delivered(world)
    assert planned(world).file_by == LAST_DAY


def test_no_window_is_known_for_goods_that_came_before_the_first_one(world: World) -> None:
    delivered(world, date(2024, 12, 31))
    clock_of(world).move_to(SUNDAY)
    assert planned(world).file_by is None
    assert submitted(world, PayerOnTheLine()).status is SubmissionStatus.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("day", "expected", "taken"),
    [(LAST_DAY, SubmissionStatus.ACKNOWLEDGED, 1), (SUNDAY, SubmissionStatus.LATE, 0)],
)
def test_a_claim_is_handed_in_on_its_last_day_and_not_a_day_later(
    world: World, day: date, expected: SubmissionStatus, taken: int
) -> None:
    delivered(world)
    clock_of(world).move_to(day)
    payer = PayerOnTheLine()

    told = submitted(world, payer)

    assert (told.status, len(payer.taken)) == (expected, taken)


def test_a_late_claim_whose_answer_was_lost_in_time_is_found_and_not_asked_about(
    world: World,
) -> None:
    delivered(world)
    clock_of(world).move_to(SUNDAY)
    payer = PayerOnTheLine(at_payer("A-7"))

    told = submitted(world, payer)

    assert (told.status, told.receipt_no, payer.taken) == ("acknowledged", "A-7", [])
    assert status(world) is ClaimStatus.SUBMITTED


def test_a_late_claim_goes_in_once_a_person_has_decided_so_and_no_message_suffices(
    world: World,
) -> None:
    delivered(world)
    clock_of(world).move_to(SUNDAY)
    question = late_question(world)
    number = review_no_of(question.natural_key)
    forged = Decision("D-1", number, ReviewKind.FILING_LATE, "hand_in", "other", "li")
    with world.writing() as s:
        reviews.ask(s, question, workflow_id="review", due_at=MONDAY, now=MONDAY)
    with pytest.raises(DecisionNotFound):
        filing.let_late_in(world, forged)
    assert submitted(world, PayerOnTheLine()).status is SubmissionStatus.LATE

    for _ in ("once", "and again"):
        filing.let_late_in(world, decided(world, question, "hand_in"))

    payer = PayerOnTheLine()
    assert submitted(world, payer).status is SubmissionStatus.ACKNOWLEDGED
    assert payer.taken == [f"{CLAIM_NO} v1"]


def test_an_answer_to_another_question_lets_no_late_claim_in(world: World) -> None:
    delivered(world)
    clock_of(world).move_to(SUNDAY)
    written_off = decided(world, late_question(world), "write_off")
    with pytest.raises(DecisionNotFound):
        filing.let_late_in(world, written_off)


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
    second = replace(late, natural_key=f"{late.natural_key}{SECOND}", kind=ReviewKind.WRITE_OFF)
    decided(world, second, "approve", ZHAO)
    write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))


def cancel(world: World) -> None:
    cancel_case(world, Cancelling(CASE_NO, "zhao.head", "patient withdrew"))


@pytest.mark.parametrize("end", [give_up, cancel])
def test_a_warning_leaves_the_inbox_once_the_claim_is_given_up(
    world: World, end: Callable[[World], None]
) -> None:
    delivered(world)
    clock_of(world).move_to(date(2026, 6, 26))
    (told,) = filing.warnings(world)
    assert not asked_again(world, told)

    end(world)

    assert (f"review-{review_no_of(told.natural_key)}", CLAIM_NO) in wakes(world)
    assert asked_again(world, told)
