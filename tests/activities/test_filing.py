"""A claim goes in inside its payer's filing window; past it only as a person decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from temporalio.testing import ActivityEnvironment

from activities import filing
from activities.claim_steps import ClaimActivities
from activities.refusals import DecisionNotFound
from activities.world import World
from connectors.payer import ClaimSubmission, PayerApi, PayerClaim
from domain.facts import ClaimPlan, ClaimStart, SubmissionFacts, SubmissionStatus
from domain.lifecycle import CaseEvent, ClaimStatus
from domain.review import Decision, Question, ReviewKind, review_no_of
from store import case_facts, cases, claims, money, reviews
from tests.activities.desk import clock_of
from tests.activities.facts import CASE_NO, CLAIM_NO, decided
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
