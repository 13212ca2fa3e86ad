"""The Temporal schedules that run unattended: collect, reconcile, drain, check, watch portals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta
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

from bots.portal.definition import Politeness, PortalDefinition, load
from domain.clearing import ClearingWanted
from domain.facts import AccountDay, CollectDay
from domain.settlement_check import SettledDays
from domain.watch import PortalToWatch
from engine.client import connect
from engine.profiles import PayerProfile
from engine.queues import CASES, MONEY_FIRST
from engine.search_attributes import ensure
from runtime.wiring import Parts
from workflows.check_settlements import CheckSettlements
from workflows.clear_month import ClearMonth
from workflows.collect_statements import CollectStatements
from workflows.compare_portal import ComparePortal, RehearsePortal
from workflows.hand_over_funds import HandOverFunds
from workflows.reconcile_day import ReconcileDay
from workflows.upkeep import DailyCheck, DrainOutbox

ZONE = "Asia/Shanghai"
_CATCH_UP = timedelta(hours=6)
_DRAIN_EVERY = timedelta(minutes=1)
_COLLECT_AT = time(6, 30)
# Before the day's work, so that a portal that changed overnight is known before claims are due.
_REHEARSE_AT = time(5, 10)
# After the day's work, when what was handed in has had time to show in the list.
_COMPARE_AT = time(21, 10)
# In office hours: whoever is asked about a difference is there.
_CLEAR_AT = time(10, 10)
# A run that begins shortly before a portal closes is still let in, and should come to its end.
_LONGEST_RUN_MINUTES = 30


def _daily(hour: int, minute: int, *, jitter: timedelta | None = None) -> ScheduleSpec:
    at = ScheduleCalendarSpec(hour=[ScheduleRange(hour)], minute=[ScheduleRange(minute)])
    return ScheduleSpec(calendars=[at], time_zone_name=ZONE, jitter=jitter)


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
            "collect-statements",
            CollectStatements.run,
            _daily(_COLLECT_AT.hour, _COLLECT_AT.minute),
            CollectDay(portals=False),
        ),
        "drain-outbox": _schedule(
            "drain-outbox",
            DrainOutbox.run,
            ScheduleSpec(intervals=[ScheduleIntervalSpec(every=_DRAIN_EVERY)]),
            overlap=ScheduleOverlapPolicy.SKIP,
        ),
        "hand-over-funds": _schedule(
            "hand-over-funds", HandOverFunds.run, _daily(8, 45), overlap=ScheduleOverlapPolicy.SKIP
        ),
        "daily-check": _schedule("daily-check", DailyCheck.run, _daily(8, 30)),
    }
    for bank in parts.counterparties.banks():
        name = f"reconcile-{bank.code}"
        found[name] = _schedule(name, ReconcileDay.run, _daily(7, 30), AccountDay(bank.code))
    for payer in parts.counterparties.payers():
        if payer.way == "api":
            name, wanted = f"settlements-{payer.code}", SettledDays(payer.code)
            found[name] = _schedule(name, CheckSettlements.run, _daily(7, 50), wanted)
    for payer, definition in portals_of(parts):
        if payer.sends_advices:
            found |= _collecting(payer.code, definition.politeness)
        found |= _watching(payer.code, definition.politeness)
        day = payer.clears_on(parts.clock.today())
        if day is not None and "clearing" in definition.forms:
            found |= _clearing(payer.code, definition.politeness, day)
    return found


def portals_of(parts: Parts) -> Iterator[tuple[PayerProfile, PortalDefinition]]:
    """Every payer that offers a portal only, with what its definition says."""
    for payer in parts.counterparties.payers():
        if payer.way == "portal":
            file = parts.settings.counterparties_folder / payer.code / "portal.toml"
            yield payer, load(file, url=payer.url)


def _collecting(portal: str, politeness: Politeness) -> dict[str, Schedule]:
    """One portal's advices, once a day; matching takes up those that come after it a day later."""
    at, name = within(politeness, _COLLECT_AT), f"collect-{portal}"
    spec = _daily(at.hour, at.minute, jitter=_jitter(politeness))
    return {name: _schedule(name, CollectStatements.run, spec, CollectDay(source=portal))}


def _watching(portal: str, politeness: Politeness) -> dict[str, Schedule]:
    """One portal's canary and comparison, each once a day. Neither waits for people, so one that
    still runs is a portal that is down: the next one is left out."""
    found = {}
    for name, life, wanted in (
        (f"canary-{portal}", RehearsePortal.run, _REHEARSE_AT),
        (f"compare-{portal}", ComparePortal.run, _COMPARE_AT),
    ):
        at = within(politeness, wanted)
        found[name] = _schedule(
            name,
            life,
            _daily(at.hour, at.minute, jitter=_jitter(politeness)),
            PortalToWatch(portal),
            overlap=ScheduleOverlapPolicy.SKIP,
        )
    return found


def _clearing(portal: str, politeness: Politeness, day: int) -> dict[str, Schedule]:
    """The month before, once a month. One that still runs when the next is due has not even been
    handed in: whoever is asked about that comes first."""
    at = within(politeness, _CLEAR_AT)
    spec = ScheduleSpec(
        calendars=[
            ScheduleCalendarSpec(
                day_of_month=[ScheduleRange(day)],
                hour=[ScheduleRange(at.hour)],
                minute=[ScheduleRange(at.minute)],
            )
        ],
        time_zone_name=ZONE,
        jitter=_jitter(politeness),
    )
    name = f"clearing-{portal}"
    wanted = ClearingWanted(portal)
    skip = ScheduleOverlapPolicy.SKIP
    return {name: _schedule(name, ClearMonth.run, spec, wanted, overlap=skip)}


def within(politeness: Politeness, wanted: time) -> time:
    """The wanted time, or the nearest one at which the portal is open long enough for a run."""
    opens, _, closes = politeness.hours.partition("-")
    first = _minutes(opens)
    latest_start = _minutes(closes) - _LONGEST_RUN_MINUTES - politeness.jitter_minutes
    last = max(first, latest_start)
    minutes = min(max(wanted.hour * 60 + wanted.minute, first), last)
    return time(minutes // 60, minutes % 60)


def _jitter(politeness: Politeness) -> timedelta:
    """A portal is met at another minute each day, as by people, not by all its users at once."""
    return timedelta(minutes=politeness.jitter_minutes)


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


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
