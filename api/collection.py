"""Which bank statements and bills of pay channels should be here by now and are not; told, until
they come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from api.parts import Parts
from domain.collection import missing_days
from engine.paying_out import everybody_paying_out
from store import channel_bills, channel_moves, money

BILL_LAG = timedelta(days=2)


@dataclass(frozen=True)
class MissingStatements:
    """One account that lacks statements, or pay channel that lacks bills: the days, oldest first,
    and the last day that is here."""

    account: str
    last_day: date | None
    days: list[date]


def missing_statements(s: Session, parts: Parts) -> list[MissingStatements]:
    """Every account and pay channel of which something is missing today."""
    found = _missing_bills(s, parts)
    for bank in parts.counterparties.banks():
        last_day = money.last_day(s, bank.code)
        days = missing_days(
            bank.stated_days,
            parts.calendar,
            last_day=last_day,
            lag_days=bank.statement_lag_days,
            today=parts.clock.today(),
        )
        if days:
            found.append(MissingStatements(bank.code, last_day, days))
    return found


def _missing_bills(s: Session, parts: Parts) -> list[MissingStatements]:
    """A bill may come any time on the day after its own; it is missing on the next, unless a person
    decided that there will be none."""
    folder = parts.settings.counterparties_folder
    newest = parts.clock.today() - BILL_LAG
    found = []
    for code in everybody_paying_out(folder, parts.counterparties):
        days = sorted(channel_moves.untold_days(s, code, newest))
        if days:
            last_day = channel_bills.last_day(s, code)
            found.append(MissingStatements(code, last_day, days))
    return found
