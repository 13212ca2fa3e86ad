"""What unclear money is called, how soon somebody sees to it, and when there is too much of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from domain.calendar import WorkingDays
from domain.matching import DifferenceClass
from domain.review import Role

_MILLION: Final = 1_000_000

CLASS_OF_KIND: dict[str, DifferenceClass] = {
    "take_back": DifferenceClass.DIRECTION,
    "paid_extra": DifferenceClass.OVER,
    "nothing_open": DifferenceClass.STATUS,
    "unmatched_line": DifferenceClass.LEDGER_MISSING,
    "bill_ours_only": DifferenceClass.BANK_MISSING,
    "bill_theirs_only": DifferenceClass.LEDGER_MISSING,
    "bill_other_amount": DifferenceClass.UNDER,
    "bill_other_fee": DifferenceClass.FEE,
    "bill_chargeback": DifferenceClass.DIRECTION,
    "bill_adjustment": DifferenceClass.DIRECTION,
}
"""What a difference is called before matching has said more of it."""


@dataclass(frozen=True)
class OfficeHours:
    """From when till when people work on a working day, in business time; `closes` is outside."""

    opens: time
    closes: time

    def add(self, moment: datetime, minutes: int, calendar: WorkingDays) -> datetime:
        """Return when so many minutes of office hours have passed after `moment`.

        `moment` carries the business zone. Outside office hours nothing passes: a minute before
        midnight on the eve of a holiday, two hours end two hours after the doors open again.
        """
        left = timedelta(minutes=minutes)
        at = self._opened(moment, calendar)
        while left > (until := self._closing(at) - at):
            left -= until
            at = self._opened(self._closing(at), calendar)
        return at + left

    def _opened(self, moment: datetime, calendar: WorkingDays) -> datetime:
        """The moment itself within office hours, else the next opening."""
        if calendar.is_working_day(moment.date()) and moment < self._closing(moment):
            return max(moment, self._opening(moment))
        day, _provisional = calendar.add_working_days(moment.date(), 1)
        return datetime.combine(day, self.opens, moment.tzinfo)

    def _opening(self, moment: datetime) -> datetime:
        return datetime.combine(moment.date(), self.opens, moment.tzinfo)

    def _closing(self, moment: datetime) -> datetime:
        return datetime.combine(moment.date(), self.closes, moment.tzinfo)


@dataclass(frozen=True)
class WorkOrderRule:
    """How soon a work order is answered, in minutes of office hours, by whom, and who is next."""

    target_minutes: int
    owner: Role
    escalate_to: Role


@dataclass(frozen=True)
class RateRule:
    """Up to which share of an account's lines may be unclear, over so many calendar days."""

    most_ppm: int
    window_days: int

    def is_exceeded(self, *, differences: int, lines: int) -> bool:
        """Whether more lines became differences than may; just as many as may are well."""
        return differences * _MILLION > self.most_ppm * lines
