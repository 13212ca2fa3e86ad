"""Unclear money: asked once, asked again after the wait, and booked only as decided."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from activities import differences
from activities.matching import UNMATCHED_LINE, match_lines
from activities.refusals import DecisionNotFound
from activities.world import World
from domain.facts import OpenDifference
from domain.review import Decision, ReviewKind
from store import money
from tests.activities.desk import ZHAO, clock_of
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    PAID_ON,
    advice,
    asked,
    balances,
    bank_line,
    book,
    claim_with_payer,
    decided,
    line,
    state,
    statement,
    taken_back,
)
from tests.store.samples import fen

pytestmark = pytest.mark.thorough


def test_a_line_is_asked_about_when_its_day_has_come_and_not_a_day_before(world: World) -> None:
    _unexplained_line(world)
    assert _to_ask(world, date(2026, 1, 25)) == []
    (found,) = _to_ask(world, date(2026, 1, 26))
    assert found.question_key == f"{found.difference_no}:reconcile-1"


def test_the_account_of_another_bank_is_not_asked_about(world: World) -> None:
    _unexplained_line(world)
    assert _to_ask(world, date(2026, 1, 26), account="BA-02") == []


def test_what_a_payer_took_back_is_asked_with_the_account_it_pays_into(world: World) -> None:
    _take_back(world)
    assert _to_ask(world, PAID_ON, account="BA-02") == []
    assert [found.difference_no for found in _to_ask(world, PAID_ON)] == [_only(world)]


def test_two_lives_never_ask_about_the_same_difference(world: World) -> None:
    _take_back(world)
    (mine,) = _to_ask(world, PAID_ON, life="reconcile-1")
    assert _to_ask(world, PAID_ON, life="reconcile-2") == []
    assert _to_ask(world, PAID_ON, life="reconcile-1") == [mine]


def test_what_a_life_took_up_and_never_asked_is_asked_by_another_after_the_wait(
    world: World,
) -> None:
    """PAID_ON is Monday 19 January, the wait five days: nothing is forgotten with its life."""
    _take_back(world)
    _to_ask(world, PAID_ON, life="reconcile-1")
    assert _to_ask(world, date(2026, 1, 23), life="reconcile-2") == []
    (found,) = _to_ask(world, date(2026, 1, 24), life="reconcile-2")
    assert found.question_key.endswith(":reconcile-2")


def test_a_question_that_is_still_open_is_not_asked_again(world: World) -> None:
    _take_back(world)
    (mine,) = _to_ask(world, PAID_ON)
    asked(world, differences.question_about(world, mine))
    assert _to_ask(world, date(2026, 6, 1), life="reconcile-2") == []


def test_what_was_left_open_is_asked_again_after_the_wait_and_not_a_day_before(
    world: World,
) -> None:
    _unexplained_line(world)
    (mine,) = _to_ask(world, date(2026, 1, 26))
    clock_of(world).move_to(date(2026, 1, 26))
    decision = decided(world, differences.question_about(world, mine), "keep_open")
    before = balances(world)
    differences.settle(world, decision)
    assert balances(world) == before
    assert _to_ask(world, date(2026, 1, 30), life="reconcile-2") == []
    (again,) = _to_ask(world, date(2026, 1, 31), life="reconcile-2")
    assert again == OpenDifference(mine.difference_no, f"{mine.difference_no}:reconcile-2")


def test_accepted_money_becomes_other_income_and_is_asked_no_more(world: World) -> None:
    _unexplained_line(world)
    (mine,) = _to_ask(world, date(2026, 1, 26))
    decision = decided(world, differences.question_about(world, mine), "accept")
    differences.settle(world, decision)
    differences.settle(world, decision)
    assert balances(world) == {"bank:BA-01": 50000, "other_income": -50000}
    with world.database.reading() as s:
        settled = money.difference_of(s, mine.difference_no)
        assert money.unmatched_lines(s, "BA-01", date(2026, 6, 1)) == []
    assert (settled.settled_how, settled.settled_by_decision) == ("accept", decision.decision_no)
    assert _to_ask(world, date(2026, 6, 1), life="reconcile-2") == []


def test_an_accepted_take_back_is_written_off(world: World) -> None:
    _take_back(world)
    _settle(world, "accept")
    assert balances(world)["write_offs"] == 10000
    assert "suspense:PA" not in balances(world)


def test_a_disputed_take_back_is_owed_again_by_the_payer(world: World) -> None:
    _take_back(world)
    _settle(world, "dispute")
    assert balances(world)["receivable:PA"] == 10000
    with world.database.reading() as s:
        (disputed,) = [i for i in money.items_of(s, CASE_NO) if i.kind == "disputed"]
    assert (disputed.payer, disputed.open, disputed.due_on) == (
        "PA",
        fen(10000),
        date(2026, 2, 4),
    )


def test_a_decision_that_stands_nowhere_books_nothing(world: World) -> None:
    _take_back(world)
    (mine,) = _to_ask(world, PAID_ON)
    review = asked(world, differences.question_about(world, mine))
    forged = Decision("DC-0", review.review_no, ReviewKind.TAKE_BACK, "accept", "x", "mallory")
    before = balances(world)
    with pytest.raises(DecisionNotFound):
        differences.settle(world, forged)
    assert balances(world) == before


def test_a_decision_is_booked_as_it_stands_and_not_as_it_is_told(world: World) -> None:
    _take_back(world)
    (mine,) = _to_ask(world, PAID_ON)
    stored = decided(world, differences.question_about(world, mine), "accept")
    told = Decision(stored.decision_no, stored.review_no, stored.kind, "dispute", "x", "mallory")
    with pytest.raises(DecisionNotFound):
        differences.settle(world, told)
    assert balances(world)["suspense:PA"] == 10000


def test_a_line_that_was_matched_while_a_person_decided_is_not_booked_again(world: World) -> None:
    claim_with_payer(world)
    state(world, statement(bank_line()))
    _match(world)
    (mine,) = _to_ask(world, date(2026, 1, 26))
    decision = decided(world, differences.question_about(world, mine), "accept")
    book(world, advice(line()))
    _match(world)
    before = balances(world)
    differences.settle(world, decision)
    assert balances(world) == before
    assert "other_income" not in before


def test_a_question_about_a_line_names_what_it_might_pay(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line(minor=99999, trace="", text="RA-1 少一分")))
    _match(world)
    (mine,) = _to_ask(world, date(2026, 1, 26))
    question = differences.question_about(world, mine)
    assert (question.kind, question.amount, question.case_no) == (
        ReviewKind.DIFFERENCE,
        fen(99999),
        None,
    )
    assert question.sentence_en == (
        "Bank line BK-1: 999.99 CNY that nothing explains. Accept as other income, or keep it open?"
    )
    assert question.proposals == ("RA-1 1000.00 CNY: named, 1",)


def test_the_patient_s_share_is_never_proposed_for_a_bank_line(world: World) -> None:
    """Patients pay over the pay link; a bank line of the same amount says nothing of them."""
    claim_with_payer(world)
    book(world, advice(line()))
    state(world, statement(bank_line(minor=15000, trace="", text="PT-2026-0001")))
    _match(world)
    (mine,) = _to_ask(world, date(2026, 1, 26))
    assert differences.question_about(world, mine).proposals == ()


def test_a_question_about_a_take_back_says_whom_it_took_what_from(world: World) -> None:
    _take_back(world)
    (mine,) = _to_ask(world, PAID_ON)
    question = differences.question_about(world, mine)
    assert (question.kind, question.subject, question.case_no, question.amount) == (
        ReviewKind.TAKE_BACK,
        mine.difference_no,
        CASE_NO,
        fen(10000),
    )
    assert question.sentence_en == (
        f"The payer took 100.00 CNY of {CLAIM_NO} back. Accept, or dispute?"
    )


def test_every_kind_of_difference_has_words_on_the_pages() -> None:
    texts = tomllib.loads(Path("api/texts.toml").read_text(encoding="utf-8"))
    kinds = {
        differences.TAKE_BACK,
        differences.PAID_EXTRA,
        differences.NOTHING_OPEN,
        UNMATCHED_LINE,
    }
    assert kinds <= texts["difference"].keys()


def _unexplained_line(world: World) -> None:
    state(world, statement(bank_line(minor=50000, trace="TRN-9")))
    _match(world)


def _match(world: World) -> None:
    match_lines(world, "BA-01", date(2026, 1, 20))


def _take_back(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line(), taken=(taken_back(minor=-10000),)))


def _settle(world: World, outcome: str) -> None:
    (mine,) = _to_ask(world, PAID_ON)
    decision = decided(world, differences.question_about(world, mine), outcome, ZHAO)
    differences.settle(world, decision)


def _only(world: World) -> str:
    with world.database.reading() as s:
        (found,) = money.open_differences(s)
    return found.no


def _to_ask(
    world: World, day: date, *, account: str = "BA-01", life: str = "reconcile-1"
) -> list[OpenDifference]:
    with world.writing() as s:
        return differences.to_ask(s, world, account, day, life=life)
