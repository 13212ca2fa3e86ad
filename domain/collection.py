"""Which statements should be there by now: a calendar for each source, and what is missing."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from domain.calendar import WorkingDays

MOST_TOLD = 31
"""Days that are told one by one; an account without a statement for longer is another matter."""


class StatedDays(StrEnum):
    """For which days a source hands over a statement, even when nothing moved."""

    WITH_MOVEMENT = "with_movement"
    """Only for days on which something moved, so that none is missed by the calendar."""
    WORKING = "working"
    EVERY = "every"


def missing_days(
    stated: StatedDays,
    calendar: WorkingDays,
    *,
    last_day: date | None,
    lag_days: int,
    today: date,
) -> list[date]:
    """The days whose statement should be there by `today` and is not, oldest first.

    `last_day` is the last one that an imported statement covers; before the first statement only
    the newest day is told. `lag_days` counts calendar days from a day to its statement.
    """
    if stated is StatedDays.WITH_MOVEMENT:
        return []
    newest = today - timedelta(days=lag_days)
    first = newest if last_day is None else last_day + timedelta(days=1)
    days = [first + timedelta(days=n) for n in range((newest - first).days + 1)]
    if stated is StatedDays.WORKING:
        days = [day for day in days if calendar.is_working_day(day)]
    return days[-MOST_TOLD:]
