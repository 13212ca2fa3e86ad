"""Which bank statements should be here by now and are not; told, until they come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from api.parts import Parts
from domain.collection import missing_days
from store import money


@dataclass(frozen=True)
class MissingStatements:
    """One account that lacks statements: the days, oldest first, and the last day that is here."""

    account: str
    last_day: date | None
    days: list[date]


def missing_statements(s: Session, parts: Parts) -> list[MissingStatements]:
    """Every account of which something is missing today."""
    found = []
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
