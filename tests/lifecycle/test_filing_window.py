"""A payer's filing window ends: ops is warned, and nothing goes in late without a person's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.review import ReviewKind, Role
from engine import search_attributes as shown
from engine.ids import claim_id
from engine.queues import CASES
from tests.activities.facts import CASE_NO, CLAIM_NO
from tests.activities.test_filing import delivered
from tests.faults.quick import make_quick
from tests.faults.sound import expect_sound_books
from tests.lifecycle.house import House, house
from workflows.upkeep import DailyCheck

pytestmark = pytest.mark.slow

LATE, TOO_LATE = "SO-2026-0002", "SO-2026-0003"


async def held_until(here: House, day: int) -> None:
    """Two orders whose goods came on Tuesday 6 January, and of which nobody took note in time."""
    make_quick(here, LATE, TOO_LATE)
    await here.morning(0)
    for order_no in (LATE, TOO_LATE):
        await here.start(order_no)
        await here.conductor.settle()
        await here.doors.ask_case(order_no, "hold", "wang.ops", "the hospital called")
    await here.morning(day)
    for order_no in (LATE, TOO_LATE):
        await here.doors.ask_case(order_no, "resume", "wang.ops", "it called again")
        await here.conductor.settle()


async def due(here: House, claim_no: str) -> str:
    """The day by which a claim must be in, as lists in the Temporal UI show it."""
    described = await here.client.get_workflow_handle(claim_id(claim_no)).describe()
    found = described.typed_search_attributes.get(shown.DueDate)
    return f"{found:%Y-%m-%d}" if found else ""


async def test_a_claim_past_its_window_is_handed_in_late_or_written_off_as_a_person_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Monday 6 July: 180 days after the delivery ended yesterday. Nothing is sent.
        await held_until(here, 182)
        assert here.held_by("payer_a")["claims"] == []
        asked = here.asked(ReviewKind.FILING_LATE, case_no=LATE)
        assert asked.sentence_en == (
            "CL-2026-0002-1, 480.00 CNY, was not handed in, and PA took it until 2026-07-05."
            " Hand in all the same, or write off?"
        )
        assert await due(here, "CL-2026-0002-1") == "2026-07-05"
        told = await here.details(claim_id("CL-2026-0002-1"))
        assert "**To be in by 申报截止**: 2026-07-05" in told

        # One is handed in all the same, once; the other is borne by ourselves.
        await here.decide(ReviewKind.FILING_LATE, "hand_in", by=Role.FINANCE, case_no=LATE)
        await here.decide(ReviewKind.FILING_LATE, "write_off", by=Role.FINANCE, case_no=TOO_LATE)
        assert [row["order_no"] for row in here.held_by("payer_a")["claims"]] == [LATE]
        assert await due(here, "CL-2026-0002-1") == ""
        assert "申报截止" not in await here.details(claim_id("CL-2026-0002-1"))
        assert here.claims(TOO_LATE) == [("PA", "written_off", 1, "0.00")]

        # Two days later it is announced, another day later it is in the bank.
        await here.live_until(186)
        assert [here.stage(order_no) for order_no in (LATE, TOO_LATE)] == ["closed", "closed"]
        assert here.claims(LATE) == [("PA", "paid", 1, "480.00")]
        assert here.inbox() == []
        expect_sound_books(here)


async def test_the_daily_check_warns_of_a_window_that_ends_and_not_again_once_it_is_seen_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Friday 26 June: delivered on 5 January, not handed in, five working days are left.
        delivered(here.world)
        await here.morning(172)
        await check(here, "check-1")
        asked = here.asked(ReviewKind.FILING_SOON)
        assert (asked.case_no, asked.subject) == (CASE_NO, CLAIM_NO)

        # Monday: it is one question still. Somebody sees to it, and is left alone from then on.
        await here.morning(175)
        await check(here, "check-2")
        await here.decide(ReviewKind.FILING_SOON, "seen_to", by=Role.OPS)
        await here.morning(176)
        await check(here, "check-3")
        assert [one for one in here.inbox() if one.kind is ReviewKind.FILING_SOON] == []


async def check(here: House, name: str) -> None:
    await here.client.start_workflow(DailyCheck.run, id=name, task_queue=CASES)
    await here.conductor.settle()
