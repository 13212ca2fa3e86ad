"""The months of the books: closed by one person, opened again by two, never by the same.

A fact that comes late keeps its own day and goes into the first month that is still open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from domain.review import Role
from store import audit
from store.people import PersonView
from store.rows import insert_once
from store.tables_books import JournalRow
from store.tables_periods import PeriodEventRow

CLOSERS = frozenset({Role.FINANCE, Role.FINANCE_HEAD})
"""Who may close a month, and who may open one again."""

_OPEN, _CLOSED, _ASKED = "open", "closed", "reopen_asked"
# The lock of the guards in the migration: PostgreSQL only, SQLite has one writer anyway.
_LOCK = 7_204_612


class NotAPeriod(ValueError):
    """The text is no month like "2026-01"."""

    def __init__(self, typed: str) -> None:
        self.typed = typed
        super().__init__(f"{typed!r} is no month like 2026-01.")


class PeriodNotInThatState(ValueError):
    """What is asked of a month does not fit what it is."""

    def __init__(self, period: str, state: str, wanted: str) -> None:
        self.period, self.state, self.wanted = period, state, wanted
        super().__init__(f"Period {period} is {state}: it cannot be {wanted}.")


class PeriodNeedsASecondPerson(PermissionError):
    """Who asked to open a month again does not also agree to it."""

    def __init__(self, period: str, login: str) -> None:
        self.period, self.login = period, login
        super().__init__(f"Period {period} needs a second person besides {login}.")


class LaterPeriodClosed(ValueError):
    """Months are opened again from the last one back."""

    def __init__(self, period: str, later: str) -> None:
        self.period, self.later = period, later
        super().__init__(f"Period {period}: {later} is closed and would have to be opened first.")


class MayNotClose(PermissionError):
    """Only finance closes and opens months."""

    def __init__(self, login: str, role: str) -> None:
        self.login, self.role = login, role
        super().__init__(f"{login} is {role}: only finance closes months or opens them again.")


@dataclass(frozen=True)
class PeriodWord:
    """What one person said about a month: closed, reopen_asked, reopen_refused or reopened."""

    what: str
    person: str
    why: str
    at: datetime


@dataclass(frozen=True)
class PeriodView:
    """A month as it stands: open, closed or reopen_asked; `figures` are those of its closing."""

    period: str
    state: str
    figures: dict[str, Any]
    words: tuple[PeriodWord, ...]

    @property
    def is_closed(self) -> bool:
        """Whether nothing is posted into it; so until the second person agrees."""
        return self.state != _OPEN


def period_of(day: date) -> str:
    """The month of a day."""
    return f"{day:%Y-%m}"


def first_day(period: str) -> date:
    """Raises: NotAPeriod."""
    try:
        found = date.fromisoformat(f"{period}-01")
    except ValueError as wrong:
        raise NotAPeriod(period) from wrong
    if period_of(found) != period:
        raise NotAPeriod(period)
    return found


def next_period(period: str) -> str:
    """The month after."""
    return period_of(first_day(period) + timedelta(days=31))


def last_day(period: str) -> date:
    """The last day of a month. Raises: NotAPeriod."""
    return first_day(next_period(period)) - timedelta(days=1)


def closed_periods(s: Session) -> frozenset[str]:
    """Every month into which nothing may be posted."""
    last = (
        select(PeriodEventRow.period, func.max(PeriodEventRow.n).label("n"))
        .group_by(PeriodEventRow.period)
        .subquery()
    )
    statement = (
        select(PeriodEventRow.period)
        .join(
            last,
            (col(PeriodEventRow.period) == last.c.period) & (col(PeriodEventRow.n) == last.c.n),
        )
        .where(PeriodEventRow.what != "reopened")
    )
    return frozenset(s.exec(statement).all())


def open_period_for(effective: date, closed: frozenset[str]) -> str:
    """The month in which a fact of this day is booked: its own, or the first open one after."""
    period = period_of(effective)
    while period in closed:
        period = next_period(period)
    return period


def periods(s: Session, today: date) -> list[PeriodView]:
    """Every month from that of the first journal to today's, the last first."""
    first = s.exec(select(func.min(JournalRow.period))).one()
    found, period = [], first or period_of(today)
    while period <= period_of(today):
        found.append(period)
        period = next_period(period)
    return [period_view(s, period) for period in reversed(found)]


def period_view(s: Session, period: str) -> PeriodView:
    """One month as it stands. Raises: NotAPeriod."""
    first_day(period)
    statement = select(PeriodEventRow).where(PeriodEventRow.period == period)
    rows = s.exec(statement.order_by(col(PeriodEventRow.n))).all()
    words = tuple(PeriodWord(row.what, row.person, row.why, row.at) for row in rows)
    states = {"reopened": _OPEN, "reopen_refused": _CLOSED}
    state = states.get(rows[-1].what, rows[-1].what) if rows else _OPEN
    closings = [row.figures for row in rows if row.what == "closed"]
    figures = dict(closings[-1]) if closings and state != _OPEN else {}
    return PeriodView(period, state, figures, words)


def lock_periods(s: Session) -> None:
    """Let nobody post until this transaction ends: what is checked now still holds then."""
    if s.connection().dialect.name == "postgresql":
        s.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def write_closing(
    s: Session, period: str, person: PersonView, figures: Mapping[str, Any], now: datetime
) -> PeriodView:
    """Close a month with its figures; `store.closing.close` checks before.

    Raises: NotAPeriod, MayNotClose, PeriodNotInThatState.
    """
    _require(s, period, person, {_OPEN}, "closed")
    return _say(s, period, person, "closed", "", figures, now)


def ask_reopening(
    s: Session, period: str, person: PersonView, why: str, now: datetime
) -> PeriodView:
    """Ask to open a month again; it stays closed until a second person agrees.

    Raises: NotAPeriod, MayNotClose, PeriodNotInThatState, LaterPeriodClosed.
    """
    _require(s, period, person, {_CLOSED}, "asked for")
    later = sorted(one for one in closed_periods(s) if one > period)
    if later:
        raise LaterPeriodClosed(period, later[-1])
    return _say(s, period, person, "reopen_asked", why, {}, now)


def agree_reopening(
    s: Session, period: str, person: PersonView, why: str, now: datetime
) -> PeriodView:
    """Open a month again, as the second person.

    Raises: NotAPeriod, MayNotClose, PeriodNotInThatState, PeriodNeedsASecondPerson.
    """
    known = _require(s, period, person, {_ASKED}, "reopened")
    if known.words[-1].person == person.login:
        raise PeriodNeedsASecondPerson(period, person.login)
    return _say(s, period, person, "reopened", why, {}, now)


def refuse_reopening(
    s: Session, period: str, person: PersonView, why: str, now: datetime
) -> PeriodView:
    """Leave it closed. Raises: NotAPeriod, MayNotClose, PeriodNotInThatState."""
    _require(s, period, person, {_ASKED}, "refused")
    return _say(s, period, person, "reopen_refused", why, {}, now)


def _require(
    s: Session, period: str, person: PersonView, states: Iterable[str], wanted: str
) -> PeriodView:
    if person.role not in CLOSERS:
        raise MayNotClose(person.login, person.role)
    lock_periods(s)
    known = period_view(s, period)
    if known.state not in states:
        raise PeriodNotInThatState(period, known.state, wanted)
    return known


def _say(
    s: Session,
    period: str,
    person: PersonView,
    what: str,
    why: str,
    figures: Mapping[str, Any],
    now: datetime,
) -> PeriodView:
    row = PeriodEventRow(
        period=period,
        n=len(period_view(s, period).words) + 1,
        what=what,
        person=person.login,
        why=why,
        figures=dict(figures),
        at=now,
    )
    insert_once(s, row)
    audit.note(
        s,
        actor=person.login,
        action=f"period_{what}",
        subject=f"period:{period}",
        detail=why,
        now=now,
    )
    return period_view(s, period)
