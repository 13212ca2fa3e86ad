"""Working days around a holiday, a worked weekend and the end of the known calendar."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import NegativeWorkingDays, WorkingDays

# Thursday 1 January is a holiday, Sunday 4 January is worked for Friday 2 January.
YEAR = WorkingDays(
    holidays=frozenset({date(2026, 1, 1), date(2026, 1, 2)}),
    make_up=frozenset({date(2026, 1, 4)}),
    known_until=date(2026, 12, 31),
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), False),
        (date(2026, 1, 2), False),
        (date(2026, 1, 3), False),
        (date(2026, 1, 4), True),
        (date(2026, 1, 5), True),
        (date(2026, 1, 10), False),
    ],
)
def test_holidays_are_free_and_make_up_weekends_are_worked(day: date, works: bool) -> None:
    assert YEAR.is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "count", "reached"),
    [
        (date(2025, 12, 31), 0, date(2025, 12, 31)),
        (date(2025, 12, 31), 1, date(2026, 1, 4)),
        (date(2025, 12, 31), 2, date(2026, 1, 5)),
        (date(2026, 1, 3), 0, date(2026, 1, 4)),
        (date(2026, 1, 3), 1, date(2026, 1, 4)),
        (date(2026, 1, 5), 5, date(2026, 1, 12)),
    ],
)
def test_working_days_are_counted_from_the_day_after(day: date, count: int, reached: date) -> None:
    assert YEAR.add_working_days(day, count) == (reached, False)


def test_a_deadline_beyond_the_known_calendar_is_provisional() -> None:
    assert YEAR.add_working_days(date(2026, 12, 30), 1) == (date(2026, 12, 31), False)
    assert YEAR.add_working_days(date(2026, 12, 30), 2) == (date(2027, 1, 1), True)
    # Thirty working days at the year's end crashed with the usual package.
    assert YEAR.add_working_days(date(2026, 12, 1), 30) == (date(2027, 1, 12), True)


def test_days_left_are_counted_to_the_last_known_day() -> None:
    assert YEAR.days_left(date(2026, 12, 31)) == 0
    assert YEAR.days_left(date(2026, 11, 1)) == 60
    assert YEAR.days_left(date(2027, 1, 1)) == -1


def test_a_deadline_is_never_counted_backward() -> None:
    with pytest.raises(NegativeWorkingDays):
        YEAR.add_working_days(date(2026, 1, 5), -1)


@given(st.dates(date(2025, 1, 1), date(2027, 6, 1)), st.integers(0, 60))
def test_exactly_so_many_working_days_lie_between(day: date, count: int) -> None:
    reached, _ = YEAR.add_working_days(day, count)
    between = [
        date.fromordinal(n)
        for n in range(day.toordinal() + 1, reached.toordinal() + 1)
        if YEAR.is_working_day(date.fromordinal(n))
    ]
    assert YEAR.is_working_day(reached)
    assert reached >= day
    if count:
        assert len(between) == count


@pytest.mark.parametrize(
    ("since", "day", "count"),
    [
        (date(2025, 12, 31), date(2025, 12, 31), 0),
        (date(2025, 12, 31), date(2026, 1, 3), 0),
        (date(2025, 12, 31), date(2026, 1, 4), 1),
        (date(2025, 12, 31), date(2026, 1, 5), 2),
        (date(2026, 1, 5), date(2026, 1, 2), 0),
    ],
)
def test_age_counts_working_days_after_the_first(since: date, day: date, count: int) -> None:
    assert YEAR.working_days_since(since, day) == count
