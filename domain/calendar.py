"""Working days: Monday to Friday, less the public holidays, plus the weekends worked instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class WorkingDays:
    """A country's working days. After `known_until`, inclusive, only weekends are known."""

    holidays: frozenset[date]
    make_up: frozenset[date]
    known_until: date

    def is_working_day(self, day: date) -> bool:
        """Whether offices work. Beyond `known_until` Monday to Friday are taken for granted."""
        if day in self.make_up:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def add_working_days(self, day: date, count: int) -> tuple[date, bool]:
        """Return the `count`-th working day after `day`, and whether it is only provisional.

        Zero gives `day` itself, or the next working day when it is none. Provisional means that
        the count went past the published calendar. Raises: NegativeWorkingDays.
        """
        if count < 0:
            raise NegativeWorkingDays(count)
        reached, left = day, count
        while left or not self.is_working_day(reached):
            reached += _ONE_DAY
            if left and self.is_working_day(reached):
                left -= 1
        return reached, reached > self.known_until

    def working_days_since(self, since: date, day: date) -> int:
        """How many working days came after `since`, up to and with `day`; zero before that."""
        gone = (day - since).days
        return sum(self.is_working_day(since + timedelta(days=n)) for n in range(1, gone + 1))

    def days_left(self, today: date) -> int:
        """Calendar days that are still known after `today`; negative once it has ended."""
        return (self.known_until - today).days


class NegativeWorkingDays(ValueError):
    """Deadlines are counted forward only."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} working days cannot be counted forward.")
