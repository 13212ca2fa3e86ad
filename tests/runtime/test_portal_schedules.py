"""When portals are watched: within their own hours, once a day, and never twice at a time."""

from __future__ import annotations

import re
import shutil
from datetime import time, timedelta
from pathlib import Path

import pytest
from temporalio.client import Schedule, ScheduleActionStartWorkflow, ScheduleOverlapPolicy

from bots.portal.definition import Politeness
from domain.facts import CollectDay
from domain.settlement_check import SettledDays
from engine.settings import Settings
from runtime.schedules import schedules_of, within
from runtime.wiring import parts_of


@pytest.fixture
def schedules(tmp_path: Path) -> dict[str, Schedule]:
    return schedules_of(parts_of(Settings(home=tmp_path)))


@pytest.mark.parametrize(
    ("name", "life", "at"),
    [("canary-PB", "RehearsePortal", (5, 10)), ("compare-PB", "ComparePortal", (21, 10))],
)
def test_every_portal_is_watched_once_a_day_and_a_run_that_still_runs_is_enough(
    schedules: dict[str, Schedule], name: str, life: str, at: tuple[int, int]
) -> None:
    schedule = schedules[name]
    assert isinstance(schedule.action, ScheduleActionStartWorkflow)
    assert schedule.action.workflow == life
    (calendar,) = schedule.spec.calendars
    assert (calendar.hour[0].start, calendar.minute[0].start) == at
    assert schedule.spec.time_zone_name == "Asia/Shanghai"
    assert schedule.spec.jitter == timedelta(minutes=15)
    assert schedule.policy.overlap is ScheduleOverlapPolicy.SKIP


def test_an_insurer_s_settlements_are_checked_every_morning(schedules: dict[str, Schedule]) -> None:
    assert [name for name in schedules if name.startswith("settlements-")] == ["settlements-PA"]
    schedule = schedules["settlements-PA"]
    assert isinstance(schedule.action, ScheduleActionStartWorkflow)
    assert schedule.action.workflow == "CheckSettlements"
    assert list(schedule.action.args) == [SettledDays("PA")]
    (calendar,) = schedule.spec.calendars
    assert (calendar.hour[0].start, calendar.minute[0].start) == (7, 50)


def test_a_month_is_cleared_on_the_payer_s_day_where_its_portal_takes_that(
    schedules: dict[str, Schedule],
) -> None:
    assert [name for name in schedules if name.startswith("clearing-")] == ["clearing-PB"]
    schedule = schedules["clearing-PB"]
    assert isinstance(schedule.action, ScheduleActionStartWorkflow)
    assert schedule.action.workflow == "ClearMonth"
    (calendar,) = schedule.spec.calendars
    assert [one.start for one in calendar.day_of_month] == [5]
    assert (calendar.hour[0].start, calendar.minute[0].start) == (10, 10)
    assert schedule.spec.jitter == timedelta(minutes=15)
    assert schedule.policy.overlap is ScheduleOverlapPolicy.SKIP


def test_a_portal_s_advices_are_collected_within_its_hours_apart_from_all_other_sources(
    tmp_path: Path,
) -> None:
    folder = shutil.copytree("counterparties", tmp_path / "counterparties")
    file = folder / "PB" / "portal.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(r'(?m)^hours = "[^"]*"', 'hours = "08:00-20:00"', text), encoding="utf-8"
    )
    schedules = schedules_of(parts_of(Settings(home=tmp_path, counterparties_folder=folder)))
    told = {}
    for name in ("collect-statements", "collect-PB"):
        schedule = schedules[name]
        assert isinstance(schedule.action, ScheduleActionStartWorkflow)
        assert schedule.action.workflow == "CollectStatements"
        # Yesterday's may wait for a person and must not keep today's from running.
        assert schedule.policy.overlap is ScheduleOverlapPolicy.ALLOW_ALL
        (calendar,) = schedule.spec.calendars
        at = (calendar.hour[0].start, calendar.minute[0].start)
        told[name] = (at, schedule.spec.jitter, schedule.action.args)
    assert told["collect-statements"] == ((6, 30), None, [CollectDay(portals=False)])
    assert told["collect-PB"] == ((8, 0), timedelta(minutes=15), [CollectDay(source="PB")])


@pytest.mark.parametrize(
    ("hours", "wanted", "at"),
    [
        ("00:00-24:00", time(5, 10), time(5, 10)),
        ("07:00-22:00", time(5, 10), time(7, 0)),
        ("07:00-22:00", time(21, 10), time(21, 10)),
        ("07:00-21:54", time(21, 10), time(21, 9)),
        ("08:30-17:30", time(21, 10), time(16, 45)),
        # Open for less than a run: from the first minute on.
        ("12:00-12:30", time(21, 10), time(12, 0)),
    ],
)
def test_a_portal_is_watched_only_while_it_is_open(hours: str, wanted: time, at: time) -> None:
    assert within(Politeness(hours=hours), wanted) == at


@pytest.mark.parametrize(("jitter", "at"), [(0, time(21, 24)), (60, time(20, 24))])
def test_a_portal_with_more_jitter_is_watched_earlier_so_that_it_is_still_open(
    jitter: int, at: time
) -> None:
    politeness = Politeness(hours="07:00-21:54", jitter_minutes=jitter)
    assert within(politeness, time(23, 0)) == at


def test_the_jitter_of_a_portal_s_schedules_is_what_its_definition_says(tmp_path: Path) -> None:
    folder = shutil.copytree("counterparties", tmp_path / "counterparties")
    file = folder / "PB" / "portal.toml"
    text = file.read_text(encoding="utf-8")
    assert "[politeness]\n" in text
    changed = text.replace("[politeness]\n", "[politeness]\njitter_minutes = 4\n")
    file.write_text(changed, encoding="utf-8")
    settings = Settings(home=tmp_path, counterparties_folder=folder)
    schedules = schedules_of(parts_of(settings))
    found = {name: one.spec.jitter for name, one in schedules.items() if name.endswith("PB")}
    names = ("canary-PB", "compare-PB", "clearing-PB", "collect-PB")
    assert found == dict.fromkeys(names, timedelta(minutes=4))
