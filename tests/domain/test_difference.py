"""Office hours across nights and holidays, and the share of lines that may be unclear."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from domain.calendar import WorkingDays
from domain.difference import OfficeHours, RateRule

ZONE = ZoneInfo("Asia/Shanghai")
# Monday 16 to Monday 23 February 2026 are holidays; Saturday 14 February is worked for one of them.
YEAR = WorkingDays(
    holidays=frozenset(date(2026, 2, day) for day in range(16, 24)),
    make_up=frozenset({date(2026, 2, 14)}),
    known_until=date(2026, 12, 31),
)
HOURS = OfficeHours(time(9), time(18))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-02-13T09:00:00", "2026-02-13T11:00:00"),
        ("2026-02-13T16:00:00", "2026-02-13T18:00:00"),
        ("2026-02-13T16:00:01", "2026-02-14T09:00:01"),
        ("2026-02-13T17:59:59", "2026-02-14T10:59:59"),
        ("2026-02-13T18:00:00", "2026-02-14T11:00:00"),
        ("2026-02-13T03:00:00", "2026-02-13T11:00:00"),
        ("2026-02-14T17:00:00", "2026-02-24T10:00:00"),
        ("2026-02-14T23:59:59", "2026-02-24T11:00:00"),
        ("2026-02-15T00:00:00", "2026-02-24T11:00:00"),
        ("2026-02-20T12:00:00", "2026-02-24T11:00:00"),
    ],
)
def test_two_hours_pass_only_while_people_work(asked: str, due: str) -> None:
    assert HOURS.add(at(asked), 120, YEAR) == at(due)


def test_more_than_a_day_of_office_hours_spans_days() -> None:
    """Nine hours are a day, so nineteen are two days and one hour."""
    assert HOURS.add(at("2026-02-12T10:00:00"), 19 * 60, YEAR) == at("2026-02-14T11:00:00")


@pytest.mark.parametrize(
    ("differences", "lines", "is_too_many"),
    [(0, 0, False), (1, 100, False), (1, 99, True), (10, 1000, False), (11, 1000, True)],
)
def test_one_line_in_a_hundred_is_well_and_more_is_not(
    differences: int, lines: int, is_too_many: bool
) -> None:
    rule = RateRule(most_ppm=10_000, window_days=30)
    assert rule.is_exceeded(differences=differences, lines=lines) is is_too_many
