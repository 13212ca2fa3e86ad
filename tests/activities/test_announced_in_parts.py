"""Several credits for one announcement that do not come to it: one decision closes all of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from temporalio.testing import ActivityEnvironment

from activities import differences
from activities.matching import match_lines
from activities.review_steps import ReviewActivities
from activities.world import World
from domain.review import Question, review_no_of
from store import explained_lines, matches, money, reviews
from store.matches import MatchFinding
from tests.activities.facts import (
    CLAIM_NO,
    advice,
    bank_line,
    book,
    claim_status,
    claim_with_payer,
    line,
    state,
    statement,
)
from tests.activities.test_announced_lines import (
    LATER,
    accept,
    announced,
    came,
    expected,
    money_of,
    question,
)
from tests.store.samples import fen, proved

pytestmark = pytest.mark.thorough


def put(world: World, asked: Question) -> str:
    """Ask; the number of the question."""
    return ActivityEnvironment().run(ReviewActivities(world).ask_person, asked).review_no


def test_both_are_asked_about_with_their_sum(world: World) -> None:
    announced(world)
    came(world, 40000, 30000)
    for line_id in ("BK-1", "BK-2"):
        asked = question(world, line_id)
        assert asked.amount.plain() == "700.00"
        assert asked.sentence_en == (
            "Bank lines BK-1, BK-2: 700.00 CNY came, RA-1 announced 1100.00 CNY, 400.00 CNY off."
            " Accept that this is all and bear the rest ourselves, or keep it open?"
        )
        assert asked.sentence_zh == (
            "流水 BK-1、BK-2 共到账 700.00 元，RA-1 通知的是 1,100.00 元，相差 400.00 元："
            "就此了结、差额由我方承担，还是继续挂账？"
        )


@pytest.mark.parametrize("line_id", ["BK-1", "BK-2"])
def test_accepted_they_are_all_that_comes_and_only_the_rest_is_borne(
    world: World, line_id: str
) -> None:
    announced(world)
    came(world, 40000, 30000)
    accept(world, question(world, line_id), times=2)
    assert money_of(world) == {"write_offs": 40000}
    assert expected(world) == [("RA-1", "met")]
    with world.database.reading() as s:
        assert money.open_differences(s) == []
        assert claim_status(s, CLAIM_NO) == "partly_paid"
        told = {
            one.line_id: (one.item_no, one.state)
            for one in explained_lines.explained_lines(s, "BA-01", bank_line().booked_on)
        }
    other = {"BK-1": "BK-2", "BK-2": "BK-1"}[line_id]
    assert told == {line_id: ("RA-1", "decided"), other: ("RA-1", "matched")}
    assert match_lines(world, "BA-01", LATER) == 0
    assert money_of(world) == {"write_offs": 40000}


def test_two_that_are_together_too_much_leave_only_what_is_above_as_income(world: World) -> None:
    announced(world)
    came(world, 60000, 60000)
    accept(world, question(world))
    assert money_of(world) == {"other_income": -10000}
    assert expected(world) == [("RA-1", "met")]


def test_the_question_about_the_other_one_is_taken_back(world: World) -> None:
    announced(world)
    came(world, 40000, 30000)
    with world.writing() as s:
        asked = differences.to_ask(s, world, "BA-01", LATER, life="reconcile-1")
    first, second = (differences.question_about(world, one) for one in asked)
    put(world, second)
    accept(world, first)
    assert ActivityEnvironment().run(ReviewActivities(world).ask_person, second).is_moot
    with world.database.reading() as s:
        assert reviews.review_of(s, review_no_of(second.natural_key)).state == "cancelled"
        assert reviews.review_of(s, review_no_of(first.natural_key)).state == "decided"


def test_when_another_part_comes_while_a_person_decides_nothing_is_booked(world: World) -> None:
    announced(world)
    came(world, 40000, 30000)
    asked = question(world)
    state(world, statement(bank_line("BK-3", 10000), number="ST-2", opening=70000))
    match_lines(world, "BA-01", LATER)
    accept(world, asked)
    assert money_of(world) == {"clearing:PA": 110000, "suspense:BA-01": -80000}
    assert "Bank lines BK-1, BK-2, BK-3: 800.00 CNY came" in question(world).sentence_en


def test_what_is_short_of_all_of_them_is_held_against_the_caps(world: World) -> None:
    """1,000.00 short of both is one person's; each alone would be short of more."""
    announced(world)
    came(world, 5000, 5000)
    number = put(world, question(world))
    with world.database.reading() as s:
        assert reviews.review_of(s, number).needed_approvals == 1


def test_parts_that_come_to_the_announcement_in_the_end_are_matched_by_themselves(
    world: World,
) -> None:
    announced(world)
    came(world, 40000, 30000)
    state(world, statement(bank_line("BK-3", 40000), number="ST-2", opening=70000))
    assert match_lines(world, "BA-01", LATER) == 3
    assert money_of(world) == {}


def test_a_part_that_was_accepted_meets_no_other_announcement(world: World) -> None:
    announced(world)
    came(world, 40000, 30000)
    accept(world, question(world, "BK-1"))
    again = claim_with_payer(world, "SO-2026-0002")
    second = advice(line(again, paid=30000, contract=0, shifted=90000), number="RA-2")
    book(world, replace(second, trace_number="TRN-RA-1"))
    match_lines(world, "BA-01", LATER)
    assert money_of(world) == {"clearing:PA": 30000, "write_offs": 40000}
    assert expected(world) == [("RA-1", "met"), ("RA-2", "overdue")]


def test_a_credit_in_another_account_is_no_part(world: World) -> None:
    announced(world)
    came(world, 40000)
    elsewhere = replace(statement(bank_line("BK-2", 30000), number="ST-2"), account="BA-02")
    with world.writing() as s:
        money.record_statement(s, proved(elsewhere), now=world.now())
        money.open_difference(
            s,
            natural_key="line:BK-2",
            kind="unmatched_line",
            amount=fen(30000),
            suspense_account="suspense:BA-02",
            case_no=None,
            line_id="BK-2",
            claim_no=None,
            opened_on=LATER,
            ask_on=LATER,
        )
        found = MatchFinding("BK-2", "under", "under", "RA-1", 1, (), "test", "0" * 64, LATER)
        matches.record_finding(s, found, now=world.now())
    assert "Bank line BK-1: 400.00 CNY came" in question(world).sentence_en
