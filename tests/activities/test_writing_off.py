"""Bearing an amount ourselves: only as a stored decision allows, and only once."""

from __future__ import annotations

from datetime import date

import pytest

from activities.matching import match_lines
from activities.refusals import DecisionNotFound
from activities.world import World
from activities.writing_off import write_off
from connectors.pay_channel import SettledLine, Settlement
from domain.difference_facts import WriteOff
from domain.lifecycle import ClaimStatus
from domain.review import Decision, Question, ReviewKind
from store import claims, money
from tests.activities.desk import ZHAO
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    PAID_ON,
    advice,
    asked,
    balances,
    bank_line,
    book,
    book_channel_settlement,
    claim_status,
    claim_with_payer,
    decided,
    line,
    state,
    statement,
)
from tests.store.samples import MONDAY, fen

LIMIT = 100000
"""1,000.00: the write-off limit of counterparties/own/profile.toml in 2026."""


def about(
    subject: str, minor: int, kind: ReviewKind = ReviewKind.UNPAID, *, case_no: str = CASE_NO
) -> Question:
    key = f"{case_no}:{kind}:{subject}"
    return Question(key, kind, case_no, subject, "核销？", "Write off?", fen(minor))


def head_about(question: Question) -> Question:
    """The second question, to the finance head, as the lives ask it."""
    key = f"{question.natural_key}:write_off"
    kind, subject = ReviewKind.WRITE_OFF, question.subject
    return Question(key, kind, question.case_no, subject, "同意？", "Approve?", question.amount)


def test_a_denied_claim_up_to_the_limit_needs_one_decision(world: World) -> None:
    _denied(world)
    decision = decided(world, about(CLAIM_NO, LIMIT, ReviewKind.DENIAL), "write_off")
    write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))
    assert balances(world) == {"output_vat": -13805, "revenue": -106195, "write_offs": 120000}
    with world.database.reading() as s:
        claim = claims.claim_of(s, CLAIM_NO)
        assert money.open_items(s) == []
    assert (claim.status, claim.written_off) == (ClaimStatus.WRITTEN_OFF, fen(120000))


def test_a_fen_above_the_limit_needs_the_finance_head(world: World) -> None:
    _denied(world)
    question = about(CLAIM_NO, LIMIT + 1, ReviewKind.DENIAL)
    decision = decided(world, question, "write_off")
    before = balances(world)
    with pytest.raises(DecisionNotFound, match=r"write off above 1000\.00 CNY"):
        write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))
    assert balances(world) == before
    decided(world, head_about(question), "approve", ZHAO)
    write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))
    assert balances(world)["write_offs"] == 120000


def test_a_head_who_rejects_allows_nothing(world: World) -> None:
    _denied(world)
    question = about(CLAIM_NO, LIMIT + 1, ReviewKind.DENIAL)
    decision = decided(world, question, "write_off")
    decided(world, head_about(question), "reject", ZHAO)
    with pytest.raises(DecisionNotFound):
        write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))
    assert "write_offs" not in balances(world)


def test_without_a_decision_nothing_is_written_off(world: World) -> None:
    _denied(world)
    review = asked(world, about(CLAIM_NO, LIMIT, ReviewKind.DENIAL))
    with pytest.raises(DecisionNotFound):
        write_off(world, WriteOff(CASE_NO, CLAIM_NO, review.review_no))
    assert "write_offs" not in balances(world)


def test_another_decision_allows_no_write_off(world: World) -> None:
    _denied(world)
    decision = decided(world, about(CLAIM_NO, LIMIT, ReviewKind.DENIAL), "correct")
    with pytest.raises(DecisionNotFound):
        write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))
    assert "write_offs" not in balances(world)


def test_a_decision_about_one_claim_writes_no_other_off(world: World) -> None:
    _denied(world)
    other = claim_with_payer(world, "SO-2026-0002")
    decision = decided(world, about(CLAIM_NO, 1, ReviewKind.DENIAL), "write_off")
    with pytest.raises(DecisionNotFound, match=f"write off {other}"):
        write_off(world, WriteOff("SO-2026-0002", other, decision.review_no))
    assert "write_offs" not in balances(world)


def test_writing_off_twice_is_once(world: World) -> None:
    _denied(world)
    decision = decided(world, about(CLAIM_NO, LIMIT, ReviewKind.DENIAL), "write_off")
    write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))
    before = balances(world)
    write_off(world, WriteOff(CASE_NO, CLAIM_NO, decision.review_no))
    assert balances(world) == before


def test_the_patient_s_share_is_written_off_as_far_as_it_is_open(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    with world.writing() as s:
        money.allocate(s, key="paid", item_no="PT-2026-0001", amount=fen(14000), why="paid")
    decision = decided(world, about("PT-2026-0001", 15000), "write_off")
    write_off(world, WriteOff(CASE_NO, "", decision.review_no, "PT-2026-0001"))
    write_off(world, WriteOff(CASE_NO, "", decision.review_no, "PT-2026-0001"))
    assert balances(world)["write_offs"] == 1000
    with world.database.reading() as s:
        assert not money.item_of(s, "PT-2026-0001").open


def test_announced_money_that_never_comes_leaves_its_claims_written_off(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    write_off(world, _unpaid(world, "RA-1"))
    assert balances(world) == {
        "contract_adjustments": 5000,
        "output_vat": -13805,
        "receivable:patient": 15000,
        "revenue": -106195,
        "write_offs": 100000,
    }
    with world.database.reading() as s:
        claim = claims.claim_of(s, CLAIM_NO)
        assert money.awaited_transfers(s) == []
    assert (claim.status, claim.written_off) == (ClaimStatus.WRITTEN_OFF, fen(100000))


def test_two_cases_of_one_transfer_write_it_off_once(world: World) -> None:
    """Each case asks on its own; the second answer failed for ever."""
    claim_with_payer(world)
    second = claim_with_payer(world, "SO-2026-0002")
    book(world, advice(line(paid=40000, contract=80000, shifted=0), line(second, paid=100000)))
    first_answer = _unpaid(world, "RA-1", minor=LIMIT)
    second_answer = _unpaid(world, "RA-1", minor=LIMIT, case_no="SO-2026-0002")
    write_off(world, first_answer)
    write_off(world, second_answer)
    assert balances(world)["write_offs"] == 140000
    assert "clearing:PA" not in balances(world)
    with world.database.reading() as s:
        assert (claim_status(s), claim_status(s, second)) == ("written_off", "written_off")


def test_money_that_came_while_a_person_decided_is_not_written_off(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    answer = _unpaid(world, "RA-1")
    state(world, statement(bank_line()))
    match_lines(world, "BA-01", date(2026, 1, 20))
    before = balances(world)
    write_off(world, answer)
    assert balances(world) == before
    with world.database.reading() as s:
        assert claim_status(s) == "partly_paid"


def test_a_second_advice_that_never_pays_leaves_the_first_alone(world: World) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    book(world, advice(line(paid=90000, contract=15000), number="RA-2"))
    write_off(world, _unpaid(world, "RA-2", minor=90000))
    with world.database.reading() as s:
        assert claim_status(s) == "remitted"
    assert balances(world)["clearing:PA"] == 100000


def test_a_settlement_of_the_pay_channel_that_never_comes_can_be_written_off(
    world: World,
) -> None:
    """It names no claim; looking for its advice failed for ever."""
    claim_with_payer(world)
    paid = SettledLine("PY-1", "payment", CASE_NO, fen(15000))
    book_channel_settlement(world, Settlement("SE-1", PAID_ON, "TRN-SE-1", fen(15000), (paid,)))
    write_off(world, _unpaid(world, "SE-1", minor=15000))
    assert balances(world)["clearing:pay_channel"] == -15000
    with world.database.reading() as s:
        (given_up,) = money.awaited_transfers(s, open_only=False)
    assert given_up.written_off


def _denied(world: World) -> None:
    claim_with_payer(world)
    with world.writing() as s:
        claims.move_claim(s, CLAIM_NO, ClaimStatus.DENIED, key="denied:1", now=MONDAY)


def _unpaid(world: World, number: str, *, minor: int = LIMIT, case_no: str = CASE_NO) -> WriteOff:
    decision: Decision = decided(world, about(number, minor, case_no=case_no), "write_off")
    return WriteOff(case_no, "", decision.review_no, number)
