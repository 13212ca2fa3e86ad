"""The Temporal schedules that run unattended: collect, reconcile, drain the outbox, check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from domain.facts import AccountDay
from engine.client import connect
from engine.queues import CASES, MONEY_FIRST
from engine.search_attributes import ensure
from runtime.wiring import Parts
from workflows.collect_statements import CollectStatements
from workflows.reconcile_day import ReconcileDay
from workflows.upkeep import DailyCheck, DrainOutbox

ZONE = "Asia/Shanghai"
_CATCH_UP = timedelta(hours=6)
_DRAIN_EVERY = timedelta(minutes=1)


def _daily(hour: int, minute: int) -> ScheduleSpec:
    at = ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)])
    return ScheduleSpec(calendars=[at], time_zone_name=ZONE)


def _schedule(
    name: str,
    life: Callable[..., Any],
    spec: ScheduleSpec,
    *arguments: object,
    overlap: ScheduleOverlapPolicy = ScheduleOverlapPolicy.ALLOW_ALL,
) -> Schedule:
    """Yesterday's run may wait for a person for days, and must not keep today's from running."""
    return Schedule(
        action=ScheduleActionStartWorkflow(
            life,
            args=list(arguments),
            id=name,
            task_queue=CASES,
            static_summary=name,
            priority=MONEY_FIRST,
        ),
        spec=spec,
        policy=SchedulePolicy(overlap=overlap, catchup_window=_CATCH_UP),
    )


def schedules_of(parts: Parts) -> dict[str, Schedule]:
    """Every schedule by name. Statements are there from six; matching follows an hour later."""
    found = {
        "collect-statements": _schedule(
            "collect-statements", CollectStatements.run, _daily(6, 30), None
        ),
        "drain-outbox": _schedule(
            "drain-outbox",
            DrainOutbox.run,
            ScheduleSpec(intervals=[ScheduleIntervalSpec(every=_DRAIN_EVERY)]),
            overlap=ScheduleOverlapPolicy.SKIP,
        ),
        "daily-check": _schedule("daily-check", DailyCheck.run, _daily(8, 30)),
    }
    for bank in parts.counterparties.banks():
        name = f"reconcile-{bank.code}"
        found[name] = _schedule(name, ReconcileDay.run, _daily(7, 30), AccountDay(bank.code))
    return found


async def ensure_schedules(parts: Parts) -> list[str]:
    """Create what is missing and update what is there; return the names."""
    client = await connect(parts.settings)
    await ensure(client)
    for name, schedule in schedules_of(parts).items():
        await _put(client, name, schedule)
    return sorted(schedules_of(parts))


async def _put(client: Client, name: str, schedule: Schedule) -> None:
    try:
        await client.create_schedule(name, schedule)
    except ScheduleAlreadyRunningError:

        def updated(_: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(schedule=schedule)

        await client.get_schedule_handle(name).update(updated)
