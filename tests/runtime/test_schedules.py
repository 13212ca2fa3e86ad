"""The schedules on a real server: they are made once, at the right hours, and do the day's work."""

from __future__ import annotations

import asyncio
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import ScheduleHandle, ScheduleOverlapPolicy

from domain.review import ReviewKind, Role
from runtime.schedules import ensure_schedules
from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow

DAILY = {
    "collect-statements": time(6, 30),
    "reconcile-BA-01": time(7, 30),
    "reconcile-BA-02": time(7, 30),
    "settlements-PA": time(7, 50),
    "daily-check": time(8, 30),
    "hand-over-funds": time(8, 45),
}


async def trigger(here: House, *names: str) -> None:
    """Let a schedule run now, as its hour would, and wait until nothing moves."""
    for name in names:
        schedule = here.client.get_schedule_handle(name)
        before = (await schedule.describe()).info.num_actions
        for _ in range(10):
            await schedule.trigger()
            if await has_acted(schedule, before):
                break
            # A run is named after its second, so of two in one second only the first begins.
        else:
            raise AssertionError(f"{name} does not run")
        await here.conductor.settle()


async def has_acted(schedule: ScheduleHandle, before: int) -> bool:
    """The server takes a trigger before it acts on it: give it a moment."""
    for _ in range(25):
        if (await schedule.describe()).info.num_actions > before:
            return True
        await asyncio.sleep(0.02)
    return False


async def working_day(here: House, day: int) -> None:
    await here.morning(day)
    await trigger(here, "collect-statements", "reconcile-BA-01")


async def running(here: House, life: str) -> int:
    found = await here.client.count_workflows(
        f"WorkflowType='{life}' AND ExecutionStatus='Running'"
    )
    return found.count


def stray_money(here: House) -> None:
    body = {
        "key": "stray",
        "account": "BA-01",
        "amount": "33.00",
        "trace_number": "T-UNKNOWN",
        "text": "往来款",
        "counterparty": "测试来款人",
    }
    here.sandbox["bank"].post("/_sandbox/transfers", body, 200)


async def test_the_schedules_are_made_once_and_run_at_their_hours_in_shanghai(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        names = await ensure_schedules(here.parts)
        assert await ensure_schedules(here.parts) == names
        assert names == sorted([*DAILY, "drain-outbox"])

        for name, hour in DAILY.items():
            described = await here.client.get_schedule_handle(name).describe()
            following = described.info.next_action_times[0].astimezone(ZoneInfo("Asia/Shanghai"))
            assert following.time() == hour
            # A run that waits for a person must not keep the next day's from running; but one
            # handing over takes all days before it, so a second beside it has nothing to do.
            alone = name == "hand-over-funds"
            wanted = ScheduleOverlapPolicy.SKIP if alone else ScheduleOverlapPolicy.ALLOW_ALL
            assert described.schedule.policy.overlap is wanted


async def test_a_question_that_stays_open_for_days_does_not_keep_the_next_day_from_being_reconciled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await ensure_schedules(here.parts)
        # Monday 5 January: money comes that nothing explains. After five working days it is asked
        # about, when the doors open on Monday the 12th.
        await here.morning(0)
        stray_money(here)
        for day in range(1, 7):
            await working_day(here, day)
        assert (here.inbox(), await running(here, "AgeLines")) == ([], 1)
        await working_day(here, 7)
        asked = here.asked(ReviewKind.DIFFERENCE)
        assert asked.amount.plain() == "33.00"

        # An order, while nobody answers. Within a week it is reconciled.
        await here.start("SO-2026-0002")
        for day in range(8, 15):
            await working_day(here, day)

        assert here.stage("SO-2026-0002") == "closed"
        assert here.asked(ReviewKind.DIFFERENCE).review_no == asked.review_no
        assert await running(here, "AgeLines") == 1
        assert here.books()["suspense:BA-01"] == "-33.00"

        await here.decide(ReviewKind.DIFFERENCE, "accept", by=Role.FINANCE)
        assert await running(here, "AgeLines") == 0
        assert here.books()["other_income"] == "-33.00"
        assert "suspense:BA-01" not in here.books()


async def test_the_daily_check_asks_about_an_abandoned_case_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await ensure_schedules(here.parts)
        await here.morning(0)
        for order_no in ("SO-2026-0002", "SO-2026-0003"):
            await here.start(order_no)
        await here.conductor.settle()
        await here.client.get_workflow_handle("case-SO-2026-0002").terminate("a mistake")

        await trigger(here, "daily-check")
        await here.morning(1)
        await here.client.get_workflow_handle("case-SO-2026-0003").terminate("another mistake")
        await trigger(here, "daily-check")

        asked = [review.subject for review in here.inbox() if review.kind is ReviewKind.ABANDONED]
        assert sorted(asked) == ["SO-2026-0002", "SO-2026-0003"]
