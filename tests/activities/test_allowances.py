"""The caps on writing off, by item, by day and by payer; above any of them two persons agree."""

from __future__ import annotations

from datetime import date

import pytest
from temporalio.testing import ActivityEnvironment

from activities import differences
from activities.allowances import allowance, owed_by
from activities.refusals import DecisionNotFound
from activities.review_steps import ReviewActivities
from activities.world import World
from activities.writing_off import write_off
from domain.difference_facts import ToWriteOff, WriteOff
from domain.ledger import WRITE_OFFS, Journal, Leg, receivable
from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.review import Question, ReviewKind
from store import claims, ledger, reviews
from store.deciding import SecondPersonNeeded
from tests.activities.desk import LI, ZHAO
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    PAID_ON,
    advice,
    balances,
    book,
    claim_with_payer,
    decided,
    line,
    taken_back,
)
from tests.store.samples import MONDAY, TODAY, fen

pytestmark = pytest.mark.thorough

ITEM, DAY, PAYER = 100_000, 300_000, 500_000
"""1,000.00, 3,000.00 a day and 5,000.00 a month and payer: counterparties/own/profile.toml."""


def _bear(world: World, minor: int, *, payer: str = "PB", on: date = TODAY, no: str = "1") -> None:
    leg = Leg(WRITE_OFFS, receivable(payer), fen(minor), "X")
    fact = Journal(f"write_off:{payer}:{on}:{no}", on, "", "review", f"RV-{no}", (leg,))
    with world.writing() as s:
        ledger.post(s, fact, now=MONDAY)


def _alone(world: World, payer: str | None = "PA", on: date = TODAY, without: str = "") -> int:
    with world.database.reading() as s:
        return allowance(s, world, payer, on, without=without).minor


def test_with_nothing_borne_the_item_s_cap_holds(world: World) -> None:
    assert _alone(world) == ITEM


@pytest.mark.parametrize(
    ("borne", "left"), [(DAY - ITEM, ITEM), (DAY - ITEM + 1, ITEM - 1), (DAY, 0), (DAY + 1, 0)]
)
def test_what_a_day_bore_already_leaves_less(world: World, borne: int, left: int) -> None:
    _bear(world, borne)
    assert _alone(world) == left
    assert _alone(world, on=date(2026, 1, 6)) == ITEM


@pytest.mark.parametrize(
    ("borne", "left"), [(PAYER - ITEM, ITEM), (PAYER - ITEM + 1, ITEM - 1), (PAYER, 0)]
)
def test_what_a_payer_was_let_off_this_month_leaves_less(
    world: World, borne: int, left: int
) -> None:
    _bear(world, borne, payer="PA", on=date(2026, 2, 1))
    assert _alone(world, on=date(2026, 2, 28)) == left
    assert _alone(world, on=date(2026, 3, 1)) == ITEM, "another month"
    assert _alone(world, "PB", on=date(2026, 2, 28)) == ITEM, "another payer"


def test_what_was_reversed_counts_back_and_one_s_own_does_not_count(world: World) -> None:
    _bear(world, DAY)
    assert _alone(world, without="RV-1") == ITEM
    with world.writing() as s:
        ledger.reverse(
            s,
            f"write_off:PB:{TODAY}:1",
            new_key="undone",
            effective=TODAY,
            by="li",
            now=MONDAY,
        )
    assert _alone(world) == ITEM


def test_whose_debt_it_is_follows_from_what_is_written_off(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    with world.database.reading() as s:
        assert [owed_by(s, no) for no in (CLAIM_NO, "RA-1", "PT-2026-0001", "XX-1")] == [
            "PA",
            "PA",
            "patient",
            None,
        ]


def test_lives_of_before_that_name_no_subject_are_told_a_limit_too(world: World) -> None:
    _bear(world, DAY - 1)
    steps = ReviewActivities(world)
    told: Money = ActivityEnvironment().run(steps.write_off_limit, ToWriteOff(5, "CNY"))
    assert told == fen(1)


def test_at_the_day_s_cap_one_person_suffices_and_a_fen_above_does_not(world: World) -> None:
    question = _denied(world, 50_000)
    _bear(world, DAY - 50_000 + 1)
    decision = decided(world, question, "write_off")
    wanted = WriteOff(CASE_NO, CLAIM_NO, decision.review_no)
    with pytest.raises(DecisionNotFound, match=r"write off above 499\.99 CNY"):
        write_off(world, wanted)
    decided(world, _second(question), "approve", ZHAO)
    write_off(world, wanted)
    assert balances(world)["write_offs"] == DAY - 50_000 + 1 + 120_000


def test_who_decided_the_write_off_does_not_agree_to_it_as_well(world: World) -> None:
    question = _denied(world, ITEM + 1)
    decided(world, question, "write_off", ZHAO)
    with pytest.raises(SecondPersonNeeded):
        decided(world, _second(question), "approve", ZHAO)
    with world.writing() as s:
        second = reviews.ask(s, _second(question), workflow_id="w", due_at=MONDAY, now=MONDAY)
        assert not reviews.may_decide(s, second.review_no, ZHAO)


@pytest.mark.parametrize(("minor", "persons"), [(ITEM, 1), (ITEM + 1, 2)])
def test_a_take_back_above_the_cap_is_accepted_by_two(
    world: World, minor: int, persons: int
) -> None:
    _taken(world, minor)
    assert _needed(world) == persons


def test_a_take_back_that_one_person_accepted_is_not_booked_above_the_cap(world: World) -> None:
    _taken(world, ITEM + 1)
    decision = decided(world, _question(world), "accept", LI)
    before = balances(world)
    with pytest.raises(DecisionNotFound, match=r"write off above 1000\.00 CNY"):
        differences.settle(world, decision)
    assert balances(world) == before


def test_a_disputed_take_back_is_borne_by_nobody_and_needs_no_second_person(world: World) -> None:
    _taken(world, ITEM + 1)
    differences.settle(world, decided(world, _question(world), "dispute", LI))
    assert balances(world)["receivable:PA"] == ITEM + 1


def _denied(world: World, minor: int) -> Question:
    claim_with_payer(world)
    with world.writing() as s:
        claims.move_claim(s, CLAIM_NO, ClaimStatus.DENIED, key="denied:1", now=MONDAY)
    kind = ReviewKind.DENIAL
    return Question(f"{CLAIM_NO}:denied", kind, CASE_NO, CLAIM_NO, "？", "?", fen(minor))


def _second(question: Question) -> Question:
    key, kind = f"{question.natural_key}:write_off", ReviewKind.WRITE_OFF
    return Question(key, kind, CASE_NO, question.subject, "同意？", "Approve?", question.amount)


def _taken(world: World, minor: int) -> None:
    claim_with_payer(world)
    whole = line(paid=120_000, contract=0, shifted=0)
    book(world, advice(whole, taken=(taken_back(minor=-minor),)))


def _question(world: World) -> Question:
    with world.writing() as s:
        (asked,) = differences.to_ask(s, world, "BA-01", PAID_ON, life="reconcile-1")
    return differences.question_about(world, asked)


def _needed(world: World) -> int:
    steps, question = ReviewActivities(world), _question(world)
    asked = ActivityEnvironment().run(steps.ask_person, question)
    with world.database.reading() as s:
        return reviews.review_of(s, asked.review_no).needed_approvals
