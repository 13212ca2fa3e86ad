"""A credit of another amount than was announced, or accepted before it was announced: clearing ends
at nought and nothing is overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from temporalio.testing import ActivityEnvironment

from activities import differences
from activities.matching import match_lines
from activities.refusals import DecisionNotFound
from activities.review_steps import ReviewActivities
from activities.world import World
from domain.facts import OpenDifference
from domain.review import Question, review_no_of
from store import money, reviews
from store.expected import differs_from_ledger, expected_money
from tests.activities.facts import (
    CLAIM_NO,
    advice,
    balances,
    bank_line,
    book,
    claim_status,
    claim_with_payer,
    decided,
    line,
    state,
    statement,
    wakes,
)

pytestmark = pytest.mark.thorough

LATER = date(2026, 3, 31)


def announced(world: World, *, paid: int = 110000) -> None:
    """PA announces so much under TRN-RA-1, and the rest of 1,200.00 is the patient's."""
    claim_with_payer(world)
    book(world, advice(line(paid=paid, contract=0, shifted=120000 - paid)))


def came(world: World, *minor: int) -> None:
    """Credits under TRN-RA-1, each on a line of its own."""
    lines = [bank_line(f"BK-{n}", one) for n, one in enumerate(minor, 1)]
    state(world, statement(*lines))
    match_lines(world, "BA-01", LATER)


def question(world: World, line_id: str = "BK-1") -> Question:
    with world.database.reading() as s:
        (asked,) = (d for d in money.open_differences(s) if d.line_id == line_id)
    return differences.question_about(world, OpenDifference(asked.no, f"{asked.no}:test"))


def accept(world: World, asked: Question, *, times: int = 1) -> None:
    decision = decided(world, asked, "accept")
    for _ in range(times):
        differences.settle(world, decision)


def money_of(world: World) -> dict[str, int]:
    """Where the insurer's money stands: what is announced, unclear, borne, or income."""
    held = balances(world)
    names = ("clearing:PA", "suspense:BA-01", "write_offs", "other_income")
    return {name: held[name] for name in names if name in held}


def expected(world: World) -> list[tuple[str, str]]:
    """How the announced transfer stands, on a day on which it is long overdue."""
    with world.database.reading() as s:
        found = expected_money(s, LATER)
        assert differs_from_ledger(s, found) == []
    return [(one.no, one.state) for one in found if one.what == "transfer"]


def test_a_short_credit_is_asked_about_with_what_is_short_of_it(world: World) -> None:
    announced(world)
    came(world, 90000)
    asked = question(world)
    assert asked.sentence_en == (
        "Bank line BK-1: 900.00 CNY came, RA-1 announced 1100.00 CNY, 200.00 CNY off. Accept that"
        " this is all and bear the rest ourselves, or keep it open?"
    )
    assert asked.sentence_zh == (
        "流水 BK-1 到账 900.00 元，RA-1 通知的是 1,100.00 元，相差 200.00 元：就此了结、"
        "差额由我方承担，还是继续挂账？"
    )


def test_a_short_credit_that_is_accepted_leaves_nothing_announced_and_its_rest_is_borne(
    world: World,
) -> None:
    announced(world)
    came(world, 90000)
    assert expected(world) == [("RA-1", "overdue")]
    accept(world, question(world), times=2)
    assert money_of(world) == {"write_offs": 20000}
    assert expected(world) == [("RA-1", "met")]
    with world.database.reading() as s:
        assert claim_status(s, CLAIM_NO) == "partly_paid"
    number = money.difference_no_of("line:BK-1")
    assert ("case-SO-2026-0001", f"difference:{number}") in wakes(world)


def test_a_credit_above_what_was_announced_is_income_with_what_is_above(world: World) -> None:
    announced(world)
    came(world, 130000)
    accept(world, question(world), times=2)
    assert money_of(world) == {"other_income": -20000}
    assert expected(world) == [("RA-1", "met")]


def test_what_names_nothing_announced_is_other_income_as_ever(world: World) -> None:
    came(world, 90000)
    accept(world, question(world))
    assert money_of(world) == {"other_income": -90000}


@pytest.mark.parametrize(("credit", "needed"), [(10000, 1), (9999, 2)])
def test_above_the_caps_two_persons_bear_what_is_short(
    world: World, credit: int, needed: int
) -> None:
    """1,000.00 short is one person's, 1,000.01 is not."""
    announced(world)
    came(world, credit)
    asked = question(world)
    ActivityEnvironment().run(ReviewActivities(world).ask_person, asked)
    with world.database.reading() as s:
        assert reviews.review_of(s, review_no_of(asked.natural_key)).needed_approvals == needed


def test_what_is_short_above_the_caps_is_not_borne_by_one_person(world: World) -> None:
    announced(world)
    came(world, 9999)
    with pytest.raises(DecisionNotFound, match=r"write off above 1000\.00 CNY"):
        accept(world, question(world))
    assert money_of(world)["clearing:PA"] == 110000


def test_when_the_announced_money_has_come_meanwhile_nothing_is_booked_and_it_is_asked_anew(
    world: World,
) -> None:
    announced(world)
    came(world, 90000)
    first = question(world)
    state(world, statement(bank_line("BK-9", 110000), number="ST-2", opening=90000))
    match_lines(world, "BA-01", LATER)
    accept(world, first)
    assert money_of(world) == {"suspense:BA-01": -90000}
    assert "nothing explains" in question(world).sentence_en


def test_a_question_put_before_the_announcement_books_nothing_once_the_line_names_it(
    world: World,
) -> None:
    came(world, 90000)
    first = question(world)
    assert "nothing explains" in first.sentence_en
    announced(world)
    match_lines(world, "BA-01", LATER)
    accept(world, first)
    assert money_of(world) == {"clearing:PA": 110000, "suspense:BA-01": -90000}
    assert "RA-1 announced 1100.00 CNY" in question(world).sentence_en


def test_what_was_accepted_as_income_before_it_was_announced_is_the_announced_money(
    world: World,
) -> None:
    came(world, 110000)
    accept(world, question(world))
    assert money_of(world) == {"other_income": -110000}
    announced(world)
    for _ in range(2):
        match_lines(world, "BA-01", LATER)
    assert money_of(world) == {}
    assert expected(world) == [("RA-1", "met")]
    with world.database.reading() as s:
        assert claim_status(s, CLAIM_NO) == "partly_paid"


@pytest.mark.parametrize("credits", [(109999,), (110001,), (110000, 110000)])
def test_income_of_another_amount_or_twice_the_same_is_not_taken_for_what_is_announced(
    world: World, credits: tuple[int, ...]
) -> None:
    came(world, *credits)
    for n, _ in enumerate(credits, 1):
        accept(world, question(world, f"BK-{n}"))
    announced(world)
    match_lines(world, "BA-01", LATER)
    assert money_of(world) == {"clearing:PA": 110000, "other_income": -sum(credits)}
    assert expected(world) == [("RA-1", "overdue")]


def test_accepted_money_meets_one_announcement_only(world: World) -> None:
    came(world, 110000)
    accept(world, question(world))
    announced(world)
    match_lines(world, "BA-01", LATER)
    again = claim_with_payer(world, "SO-2026-0002")
    second = advice(line(again, paid=110000, contract=0, shifted=10000), number="RA-2")
    book(world, replace(second, trace_number="TRN-RA-1"))
    match_lines(world, "BA-01", LATER)
    assert money_of(world) == {"clearing:PA": 110000}
    assert expected(world) == [("RA-1", "met"), ("RA-2", "overdue")]
