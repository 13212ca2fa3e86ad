"""Documents that come twice, come changed, or do not add up: booked once, whole, or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from activities import fetching
from domain.facts import AccountDay, CollectDay
from domain.review import ReviewKind, Role
from engine.ids import reconcile_id
from engine.queues import CASES
from sandbox.lives import pays, script
from store.review_views import ReviewView
from tests.faults.quick import make_quick
from tests.faults.sound import expect_one_of_each, expect_sound_books
from tests.lifecycle.house import House, house
from workflows.collect_statements import CollectStatements
from workflows.reconcile_day import ReconcileDay

pytestmark = pytest.mark.slow

SOUND, WRONG, PUT_ASIDE = "SO-2026-0002", "SO-2026-0025", "SO-2026-0029"
ORDERS = (SOUND, WRONG, PUT_ASIDE)
"""480.00, 240.00 and 240.00; the last two have advices that are wrong on their first day."""

OPEN = {"output_vat": "-110.45", "revenue": "-849.55"}
"""What invoicing all three left in the books for good."""


def let_two_advices_be_wrong(here: House) -> None:
    """Both are sent in the night to Wednesday, before the sound one: they use up the fault."""
    make_quick(here, *ORDERS)
    days = {SOUND: 0.8, WRONG: 0.7, PUT_ASIDE: 0.7}
    scripts = {
        no: script(pays(remit=0, bank=0) | {"decide_after_days": wait}) for no, wait in days.items()
    }
    here.sandbox["payer_a"].post("/_sandbox/seed", {"scripts": scripts}, 200)
    here.sandbox["payer_a"].put("faults", [{"match": "", "times": 2, "how": "wrong_sums"}])


def advice_of(here: House, order_no: str) -> str:
    """The number of the advice that pays an order, asked at the payer."""
    claims = here.held_by("payer_a")["claims"]
    return next(str(c["remittance_no"]) for c in claims if c["order_no"] == order_no)


def refused(here: House, number: str) -> ReviewView:
    """The one open question about this document."""
    (found,) = [review for review in here.inbox() if review.subject == number]
    assert found.kind is ReviewKind.DOCUMENT_REFUSED
    return found


async def collect_twice_at_once(here: House) -> None:
    """The schedule and somebody by hand, in the same minute."""
    today = here.conductor.now.date()
    await asyncio.gather(
        *(
            here.client.start_workflow(
                CollectStatements.run, CollectDay(today), id=f"collect-{who}", task_queue=CASES
            )
            for who in ("by-schedule", "by-hand")
        )
    )
    await here.conductor.settle()
    await here.client.start_workflow(
        ReconcileDay.run,
        AccountDay("BA-01", today),
        id=reconcile_id("BA-01", today),
        task_queue=CASES,
    )
    await here.conductor.settle()


def hand_over_again(here: House, file_no: str, text: str = "") -> None:
    body = {"file_no": file_no, "statement_no": "BA-01-20260107", "text": text}
    here.sandbox["bank"].post("/_sandbox/copies", body, 200)


async def expect_wrong_advices_asked_about(here: House) -> None:
    """Wednesday 7 January: two advices do not add up; nothing of them is booked."""
    await here.live_until(2)
    wrong, aside = advice_of(here, WRONG), advice_of(here, PUT_ASIDE)
    assert sorted(review.subject for review in here.inbox()) == sorted([wrong, aside])
    asked = refused(here, wrong)
    assert "250.00" in asked.sentence_en
    assert "240.00" in asked.sentence_en
    assert len(asked.evidence) == 1
    assert here.books() == {
        "clearing:PA": "480.00",
        "receivable:PA": "480.00",
        **OPEN,
    }
    # Fetched again on the same day it is as wrong as before, and is asked about again.
    await here.decide(asked.kind, "fetch_again", by=Role.FINANCE, subject=wrong)
    assert refused(here, wrong).review_no != asked.review_no
    await here.decide(asked.kind, "dismiss", by=Role.FINANCE, subject=aside)
    assert [review.subject for review in here.inbox()] == [wrong]
    expect_sound_books(here)


async def expect_corrected_advices_booked(here: House) -> None:
    """The one that was put aside comes by itself under its old number; of the other a person is
    asked, so its money is unclear until then."""
    assert [here.stage(no) for no in ORDERS] == ["closed", "claiming", "closed"]
    assert here.books() == {
        "bank:BA-01": "100960.00",
        "opening_balances": "-100000.00",
        "receivable:PA": "240.00",
        "suspense:BA-01": "-240.00",
        **OPEN,
    }
    expect_sound_books(here)
    await here.decide(ReviewKind.DOCUMENT_REFUSED, "fetch_again", by=Role.FINANCE)
    assert here.inbox() == []
    assert here.claims(WRONG) == [("PA", "remitted", 1, "240.00")]


async def expect_changed_statement_put_aside_for_good(here: House) -> None:
    """Asked about, put aside, and not taken again, even should it be provable one day."""
    asked = refused(here, "COPY-2")
    assert "BA-01-20260107 of BA-01: it is imported with another content" in asked.sentence_en
    await here.decide(asked.kind, "dismiss", by=Role.FINANCE)
    with here.parts.database.reading() as session:
        paper = here.parts.evidence.get(session, asked.evidence[0])
    assert fetching.keep(here.world, "BA-01", fetching.STATEMENT_CAMT, "COPY-2", paper) is None


async def test_documents_that_are_wrong_doubled_or_changed_are_booked_once_when_they_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        let_two_advices_be_wrong(here)
        await here.morning(0)
        for order_no in ORDERS:
            await here.start(order_no)
        await here.live_until(1)
        await expect_wrong_advices_asked_about(here)

        # Thursday 8 January: the payer has corrected both; the bank states Wednesday's money.
        await here.morning(3)
        await collect_twice_at_once(here)
        await expect_corrected_advices_booked(here)

        # Friday 9 January: the bank hands Wednesday's statement over twice more, once changed.
        hand_over_again(here, "COPY-1")
        hand_over_again(here, "COPY-2", text="别的用途")
        await here.live_until(4)
        assert {here.stage(no) for no in ORDERS} == {"closed"}
        await expect_changed_statement_put_aside_for_good(here)

        # Saturday 10 January: nobody is asked again; everything stands in the books once.
        await here.live_until(5)
        assert here.inbox() == []
        assert here.books() == {
            "bank:BA-01": "100960.00",
            "opening_balances": "-100000.00",
            **OPEN,
        }
        expect_one_of_each(here, *ORDERS)
        expect_sound_books(here)
