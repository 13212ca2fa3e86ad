"""A month's clearing whose payer has paid a claim that our books do not know of yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.clearing import ClearingWanted
from domain.review import ReviewKind, Role
from engine.ids import clearing_id
from engine.queues import CASES
from store import intents
from store.review_views import ReviewView
from tests.lifecycle.house import House, house
from workflows.clear_month import ClearMonth

pytestmark = pytest.mark.slow

EARLY, LATE = "SO-2026-0001", "SO-2026-0026"
SUBMIT = "POST /clearings/new"


def application(here: House) -> tuple[str, str]:
    """How far our sending got, and the portal's number for it."""
    with here.parts.database.reading() as session:
        intent = intents.intent_of(session, "PB", "CLR-PB-2026-01", 1, "clearing")
        return intent.state, intent.receipt


def kinds_beside(here: House, asked: ReviewView) -> list[str]:
    """What lies beside a question; all of it is of this month's runs."""
    with here.parts.database.reading() as session:
        beside = [here.parts.evidence.view_of(session, sha256) for sha256 in asked.evidence]
    assert all(paper.name.startswith("CLR-PB-2026-01-1 ") for paper in beside)
    return [paper.kind for paper in beside]


async def test_a_month_is_applied_for_once_and_what_differs_is_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch, with_browser=True) as here:
        # Monday 5 to Thursday 8 January: two orders; the advice of the first is booked.
        await here.morning(0)
        await here.start(EARLY)
        await here.start(LATE)
        await here.live_until(3)
        assert here.claims(EARLY)[0][1] == "remitted"
        # Nobody collects any more, so the second's advice is not in our books.
        for day in (4, 5, 6, 7):
            await here.morning(day)
        assert len(here.held_by("payer_b")["remittances"]) == 2

        # Thursday 5 February: the month is applied for, and the portal's answer is lost.
        await here.morning(31)
        strike = {"match": SUBMIT, "times": 1, "how": "drop_after_commit"}
        here.sandbox["payer_b"].put("faults", [strike])
        life = await here.client.start_workflow(
            ClearMonth.run,
            ClearingWanted("PB"),
            id=clearing_id("PB", "2026-01"),
            task_queue=CASES,
        )
        await here.conductor.settle()
        assert application(here) == ("unknown", "")
        await here.morning(32)
        assert application(here) == ("confirmed", "BQ2026020500001")

        # Monday 9 February: the payer says what it has paid; finance is asked.
        await here.morning(35)
        assert await life.result() == "CLR-PB-2026-01: differs, a person is asked"
        (held,) = here.held_by("payer_b")["clearings"]
        assert (held["count"], held["total"], held["status"]) == (1, "288.00", "differs")
        asked = here.asked(ReviewKind.CLEARING)
        assert asked.subject == "CLR-PB-2026-01"
        assert "we have 1 claim, 288.00 CNY; the payer says 核定2笔 " in asked.sentence_en
        # What the portal shows of it lies beside the question, though it is about no case.
        assert kinds_beside(here, asked)[:2] == ["screenshot", "screenshot"]
        await here.decide(ReviewKind.CLEARING, "dispute", by=Role.FINANCE)
        assert ReviewKind.CLEARING not in {review.kind for review in here.inbox()}
