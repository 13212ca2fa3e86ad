"""The bank: statements to fetch as they are, and the balance they have to end in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from connectors.http import Caller
from connectors.wire import read, read_all, segment
from domain.money import Money


@dataclass(frozen=True)
class StatementNotice:
    """One bank statement that can be fetched; `format` as the account's profile says it."""

    statement_no: str
    day: date
    format: str


@dataclass(frozen=True)
class Balance:
    """What stands in an account at the end of a day."""

    amount: Money
    as_of: date


class Statements(Protocol):
    """Wherever a bank hands over the statements of an account."""

    def statements(self, account: str, since: date) -> list[StatementNotice]:
        """The statements dated `since` or later, oldest first."""

    def statement(self, account: str, statement_no: str) -> bytes:
        """The document as it was handed over."""


class Bank:
    """Reads only. Each method may raise Unreachable, Refused, TemporarilyDown, AnswerUnreadable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def statements(self, account: str, since: date) -> list[StatementNotice]:
        """The statements dated `since` or later, oldest first."""
        path = f"/accounts/{segment(account)}/statements"
        answer = self._caller.ask(path, {"since": since.isoformat()})
        return read_all(
            self._caller,
            answer,
            lambda row: StatementNotice(
                row.text("statement_no"), row.day("date"), row.text("format")
            ),
        )

    def statement(self, account: str, statement_no: str) -> bytes:
        """The document as the bank serves it; reading and proving it is done elsewhere."""
        return self._caller.fetch(
            f"/accounts/{segment(account)}/statements/{segment(statement_no)}"
        )

    def balance(self, account: str) -> Balance:
        """What the bank says stands in the account."""
        answer = self._caller.ask(f"/accounts/{segment(account)}/balance")
        return read(
            self._caller, answer, lambda row: Balance(row.amount("balance"), row.day("as_of"))
        )
