"""The pages of the books: money that should come, by age, and the months with their closing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.going_out import repaid_within
from api.language import language_of
from api.objection_words import objection_words
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.refusals import problem_of
from api.rendering import page
from api.sessions import Person
from domain.calendar import WorkingDays
from domain.money import Money
from domain.objection import Objection
from engine.paying_out import everybody_paying_out
from engine.payment_rules import load_payment_rules
from store import closing, periods
from store.closing import ClosingRules
from store.expected import (
    Expected,
    cash_to_bank,
    differs_from_ledger,
    expected_money,
    money_going_out,
)
from store.people import PersonView
from store.periods import PeriodView

router = APIRouter()
AGES = ("due", "late_30", "late_60", "late_more")
DONE = ("closed", "reopen_asked", "reopened", "reopen_refused")
Reason = Annotated[str, Form(max_length=500)]
_Act = Callable[[Session, PersonView, datetime], PeriodView]


@router.get("/expected")
def show_expected(request: Request, parts: PartsOf) -> Response:
    """Show what is still to come, the oldest first, and how old it is by payer."""
    today = parts.clock.today()
    with parts.database.reading() as s:
        found = expected_money(s, today)
        going_out = money_going_out(s, today, repaid_within(parts.counterparties))
        differs = differs_from_ledger(s, found)
        due_on = banked_on(parts.settings.counterparties_folder, parts.calendar)
        found += cash_to_bank(s, today, due_on)
    coming = [one for one in found if one.open]
    sums: dict[str, dict[str, Money]] = defaultdict(lambda: dict.fromkeys(AGES, Money(0)))
    for one in coming:
        sums[one.payer][age_of(one, today)] += one.open
    return page(
        request,
        "expected.html",
        coming=sorted(coming, key=lambda one: (one.due_on or date.max, one.payer, one.no)),
        going_out=going_out,
        days_late=partial(_days_late, today=today),
        sums=sorted(sums.items()),
        ages=AGES,
        differs=differs,
        said=_said_in(request),
    )


def banked_on(folder: Path, calendar: WorkingDays) -> Callable[[date], date | None]:
    """By which day a day's cash should be at the bank; None where no rule says so.

    Raises: PaymentRulesNotUsable.
    """
    rules = load_payment_rules(folder)

    def due_on(day: date) -> date | None:
        if not rules.deposits:
            return None
        return calendar.add_working_days(day, rules.deposit_on(day).working_days)[0]

    return due_on


def _days_late(one: Expected, *, today: date) -> int:
    return (today - one.due_on).days if one.due_on else 0


def age_of(one: Expected, today: date) -> str:
    """Which column of the ageing an amount stands in; the day due itself is not late."""
    late = _days_late(one, today=today)
    if late <= 0:
        return "due"
    return "late_30" if late <= 30 else "late_60" if late <= 60 else "late_more"


@router.get("/periods")
def show_periods(request: Request, parts: PartsOf, done: str = "") -> Response:
    """Show every month, and what keeps an open one from being closed."""
    return _render(request, parts, done=done)


@router.post("/periods/{period}/close")
async def close(request: Request, parts: PartsOf, person: Person, period: str) -> Response:
    """Close a month, if everything of its list holds."""

    def act(s: Session, who: PersonView, now: datetime) -> PeriodView:
        return closing.close(s, period, who, _rules(parts, period), now)

    return await _said(request, parts, person, act)


@router.post("/periods/{period}/reopen")
async def reopen(
    request: Request, parts: PartsOf, person: Person, period: str, reason: Reason = ""
) -> Response:
    """Ask to open a month again; said by a second person, it is opened."""

    def act(s: Session, who: PersonView, now: datetime) -> PeriodView:
        asked = periods.period_view(s, period).state == "reopen_asked"
        say = periods.agree_reopening if asked else periods.ask_reopening
        return say(s, period, who, _needed(reason), now)

    return await _said(request, parts, person, act)


@router.post("/periods/{period}/refuse")
async def refuse(
    request: Request, parts: PartsOf, person: Person, period: str, reason: Reason = ""
) -> Response:
    """Leave a month closed that somebody asked to open again."""

    def act(s: Session, who: PersonView, now: datetime) -> PeriodView:
        return periods.refuse_reopening(s, period, who, _needed(reason), now)

    return await _said(request, parts, person, act)


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Problem(422, "reason-missing", field="reason")
    return reason.strip()


async def _said(request: Request, parts: Parts, person: PersonView, act: _Act) -> Response:
    def do() -> Response:
        try:
            with parts.database.transaction() as s:
                said = act(s, person, parts.clock.now()).words[-1].what
        except (Problem, ValueError, PermissionError) as refused:
            problem = refused if isinstance(refused, Problem) else problem_of(refused)
            if problem is None:
                raise
            return _render(request, parts, problem=problem)
        return RedirectResponse(f"/periods?done={said}", status_code=303)

    return await run_in_threadpool(do)


def _render(
    request: Request, parts: Parts, *, done: str = "", problem: Problem | None = None
) -> Response:
    with parts.database.reading() as s:
        months = periods.periods(s, parts.clock.today())
        lists = {
            month.period: closing.checklist(s, month.period, _rules(parts, month.period))
            for month in months
            if not month.is_closed
        }
        changed = {month.period: closing.changed_since_closing(s, month) for month in months}
    return page(
        request,
        "periods.html",
        status=problem.status if problem else 200,
        months=months,
        lists=lists,
        changed=changed,
        done=done if done in DONE else "",
        problem=problem,
        said=_said_in(request),
    )


def _said_in(request: Request) -> Callable[[Objection], str]:
    """How the visitor's language says what speaks against something."""
    return partial(objection_words, language=language_of(request))


def _rules(parts: Parts, period: str) -> ClosingRules:
    return ClosingRules(
        accounts=tuple(bank.code for bank in parts.counterparties.banks()),
        today=parts.clock.today(),
        difference_limit=parts.counterparties.limit(
            "closing_difference_limit", periods.last_day(period)
        ),
        channels=tuple(
            everybody_paying_out(parts.settings.counterparties_folder, parts.counterparties)
        ),
    )
