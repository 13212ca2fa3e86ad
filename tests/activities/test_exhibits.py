"""Which papers lie beside each kind of question, the most telling first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from activities import differences
from activities.exhibits import papers_beside
from activities.matching import match_lines
from activities.world import World
from domain.review import Question, ReviewKind
from store import claims, money
from tests.activities.desk import clock_of
from tests.activities.facts import (
    CASE_NO,
    CLAIM_NO,
    advice,
    bank_line,
    book,
    claim_with_payer,
    line,
    received,
    state,
    statement,
    taken_back,
)
from tests.store.samples import MONDAY, TODAY, fen

OTHER_CLAIM = "CL-2026-0001-2"
KINDS_ABOUT_GOODS = (ReviewKind.PROOF_OF_DELIVERY, ReviewKind.MISMATCH)
KINDS_ABOUT_MONEY = (ReviewKind.UNPAID, ReviewKind.WRITE_OFF)


def question(
    kind: ReviewKind,
    subject: str,
    *,
    case_no: str | None = CASE_NO,
    evidence: tuple[str, ...] = (),
) -> Question:
    return Question("key", kind, case_no, subject, "？", "?", fen(100), evidence=evidence)


def test_a_question_that_names_its_own_evidence_keeps_just_that(world: World) -> None:
    claim_with_payer(world)
    _put(world, "proof_of_delivery", "T-1.pdf")
    own = ("ab" * 32, "ab" * 32)
    assert _beside(world, question(ReviewKind.DENIAL, CLAIM_NO, evidence=own)) == own


def test_a_line_lies_beside_the_bank_s_own_statement(world: World) -> None:
    document = state(world, statement(bank_line()))
    match_lines(world, "BA-01", bank_line().booked_on)
    assert _beside(world, _about_the_difference(world)) == (document.sha256,)


@pytest.mark.parametrize("minor", [-10000, 10000])
def test_money_outside_any_claim_lies_beside_the_advice_that_moved_it(
    world: World, minor: int
) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    taken = taken_back(minor=minor)
    other = claim_with_payer(world, "SO-2026-0002")
    document = book(world, advice(line(other), number="RA-2", taken=(taken,)))
    assert _beside(world, _about_the_difference(world)) == (document.sha256,)


def test_a_surprise_lies_beside_every_advice_about_the_claim_the_newest_first(
    world: World,
) -> None:
    claim_with_payer(world)
    first = book(world, advice(line()))
    second = book(world, advice(line(paid=105000, contract=0), number="RA-2"))
    assert _beside(world, _about_the_difference(world)) == (second.sha256, first.sha256)


def test_a_claim_lies_beside_the_newest_pictures_the_proof_and_the_invoice(world: World) -> None:
    claim_with_payer(world)
    _put(world, "screenshot", f"{CLAIM_NO}-1-filled.png")
    proof = _put(world, "proof_of_delivery", "T-1.pdf")
    middle = _put(world, "screenshot", f"{CLAIM_NO}-2-armed.png")
    invoice = _put(world, "tax_invoice", "26312.pdf")
    newest = _put(world, "screenshot", f"{CLAIM_NO}-3-receipt.png")
    beside = _beside(world, question(ReviewKind.DENIAL, CLAIM_NO))
    assert beside == (newest, middle, proof, invoice)


def test_what_was_sent_and_answered_last_lies_beside_the_pictures_in_its_order(
    world: World,
) -> None:
    claim_with_payer(world)
    answer = _put(world, "exchange", f"{CLAIM_NO}-1 commit-answer")
    asked = _put(world, "exchange", f"{CLAIM_NO}-1 commit-request")
    _put(world, "exchange", f"{CLAIM_NO}-11 commit-request")
    wire = _put(world, "exchange", f"{CLAIM_NO}-1 commit-sent")
    picture = _put(world, "screenshot", f"{CLAIM_NO}-1 filled")
    beside = _beside(world, question(ReviewKind.SUBMISSION_UNKNOWN, CLAIM_NO))
    assert beside == (picture, asked, wire, answer)


def test_the_newest_trace_of_a_failed_run_for_the_claim_lies_beside_the_question(
    world: World,
) -> None:
    claim_with_payer(world)
    _put(world, "trace", f"{CLAIM_NO} search 1")
    newest = _put(world, "trace", f"{CLAIM_NO} submit 2")
    _put(world, "trace", f"{CLAIM_NO}1 submit 1")
    picture = _put(world, "screenshot", f"{CLAIM_NO}-1 layout-changed")
    beside = _beside(world, question(ReviewKind.STEP_FAILED, CLAIM_NO))
    assert beside == (picture, newest)


@pytest.mark.parametrize("kind", [ReviewKind.CLEARING, ReviewKind.SUBMISSION_UNKNOWN])
def test_what_a_portal_shows_of_a_month_s_clearing_lies_beside_its_question(
    world: World, kind: ReviewKind
) -> None:
    named = "CLR-PB-2026-01-1"
    _put(world, "screenshot", f"{named} clearings", case_no=None)
    asked = _put(world, "exchange", f"{named} commit-request", case_no=None)
    filled = _put(world, "screenshot", f"{named} ready-to-submit", case_no=None)
    listed = _put(world, "screenshot", f"{named} clearings-again", case_no=None)
    _put(world, "screenshot", f"{named}0 of another month", case_no=None)
    about = replace(question(kind, "CLR-PB-2026-01"), case_no=None)
    assert _beside(world, about) == (listed, filled, asked)


def test_pictures_of_another_claim_of_the_case_are_left_out(world: World) -> None:
    claim_with_payer(world, payers=("PA", "PB"))
    with world.writing() as s:
        claims.draft_claim(
            s,
            claim_no=OTHER_CLAIM,
            case_no=CASE_NO,
            payer="PB",
            sequence=2,
            billed=fen(20000),
            now=MONDAY,
        )
    _put(world, "screenshot", f"{OTHER_CLAIM}-1 list.png")
    mine = _put(world, "screenshot", f"{CLAIM_NO}-1 list.png")
    assert _beside(world, question(ReviewKind.DENIAL, CLAIM_NO)) == (mine,)


def test_a_picture_that_another_case_saw_first_is_shown_all_the_same(world: World) -> None:
    claim_with_payer(world)
    shared = _put(world, "screenshot", "CL-2026-0007-1-1 changed page.png")
    assert _beside(world, question(ReviewKind.STEP_FAILED, CLAIM_NO)) == (shared,)


def test_of_two_proofs_a_claim_shows_the_newest(world: World) -> None:
    claim_with_payer(world)
    _put(world, "proof_of_delivery", "T-1.pdf")
    newest = _put(world, "proof_of_delivery", "T-1-again.pdf")
    assert _beside(world, question(ReviewKind.SUBMISSION_UNKNOWN, CLAIM_NO)) == (newest,)


def test_papers_of_another_case_are_left_out(world: World) -> None:
    claim_with_payer(world)
    claim_with_payer(world, "SO-2026-0002")
    _put(world, "proof_of_delivery", "T-2.pdf", case_no="SO-2026-0002")
    assert _beside(world, question(ReviewKind.DENIAL, CLAIM_NO)) == ()
    assert _beside(world, question(ReviewKind.MISMATCH, CASE_NO)) == ()


@pytest.mark.parametrize("kind", KINDS_ABOUT_MONEY)
def test_announced_money_lies_beside_the_advice_that_announced_it(
    world: World, kind: ReviewKind
) -> None:
    document = received(world, "PA", "RA-1")
    assert _beside(world, question(kind, "RA-1")) == (document.sha256,)
    assert _beside(world, question(kind, "RA-1", case_no=None)) == (document.sha256,)


@pytest.mark.parametrize("kind", KINDS_ABOUT_MONEY)
def test_the_patient_s_share_lies_beside_the_invoice(world: World, kind: ReviewKind) -> None:
    claim_with_payer(world)
    book(world, advice(line()))
    invoice = _put(world, "tax_invoice", "26312.pdf")
    assert _beside(world, question(kind, "PT-2026-0001")) == (invoice,)
    assert _beside(world, question(kind, "PT-2026-0009")) == ()
    assert _beside(world, question(kind, "PT-2026-0001", case_no=None)) == ()


@pytest.mark.parametrize("kind", KINDS_ABOUT_GOODS)
def test_goods_lie_beside_the_newest_proof_of_delivery(world: World, kind: ReviewKind) -> None:
    claim_with_payer(world)
    _put(world, "proof_of_delivery", "T-1.pdf")
    newest = _put(world, "proof_of_delivery", "T-1-again.pdf")
    assert _beside(world, question(kind, "T-1")) == (newest,)
    assert _beside(world, question(kind, "T-1", case_no=None)) == ()


@pytest.mark.parametrize("kind", sorted(set(ReviewKind) - {*KINDS_ABOUT_GOODS}))
def test_a_question_about_nothing_on_paper_lies_alone(world: World, kind: ReviewKind) -> None:
    claim_with_payer(world)
    _put(world, "proof_of_delivery", "T-1.pdf")
    assert _beside(world, question(kind, CASE_NO)) == ()


def test_an_advice_lies_beside_questions_about_its_money_alone(world: World) -> None:
    received(world, "PA", "RA-1")
    others = set(ReviewKind) - {*KINDS_ABOUT_MONEY}
    assert {_beside(world, question(kind, "RA-1")) for kind in others} == {()}


def test_one_paper_lies_beside_a_question_once(world: World) -> None:
    """An advice that says two things about a claim is still one advice."""
    claim_with_payer(world)
    book(world, advice(line()))
    twice = (taken_back(minor=-100), taken_back(minor=-200))
    other = claim_with_payer(world, "SO-2026-0002")
    document = book(world, advice(line(other), number="RA-2", taken=twice))
    assert _beside(world, _about_the_difference(world)) == (document.sha256,)


def _beside(world: World, asked: Question) -> tuple[str, ...]:
    with world.database.reading() as s:
        return papers_beside(s, asked)


def _about_the_difference(world: World) -> Question:
    """The question about the one difference that is open; it has no evidence of its own."""
    with world.database.reading() as s:
        (found,) = money.open_differences(s)
    kinds = {differences.TAKE_BACK: ReviewKind.TAKE_BACK}
    return question(kinds.get(found.kind, ReviewKind.DIFFERENCE), found.no, case_no=found.case_no)


def _put(world: World, kind: str, name: str, *, case_no: str | None = CASE_NO) -> str:
    """Keep a paper of a case, a day later than the one before."""
    clock = clock_of(world)
    clock.move_to(clock.today() + timedelta(days=1))
    assert clock.today() > TODAY
    data = f"{case_no} {name}".encode()
    with world.writing() as s:
        kept = world.evidence.put(
            s, data, kind=kind, source="test", name=name, case_no=case_no, now=world.now()
        )
    assert kept == sha256(data).hexdigest()
    return kept
