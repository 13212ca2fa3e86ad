"""The whole ledger as plain text for an auditor, with what the bank says as assertions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlmodel import Session, col, func, select

from domain.ledger import bank
from domain.money import Money
from domain.plain_text_books import (
    account_names,
    assertion_line,
    head_lines,
    journal_lines,
    open_lines,
)
from store import ledger
from store.tables_books import AccountRow, JournalRow
from store.tables_money import StatementRow

_PAGE = 500


def plain_text_books(s: Session, *, title: str) -> Iterator[str]:
    """Every journal, line by line, then what each account must hold at the end.

    Read in one transaction, so that the assertions are those of the very same journals.
    Raises: AccountNamesCollide.
    """
    accounts = s.exec(select(AccountRow.code, AccountRow.currency)).all()
    names = account_names({code for code, _ in accounts})
    currencies = sorted({currency for _, currency in accounts})
    first, last = _span(s)
    yield from head_lines(title, currencies)
    if first is None or last is None:
        return
    yield from open_lines(names, first)
    yield from _journals(s, names)
    yield from _bank_assertions(s, names, last)
    for currency in currencies:
        for code, debit, credit in ledger.trial_balance(s, currency):
            yield assertion_line(names[code], debit - credit, at_the_end_of=last)


def _span(s: Session) -> tuple[date | None, date | None]:
    first, last = s.exec(
        select(func.min(JournalRow.effective), func.max(JournalRow.effective))
    ).one()
    return first, last


def _journals(s: Session, names: dict[str, str]) -> Iterator[str]:
    after = 0
    while True:
        statement = select(JournalRow).where(col(JournalRow.id) > after)
        rows = s.exec(statement.order_by(col(JournalRow.id)).limit(_PAGE)).all()
        if not rows:
            return
        for row, journal in zip(rows, ledger.journals_of(s, rows), strict=True):
            yield from journal_lines(journal, period=row.period, names=names)
        after = rows[-1].id or after


def _bank_assertions(s: Session, names: dict[str, str], last: date) -> Iterator[str]:
    """The bank's own balance after each day on which a statement ends."""
    statement = select(StatementRow).order_by(
        col(StatementRow.account),
        col(StatementRow.to_day),
        func.length(StatementRow.statement_no),
        col(StatementRow.statement_no),
    )
    closings: dict[tuple[str, date], Money] = {}
    for row in s.exec(statement).all():
        closings[row.account, row.to_day] = Money(row.closing_minor, row.currency)
    for (account, day), closing in closings.items():
        if bank(account) in names and day < last:
            yield assertion_line(names[bank(account)], closing, at_the_end_of=day)
