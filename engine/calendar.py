"""The calendar table of a country, as a file that people can edit, and the alarm before it ends.

`python -m engine.calendar` writes the table anew from the chinesecalendar package.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from domain.calendar import WorkingDays

ALARM_DAYS = 60
FIRST_YEAR = 2025


class CalendarNotReadable(ValueError):
    """The calendar file lacks a field or holds no dates."""

    def __init__(self, file: Path, why: str) -> None:
        self.file = file
        super().__init__(f"{file}: {why}.")


def load_working_days(folder: Path) -> WorkingDays:
    """Read calendar/cn.toml below the counterparties' folder. Raises: CalendarNotReadable."""
    file = folder / "calendar" / "cn.toml"
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        known_until = table["known_until"]
        holidays, make_up = frozenset(table["holidays"]), frozenset(table["make_up"])
    except (OSError, tomllib.TOMLDecodeError) as broken:
        raise CalendarNotReadable(file, str(broken)) from broken
    except KeyError as missing:
        raise CalendarNotReadable(file, f"no field {missing}") from missing
    if not all(type(day) is date for day in (known_until, *holidays, *make_up)):
        raise CalendarNotReadable(file, "a value is not a date like 2026-01-01")
    if both := holidays & make_up:
        raise CalendarNotReadable(file, f"{min(both)} is both a holiday and worked")
    return WorkingDays(holidays, make_up, known_until)


def alarm(working_days: WorkingDays, today: date) -> str | None:
    """What to tell the staff when fewer than 60 days of calendar are left; None: all is well."""
    left = working_days.days_left(today)
    if left >= ALARM_DAYS:
        return None
    return (
        f"The calendar ends on {working_days.known_until}, in {left} days: "
        "add the next year to counterparties/calendar/cn.toml."
    )


def table_text() -> str:
    """The table as TOML, from the package: holidays that are weekdays, weekends that are worked."""
    # The package is needed only to write the table, not by those who read it.
    from chinese_calendar import constants

    last_year = max(constants.holidays).year
    holidays = _span(constants.holidays, last_year)
    make_up = _span(constants.workdays, last_year)
    return "\n".join(
        [
            "# Public holidays and worked weekends of mainland China, as the State Council",
            "# announces them each autumn. Written by `python -m engine.calendar` from the",
            "# package chinesecalendar; edit it when a year is announced before that has it.",
            f"known_until = {last_year}-12-31",
            "",
            *_listed("holidays", holidays),
            "",
            *_listed("make_up", make_up),
            "",
        ]
    )


def _span(days: Iterable[date], last_year: int) -> list[date]:
    return sorted(day for day in days if FIRST_YEAR <= day.year <= last_year)


def _listed(name: str, days: list[date]) -> list[str]:
    return [f"{name} = [", *(f"  {day.isoformat()}," for day in days), "]"]


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "counterparties/calendar/cn.toml")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(table_text(), encoding="utf-8")
