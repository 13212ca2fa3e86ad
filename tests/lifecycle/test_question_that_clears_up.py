"""Diary: somebody is asked about money that nothing explains, and the next day something does."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.review import ReviewKind
from engine.ids import review_id
from store import money, reviews
from tests.lifecycle.house import house
from tests.lifecycle.test_ageing_over_a_holiday import FRIDAY, at, is_running, stray_money
from tests.store.samples import fen

pytestmark = pytest.mark.slow


async def test_a_question_leaves_the_inbox_once_its_line_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.conductor.move_to(FRIDAY)
        stray_money(here)
        await here.conductor.move_to(at(14))
        await here.office_hours()

        # Friday 27 February: five working days are over, and finance is asked.
        await here.conductor.move_to(at(27))
        asked = here.asked(ReviewKind.DIFFERENCE)

        # An hour later it is announced after all, and matched: nobody is asked any more.
        with here.parts.database.transaction() as s:
            money.await_transfer(
                s,
                advice_no="RA-LATE",
                payer="PA",
                account_hint="BA-01",
                trace_number="T-UNKNOWN",
                amount=fen(3300),
                due_on=FRIDAY.date(),
                case_nos=[],
            )
        await here.conductor.move_to(at(27, 10))
        await here.office_hours()
        assert here.inbox() == []
        with here.parts.database.reading() as s:
            review = reviews.review_of(s, asked.review_no)
        assert (review.state, review.cancelled_why) == (
            "cancelled",
            "what was asked about cleared up by itself",
        )

        # Both lives have ended: the review without a decision, the wait with one line asked about.
        life = here.client.get_workflow_handle(review_id(asked.review_no))
        assert (await life.result())["outcome"] == "explained"
        assert not await is_running(here)
        wait = here.client.get_workflow_handle(f"age-BA-01-{FRIDAY:%Y-%m-%d}")
        assert await wait.result() == 1
        assert here.suspense_is_explained()
        assert "suspense:BA-01" not in here.books()
