"""How much we bore ourselves, by day and by whose debt it was: what the caps are measured by."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from domain.ledger import WRITE_OFFS, clearing, receivable, suspense
from domain.money import Money
from store.tables_books import AccountRow, JournalRow, LegRow


def written_off(
    s: Session,
    *,
    first: date,
    last: date,
    payer: str | None = None,
    without: str = "",
    currency: str = "CNY",
) -> Money:
    """What was written off from `first` to `last`, both inclusive; of one payer, or of all.

    What was reversed counts back. `without` names the review or difference whose own write-off is
    left out, so that a step that runs twice finds the same room.
    """
    bearing, other = aliased(AccountRow), aliased(AccountRow)
    total = 0
    for bearing_side, other_side, sign in (
        (LegRow.debit_id, LegRow.credit_id, 1),
        (LegRow.credit_id, LegRow.debit_id, -1),
    ):
        statement = (
            select(func.sum(LegRow.minor))
            .join(JournalRow, col(LegRow.journal_id) == col(JournalRow.id))
            .join(bearing, col(bearing_side) == bearing.id)
            .join(other, col(other_side) == other.id)
            .where(bearing.code == WRITE_OFFS, LegRow.currency == currency)
            .where(col(JournalRow.effective) >= first, col(JournalRow.effective) <= last)
            .where(JournalRow.source_id != without)
        )
        if payer is not None:
            owed = [receivable(payer), clearing(payer), suspense(payer)]
            statement = statement.where(col(other.code).in_(owed))
        total += sign * int(s.exec(statement).one() or 0)
    return Money(total, currency)
