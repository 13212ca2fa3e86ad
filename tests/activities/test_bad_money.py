"""Money that comes wrong: what is said of it, that nothing is booked, and who is asked."""

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
from activities.writing_off import write_off
from api.line_words import words_of
from domain.difference_facts import WriteOff
from domain.lifecycle import ClaimStatus
from domain.reference import payment_reference
from domain.review import Question, ReviewKind
from store import claims, explained_lines, matches, money, reviews
from store.matches import MatchFinding
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    advice,
    balances,
    bank_line,
    book,
    claim_with_payer,
    decided,
    line,
    state,
    statement,
)
from tests.store.samples import MONDAY, fen

pytestmark = pytest.mark.thorough

TUESDAY = date(2026, 1, 20)
ASKED_ON = date(2026, 1, 26)
PA = "测试商业医疗保险甲"


def _match(world: World) -> int:
    return match_lines(world, "BA-01", TUESDAY)


def _finding(world: World, line_id: str) -> MatchFinding:
    with world.database.reading() as s:
        found = matches.finding_of(s, line_id)
    assert found is not None, f"nothing was found about {line_id}"
    return found


def test_a_payer_who_quotes_another_payer_s_reference_pays_nothing(world: World) -> None:
    claim_with_payer(world)
    theirs = claim_with_payer(world, "SO-2026-0002", payers=("PB",))
    quoting = replace(bank_line(minor=120_000, trace=payment_reference(theirs)), counterparty=PA)
    state(world, statement(quoting))
    assert _match(world) == 0
    assert balances(world)["suspense:BA-01"] == -120_000
    assert _finding(world, "BK-1").item_no != CLAIM_NO


def test_a_payer_who_quotes_another_of_its_advices_is_asked_about(world: World) -> None:
    """RA-2 is quoted with the money of RA-1: neither is booked by a number or an amount alone."""
    second = claim_with_payer(world, "SO-2026-0002")
    claim_with_payer(world)
    book(world, advice(line()))
    book(world, advice(line(second, paid=90_000, contract=15_000), number="RA-2"))
    state(world, statement(bank_line(minor=100_000, trace="TRN-RA-2")))
    assert _match(world) == 0
    found = _finding(world, "BK-1")
    assert (found.difference_class, found.why, found.item_no) == ("over", "over", "RA-2")


def test_a_lump_without_detail_is_proposed_and_not_booked(world: World) -> None:
    numbers = [claim_with_payer(world, f"SO-2026-000{n}") for n in (1, 2)]
    lump = replace(bank_line(minor=240_000, trace=""), counterparty=PA)
    state(world, statement(lump))
    assert _match(world) == 0
    found = _finding(world, "BK-1")
    assert found.difference_class == "ledger_missing"
    assert [(p.item_no, p.why) for p in found.proposals] == [(no, "adds_up") for no in numbers]


def test_money_for_a_claim_that_was_written_off_is_called_that(world: World) -> None:
    claim_with_payer(world)
    with world.writing() as s:
        claims.move_claim(s, CLAIM_NO, ClaimStatus.DENIED, key="denied:1", now=MONDAY)
    asked = Question("k", ReviewKind.DENIAL, CASE_NO, CLAIM_NO, "？", "?", fen(100_000))
    decision = decided(world, asked, "write_off")
    write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))
    state(world, statement(bank_line(minor=120_000, trace=payment_reference(CLAIM_NO))))
    assert _match(world) == 0
    found = _finding(world, "BK-1")
    assert (found.difference_class, found.why, found.item_no) == (
        "status",
        "written_off",
        CLAIM_NO,
    )


def test_money_for_what_was_paid_before_is_called_paid_twice(world: World) -> None:
    _paid(world)
    state(world, statement(bank_line("BK-2"), number="ST-2", opening=100_000))
    assert _match(world) == 0
    found = _finding(world, "BK-2")
    assert (found.difference_class, found.why, found.item_no) == (
        "duplicate_payment",
        "settled",
        "RA-1",
    )


def test_a_bank_that_takes_its_credit_back_is_told_and_asked_about(world: World) -> None:
    _reversed(world)
    found = _finding(world, "BK-2")
    assert (found.difference_class, found.why, found.item_no) == (
        "direction",
        "taken_back",
        "RA-1",
    )
    assert balances(world)["suspense:BA-01"] == 100_000
    question = _question(world)
    assert question.sentence_en == (
        "Bank line BK-2: -1000.00 CNY that nothing explains; what came for RA-1 was taken back, and"
        " when it comes again, both cancel out. Bear it ourselves, or keep it open?"
    )
    assert question.sentence_zh == (
        "流水 BK-2 的 -1,000.00 元没有对应单据，RA-1 的到账被收回，重新到账后自动相抵："
        "由我方承担，还是继续挂账？"
    )


def test_a_credit_that_was_taken_back_and_comes_again_leaves_nothing_open(world: World) -> None:
    _reversed(world)
    before = balances(world)
    again = replace(bank_line("BK-3"), booked_on=TUESDAY)
    state(world, statement(again, number="ST-3", opening=0))
    assert _match(world) == 2
    after = balances(world)
    assert (before["suspense:BA-01"], after.get("suspense:BA-01", 0)) == (100_000, 0)
    assert after["bank:BA-01"] == 100_000
    assert {name: after.get(name) for name in ("other_income", "write_offs")} == {
        "other_income": None,
        "write_offs": None,
    }
    with world.database.reading() as s:
        assert money.open_differences(s) == []
        told = {line: one.rule for line, one in matches.decisions_of(s, ["BK-2", "BK-3"]).items()}
        (again_told,) = explained_lines.explained_lines(s, "BA-01", TUESDAY)
    assert told == {"BK-2": "offset", "BK-3": "offset"}
    words = words_of(again_told, "en", calendar=world.calendar, today=TUESDAY)
    assert (again_told.state, again_told.item_no) == ("matched", "RA-1")
    assert "another line of its own undoes it" in words.why
    assert _match(world) == 0
    assert balances(world) == after


def test_what_was_taken_back_and_borne_meanwhile_is_not_cancelled_out(world: World) -> None:
    _reversed(world)
    differences.settle(world, decided(world, _question(world), "accept"))
    again = replace(bank_line("BK-3"), booked_on=TUESDAY)
    state(world, statement(again, number="ST-3", opening=0))
    assert _match(world) == 0
    assert _finding(world, "BK-3").why == "settled"
    assert balances(world)["write_offs"] == 100_000


@pytest.mark.parametrize(("minor", "persons"), [(100_000, 1), (100_001, 2)])
def test_what_the_bank_took_back_is_borne_by_one_person_up_to_the_cap(
    world: World, minor: int, persons: int
) -> None:
    _reversed(world, minor)
    steps, question = ReviewActivities(world), _question(world)
    asked = ActivityEnvironment().run(steps.ask_person, question)
    with world.database.reading() as s:
        assert reviews.review_of(s, asked.review_no).needed_approvals == persons


def test_one_person_alone_bears_nothing_above_the_cap(world: World) -> None:
    _reversed(world, 100_001)
    before = balances(world)
    with pytest.raises(DecisionNotFound):
        differences.settle(world, decided(world, _question(world), "accept"))
    assert balances(world) == before


def _paid(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line()))
    assert _match(world) == 1


def _reversed(world: World, minor: int = 100_000) -> None:
    """The credit of Monday goes out again on the same day, under the same number."""
    _paid(world)
    taken = bank_line("BK-2", -minor)
    state(world, statement(taken, number="ST-2", opening=100_000))
    assert _match(world) == 0


def _question(world: World) -> Question:
    with world.writing() as s:
        (asked,) = differences.to_ask(s, world, "BA-01", ASKED_ON, life="reconcile-1")
    return differences.question_about(world, asked)
