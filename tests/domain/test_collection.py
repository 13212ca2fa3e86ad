"""What should be there by now: each source by its own calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.calendar import WorkingDays
from domain.collection import MOST_TOLD, StatedDays, missing_days

# Friday 9 January is a holiday, Saturday the 10th is worked instead.
CALENDAR = WorkingDays(
    frozenset({date(2026, 1, 9)}), frozenset({date(2026, 1, 10)}), date(2026, 12, 31)
)
THURSDAY = date(2026, 1, 8)


def missing(
    stated: StatedDays, today: date, *, last_day: date | None = THURSDAY, lag_days: int = 1
) -> list[int]:
    found = missing_days(stated, CALENDAR, last_day=last_day, lag_days=lag_days, today=today)
    return [day.day for day in found]


@pytest.mark.parametrize(
    ("stated", "today", "days"),
    [
        (StatedDays.WORKING, date(2026, 1, 9), []),
        (StatedDays.WORKING, date(2026, 1, 10), []),
        (StatedDays.WORKING, date(2026, 1, 11), [10]),
        (StatedDays.WORKING, date(2026, 1, 12), [10]),
        (StatedDays.WORKING, date(2026, 1, 13), [10, 12]),
        (StatedDays.EVERY, date(2026, 1, 9), []),
        (StatedDays.EVERY, date(2026, 1, 10), [9]),
        (StatedDays.EVERY, date(2026, 1, 12), [9, 10, 11]),
        (StatedDays.WITH_MOVEMENT, date(2026, 3, 1), []),
    ],
)
def test_a_day_is_missing_once_its_statement_is_due(
    stated: StatedDays, today: date, days: list[int]
) -> None:
    assert missing(stated, today) == days


def test_a_longer_lag_makes_it_due_later() -> None:
    assert missing(StatedDays.EVERY, date(2026, 1, 12), lag_days=3) == [9]
    assert missing(StatedDays.EVERY, date(2026, 1, 11), lag_days=3) == []


def test_before_the_first_statement_only_the_newest_day_is_told() -> None:
    assert missing(StatedDays.EVERY, date(2026, 1, 12), last_day=None) == [11]


def test_a_source_that_is_silent_for_long_is_told_once_a_day_for_a_month() -> None:
    today = THURSDAY + timedelta(days=100)
    assert len(missing(StatedDays.EVERY, today)) == MOST_TOLD == 31
