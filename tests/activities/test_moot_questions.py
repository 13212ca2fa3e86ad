"""A question whose matter cleared up by itself leaves the inbox; an answered one stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities import differences
from activities.matching import match_lines
from activities.moot_questions import is_moot
from activities.review_steps import ReviewActivities
from activities.world import World
from domain.facts import Asked
from domain.review import Question, ReviewKind, review_no_of
from store import money, reviews
from store.tables_work import OutboxRow
from tests.activities.facts import (
    advice,
    bank_line,
    book,
    claim_with_payer,
    decided,
    line,
    state,
    statement,
)
from tests.store.samples import fen

pytestmark = pytest.mark.thorough

TUESDAY, ASKED_ON = date(2026, 1, 20), date(2026, 1, 26)


@pytest.fixture
def question(world: World) -> Question:
    """Finance is asked about a credit of which no advice speaks yet."""
    claim_with_payer(world)
    state(world, statement(bank_line()))
    assert match_lines(world, "BA-01", TUESDAY) == 0
    with world.writing() as s:
        (asked,) = differences.to_ask(s, world, "BA-01", ASKED_ON, life="reconcile-1")
    return differences.question_about(world, asked)


def ask(world: World, question: Question) -> Asked:
    return ActivityEnvironment().run(ReviewActivities(world).ask_person, question)


def advised(world: World) -> None:
    """The advice comes, and the line is explained."""
    book(world, advice(line()))
    assert match_lines(world, "BA-01", TUESDAY) == 1


def wake_ups(world: World, question: Question) -> list[str]:
    life = f"review-{review_no_of(question.natural_key)}"
    with world.database.reading() as s:
        rows = s.exec(select(OutboxRow).where(OutboxRow.workflow_id == life)).all()
        return [row.name for row in rows]


def standing(world: World, question: Question) -> str:
    with world.database.reading() as s:
        return reviews.review_of(s, review_no_of(question.natural_key)).state


def test_whoever_asks_is_woken_and_takes_the_question_back(
    world: World, question: Question
) -> None:
    first = ask(world, question)
    assert (first.is_moot, standing(world, question)) == (False, "open")
    assert wake_ups(world, question) == []
    advised(world)
    assert wake_ups(world, question) == ["look"]
    again = ask(world, question)
    assert (again.is_moot, again.decision_no, again.review_no) == (True, "", first.review_no)
    assert standing(world, question) == "cancelled"
    assert ask(world, question).is_moot


def test_what_cleared_up_before_it_was_asked_never_comes_to_the_inbox(
    world: World, question: Question
) -> None:
    advised(world)
    assert ask(world, question).is_moot
    with world.database.reading() as s, pytest.raises(reviews.NoSuchReview):
        reviews.review_of(s, review_no_of(question.natural_key))


def test_what_a_person_decided_first_is_a_decision_and_wakes_nobody(
    world: World, question: Question
) -> None:
    ask(world, question)
    decision = decided(world, question, "accept")
    told = ask(world, question)
    assert (told.is_moot, told.decision_no) == (False, decision.decision_no)
    differences.settle(world, decision)
    told = ask(world, question)
    assert (told.is_moot, told.decision_no) == (False, decision.decision_no)
    assert wake_ups(world, question) == []


def test_what_was_decided_and_then_explained_stays_decided(
    world: World, question: Question
) -> None:
    ask(world, question)
    decision = decided(world, question, "keep_open")
    advised(world)
    assert ask(world, question).decision_no == decision.decision_no
    assert standing(world, question) == "decided"


def test_a_question_about_several_stays_while_one_of_them_is_open(
    world: World, question: Question
) -> None:
    review_no = review_no_of(question.natural_key)
    with world.writing() as s:
        other = money.open_difference(
            s,
            natural_key="other",
            kind="unmatched_line",
            amount=fen(100),
            suspense_account="suspense:BA-01",
            case_no=None,
            line_id=None,
            claim_no=None,
            opened_on=TUESDAY,
            ask_on=TUESDAY,
        )
        money.attach_review(s, other.no, review_no)
    advised(world)
    assert not ask(world, question).is_moot
    with world.writing() as s:
        money.settle_difference(s, other.no, how="matched", by_decision="", now=world.now())
    assert ask(world, question).is_moot


def test_a_question_about_anything_else_is_never_moot(world: World, question: Question) -> None:
    advised(world)
    with world.database.reading() as s:
        assert is_moot(s, question)
        assert not is_moot(s, replace(question, kind=ReviewKind.UNPAID))
        assert not is_moot(s, replace(question, subject="DF-NONE"))
