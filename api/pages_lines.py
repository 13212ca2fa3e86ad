"""The page of one day's bank lines: what explains each, or why nothing does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from api.bill_lines import BillWords, bill_words
from api.language import language_of
from api.line_words import LineWords, words_of
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.rendering import page
from api.texts import Language
from engine.paying_out import everybody_paying_out
from store import explained_lines

router = APIRouter()


@dataclass(frozen=True)
class AccountLines:
    """One account's lines of the day, the statements that bring them, how many are how, and what
    pay channels' bills leave unclear of that day."""

    account: str
    statements: list[str]
    lines: list[LineWords]
    counts: dict[str, int]
    bills: list[BillWords]


@router.get("/lines")
def show_lines(request: Request, parts: PartsOf, day: str = "") -> Response:
    """Show a day's lines; without a day, those of the last one that has any."""
    today = parts.clock.today()
    with parts.database.reading() as s:
        wanted = wanted_day(day, today) or explained_lines.last_day_with_lines(s, today) or today
        accounts = [
            _account(s, parts, bank.code, wanted, language_of(request))
            for bank in parts.counterparties.banks()
        ]
    one = timedelta(days=1)
    after = wanted + one if wanted < today else None
    return page(
        request,
        "lines.html",
        day=wanted,
        today=today,
        before=wanted - one,
        after=after,
        accounts=accounts,
    )


def wanted_day(typed: str, today: date) -> date | None:
    """The day that was typed, not after today; None when nothing was. Raises: Problem."""
    if not typed:
        return None
    try:
        wanted = date.fromisoformat(typed)
    except ValueError as wrong:
        raise Problem(422, "no-date", field="day") from wrong
    if wanted > today:
        raise Problem(422, "date-in-future", field="day")
    return wanted


def _account(s: Session, parts: Parts, account: str, day: date, language: Language) -> AccountLines:
    today = parts.clock.today()
    lines = [
        words_of(line, language, calendar=parts.calendar, today=today)
        for line in explained_lines.explained_lines(s, account, day)
    ]
    states = [words.line.state for words in lines]
    counts = {state: states.count(state) for state in ("matched", "decided", "open", "new")}
    statements = explained_lines.statements_covering(s, account, day)
    folder = parts.settings.counterparties_folder
    paying = everybody_paying_out(folder, parts.counterparties).values()
    bills = bill_words(s, paying, account, day, language)
    return AccountLines(account, statements, lines, counts, bills)
