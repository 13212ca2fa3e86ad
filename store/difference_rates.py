"""How many of an account's bank lines matching could not explain, over some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from domain.ledger import suspense
from store.tables_money import DifferenceRow, StatementLineRow

_LINE = "unmatched_line"


@dataclass(frozen=True)
class DifferenceRate:
    """Lines of an account from `first` to `last`, both inclusive, and how many stayed unclear."""

    account: str
    first: date
    last: date
    differences: int
    lines: int


def difference_rate(s: Session, account: str, first: date, last: date) -> DifferenceRate:
    """What is open, or was decided by a person, counts; what was matched later does not."""
    line_count = select(func.count()).where(
        StatementLineRow.account == account,
        col(StatementLineRow.booked_on) >= first,
        col(StatementLineRow.booked_on) <= last,
    )
    unclear = select(func.count()).where(
        DifferenceRow.kind == _LINE,
        DifferenceRow.suspense_account == suspense(account),
        col(DifferenceRow.opened_on) >= first,
        col(DifferenceRow.opened_on) <= last,
        func.coalesce(DifferenceRow.settled_how, "") != "matched",
    )
    return DifferenceRate(account, first, last, s.exec(unclear).one(), s.exec(line_count).one())
