"""Every invariant of the books can fail: each is broken once, and tells what is against it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from activities.world import World
from domain.ledger import Journal, Leg, bank, suspense
from domain.lifecycle import CaseEvent
from domain.review import Question, ReviewKind
from runtime.invariants import (
    finding,
    suspense_differs,
    unbalanced,
    unsigned,
    without_owner,
)
from runtime.wiring import Parts
from store import cases, ledger, money
from store.rows import insert_once, seal_text
from store.tables_work import DecisionRow
from tests.activities.desk import clock_of
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    advice,
    asked,
    book,
    claim_with_payer,
    decided,
    line,
    taken_back,
)
from tests.store.samples import MONDAY, TODAY, fen, journal, open_case

QUESTION = Question("key", ReviewKind.UNPAID, CASE_NO, "RA-1", "催收？", "Chase?", fen(100))


def test_a_finding_holds_when_nothing_speaks_against_it() -> None:
    assert finding("all is well", []).holds
    assert not finding("all is well", ["RA-1: is not"]).holds


def test_a_ledger_in_which_nothing_is_booked_proves_nothing(parts: Parts) -> None:
    assert unbalanced(parts) == ["the ledger is empty"]


def test_a_ledger_can_only_be_booked_in_balance(world: World, parts: Parts) -> None:
    """Both sides stand in one row: there is no way to write one of them alone."""
    claim_with_payer(world)
    assert unbalanced(parts) == []


def test_money_in_suspense_without_a_difference_is_told(world: World, parts: Parts) -> None:
    claim_with_payer(world)
    book(world, advice(line(), taken=(taken_back(),)))
    assert suspense_differs(parts) == []
    with world.writing() as s:
        ledger.post(s, journal(minor=700), now=MONDAY)
    assert suspense_differs(parts) == ["suspense:BA-01: books ¥7.00, open differences ¥0.00"]


def test_a_difference_that_nothing_stands_behind_is_told(world: World, parts: Parts) -> None:
    _open_difference(world, minor=-700)
    assert suspense_differs(parts) == ["suspense:BA-01: books ¥0.00, open differences −¥7.00"]


def test_two_owners_do_not_make_up_for_each_other(world: World, parts: Parts) -> None:
    """The sums are equal, and yet each owner's suspense differs from its open work."""
    leg = Leg(bank("BA-01"), suspense("BA-02"), fen(700), "BK-1")
    with world.writing() as s:
        posted = Journal("line:BK-1", TODAY, "到账", "statement_line", "BK-1", (leg,))
        ledger.post(s, posted, now=MONDAY)
    _open_difference(world, minor=700)
    assert len(suspense_differs(parts)) == 2


def test_an_item_without_a_date_is_told(world: World, parts: Parts) -> None:
    with world.writing() as s:
        open_case(s)
    _raise_item(world, due_on=None)
    assert without_owner(parts) == [f"{CLAIM_NO}: no due date"]


def test_an_open_item_of_a_case_that_ended_is_told_until_somebody_asks(
    world: World, parts: Parts
) -> None:
    with world.writing() as s:
        open_case(s)
    _raise_item(world, due_on=TODAY)
    assert without_owner(parts) == []
    with world.writing() as s:
        cases.move_case(
            s, CASE_NO, CaseEvent.CASE_CANCELLED, key="cancelled", now=MONDAY, actor="zhao.head"
        )
    assert without_owner(parts) == [f"{CLAIM_NO}: its case has ended and nobody asks about it"]
    asked(world, QUESTION)
    assert without_owner(parts) == []


def test_a_difference_is_told_the_day_after_somebody_should_have_asked(
    world: World, parts: Parts
) -> None:
    number = _open_difference(world, minor=700)
    assert without_owner(parts) == []
    clock_of(world).move_to(date(2026, 1, 6))
    assert without_owner(parts) == [
        f"{number}: was to be asked about on 2026-01-05, and nobody did"
    ]
    with world.writing() as s:
        money.attach_review(s, number, "RV-1")
    assert without_owner(parts) == []


def test_a_house_in_which_nobody_decided_proves_nothing(parts: Parts) -> None:
    assert unsigned(parts) == ["nobody decided anything"]


def test_a_decision_of_a_person_with_a_reason_is_signed(world: World, parts: Parts) -> None:
    decided(world, QUESTION, "chase")
    assert unsigned(parts) == []


@pytest.mark.parametrize(("person", "reason_code"), [("", "checked"), ("li.finance", "")])
def test_a_decision_without_a_person_or_a_reason_is_told(
    world: World, parts: Parts, person: str, reason_code: str
) -> None:
    """The API refuses such a decision; so it is written past it, as an intruder would."""
    review = asked(world, QUESTION)
    with world.writing() as s:
        _decide_past_the_api(s, review.review_no, person, reason_code)
    assert unsigned(parts) == [f"{review.review_no}: no person or no reason"]


def test_a_decision_over_unknown_evidence_is_told(world: World, parts: Parts) -> None:
    review = asked(world, QUESTION)
    with world.writing() as s:
        _decide_past_the_api(s, review.review_no, "li.finance", "checked")
    _rewrite(world, "UPDATE review SET evidence_hash = 'none'")
    assert unsigned(parts) == [f"{review.review_no}: no evidence hash"]


def _decide_past_the_api(s: Any, review_no: str, person: str, reason_code: str) -> None:
    nothing = seal_text(s, "")
    insert_once(
        s,
        DecisionRow(
            decision_no="DC-1",
            review_no=review_no,
            outcome="chase",
            reason_code=reason_code,
            person=person,
            first_person=None,
            text_sealed=nothing,
            value_sealed=nothing,
            evidence_hash="ab" * 32,
            version=1,
            idempotency_key="key",
            decided_at=MONDAY,
        ),
    )
    s.connection().exec_driver_sql("UPDATE review SET state = 'decided'")


def _open_difference(world: World, *, minor: int) -> str:
    with world.writing() as s:
        opened = money.open_difference(
            s,
            natural_key="line:BK-1",
            kind="unmatched_line",
            amount=fen(minor),
            suspense_account=suspense("BA-01"),
            case_no=None,
            line_id="BK-1",
            claim_no=None,
            opened_on=TODAY,
            ask_on=TODAY,
        )
    return opened.no


def _raise_item(world: World, *, due_on: date | None) -> None:
    with world.writing() as s:
        money.raise_item(
            s,
            item_no=CLAIM_NO,
            case_no=CASE_NO,
            payer="PA",
            kind="claim",
            amount=fen(120000),
            due_on=due_on,
        )


def _rewrite(world: World, statement: str) -> None:
    with world.writing() as s:
        s.connection().exec_driver_sql(statement)
