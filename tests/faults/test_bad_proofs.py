"""A proof of delivery that is none: a person sees why, with the paper, and each answer leads on."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.review import ReviewKind, Role
from engine.queues import CASES
from store.review_views import ReviewView
from tests.faults.quick import make_quick
from tests.faults.sound import expect_sound_books
from tests.lifecycle.house import House, house
from workflows.upkeep import DailyCheck

pytestmark = pytest.mark.slow

WEB_PAGE, UNSIGNED, GIVEN_UP = "SO-2026-0002", "SO-2026-0025", "SO-2026-0027"
PROOFS = {WEB_PAGE: "not_a_pdf", UNSIGNED: "no_signature", GIVEN_UP: "not_a_pdf"}


def question_of(here: House, order_no: str) -> ReviewView:
    """The one open question of this case."""
    (found,) = [review for review in here.inbox() if review.case_no == order_no]
    assert found.kind is ReviewKind.PROOF_OF_DELIVERY
    return found


def paper_of(here: House, review: ReviewView) -> bytes:
    """The evidence that the person is shown."""
    (sha256,) = review.evidence
    with here.parts.database.reading() as session:
        return here.parts.evidence.get(session, sha256)


async def terminate_and_run_again(here: House, order_no: str) -> None:
    """A visitor's mistake in the Temporal UI, found by the daily check."""
    await here.client.get_workflow_handle(f"case-{order_no}").terminate("a visitor's mistake")
    await here.conductor.settle()
    assert order_no not in [review.case_no for review in here.inbox()]
    await here.client.start_workflow(DailyCheck.run, id="check", task_queue=CASES)
    await here.conductor.settle()
    await here.decide(ReviewKind.ABANDONED, "run_again", by=Role.FINANCE)


def expect_papers_shown(here: House) -> None:
    """Three parcels have arrived, and no paper proves it: each is asked about, with its paper."""
    assert {here.stage(order_no) for order_no in PROOFS} == {"shipped"}
    assert sorted(review.case_no or "" for review in here.inbox()) == sorted(PROOFS)
    asked = question_of(here, WEB_PAGE)
    assert "is a web page saved as PDF" in asked.sentence_en
    assert paper_of(here, asked).startswith(b"<html>")
    asked = question_of(here, UNSIGNED)
    assert "has no picture of the receiver's signature" in asked.sentence_en
    assert paper_of(here, asked).startswith(b"%PDF-")


def expect_two_paid_and_one_undone(here: House) -> None:
    """The order that was given up left a parcel and a return, and no invoice."""
    expect_sound_books(here)
    assert here.books() == {
        "bank:BA-01": "100720.00",
        "opening_balances": "-100000.00",
        "output_vat": "-82.84",
        "revenue": "-637.16",
    }
    erp = here.held_by("erp")
    reserved = {row["order_no"]: row["status"] for row in erp["reservations"]}
    assert reserved == {WEB_PAGE: "issued", UNSIGNED: "issued", GIVEN_UP: "returned"}
    assert len(erp["goods_returns"]) == 1
    assert len(here.held_by("carrier")["shipments"]) == 3
    for rows in (here.held_by("tax")["invoices"], here.held_by("payer_a")["claims"]):
        assert sorted(row["order_no"] for row in rows) == [WEB_PAGE, UNSIGNED]


async def test_a_proof_that_is_none_is_asked_about_and_each_answer_leads_somewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        make_quick(here, *PROOFS, proof=PROOFS)
        await here.morning(0)
        for order_no in PROOFS:
            await here.start(order_no)

        # Tuesday 6 January. A life that is run again asks its question again: it is asked once.
        await here.live_until(1)
        expect_papers_shown(here)
        await terminate_and_run_again(here, WEB_PAGE)
        assert question_of(here, WEB_PAGE).version == 2

        # Fetched again while the carrier still has no better paper: asked again.
        first = question_of(here, UNSIGNED)
        await here.decide(first.kind, "retry", by=Role.FINANCE, case_no=UNSIGNED)
        assert question_of(here, UNSIGNED).review_no != first.review_no
        await here.decide(first.kind, "cancel_order", by=Role.FINANCE, case_no=GIVEN_UP)
        assert here.stage(GIVEN_UP) == "cancelled"

        # The carrier has found both papers.
        make_quick(here, WEB_PAGE, UNSIGNED)
        for order_no in (WEB_PAGE, UNSIGNED):
            await here.decide(first.kind, "retry", by=Role.FINANCE, case_no=order_no)
            assert here.stage(order_no) == "claiming"

        # Thursday 8 January: both are paid.
        await here.live_until(3)
        assert here.inbox() == []
        assert {here.stage(order_no) for order_no in (WEB_PAGE, UNSIGNED)} == {"closed"}
        expect_two_paid_and_one_undone(here)
