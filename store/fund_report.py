"""The funds of one day, by sender: what came, what of it is booked or unclear, what is missing, and
what pay channels took and gave back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from domain.ledger import (
    INPUT_VAT,
    PATIENT_REFUNDS,
    PAY_FEES,
    PREPAYMENTS,
    WRITE_OFFS,
    clearing,
)
from domain.money import Money
from store import money
from store.tables_books import AccountRow, JournalRow, LegRow
from store.tables_matching import MatchDecisionRow
from store.tables_money import AwaitedTransferRow, LineSettlementRow, StatementLineRow

UNKNOWN = "?"
"""Whoever sent a line that nothing explains."""
DECIDED = "decided"
"""Whoever sent a line that a person explained, without any announced money."""


@dataclass(frozen=True)
class Funds:
    """One sender's day. `received` is in the bank; of it `booked` is explained and `suspense` not.

    `fees` and `vat` are what was kept of it; `missing` was announced for this day or before, and is
    not there yet; `written_off` was announced once, and a person gave it up on this day. What was
    `taken` and `given_back` at a pay channel on this day reaches the bank later.
    """

    owner: str
    received: Money
    booked: Money
    suspense: Money
    fees: Money
    vat: Money
    missing: Money
    written_off: Money
    taken: Money
    given_back: Money


AMOUNTS = tuple(field.name for field in fields(Funds) if field.name != "owner")
"""The names of its amounts, in the order in which they are shown."""


def fund_report(s: Session, day: date, currency: str = "CNY") -> list[Funds]:
    """Every sender with anything to tell, by code; what nobody explained comes last."""
    booked: dict[str, int] = defaultdict(int)
    unclear: dict[str, int] = defaultdict(int)
    for owner, minor in _lines(s, day, currency):
        (unclear if owner == UNKNOWN else booked)[owner] += minor
    fees, vat = _kept(s, day, PAY_FEES, currency), _kept(s, day, INPUT_VAT, currency)
    missing: dict[str, int] = defaultdict(int)
    for transfer in money.awaited_transfers(s):
        if transfer.due_on <= day and transfer.amount.currency == currency:
            missing[transfer.payer] += transfer.amount.minor
    given_up = _kept(s, day, WRITE_OFFS, currency)
    taken = _kept(s, day, PREPAYMENTS, currency, is_debit=False)
    # What is nobody's yet goes back of a bill that was not paid in full.
    undone = Counter(_kept(s, day, PREPAYMENTS, currency))
    given_back = undone + Counter(_kept(s, day, PATIENT_REFUNDS, currency))
    kept_of_all = (fees, vat, missing, given_up, taken, given_back)
    owners = sorted({*booked}.union(*kept_of_all) - {UNKNOWN})
    found = [
        (owner, booked[owner] + unclear[owner], booked[owner], unclear[owner], *kept_of_all)
        for owner in owners + [UNKNOWN] * bool(unclear)
    ]
    return [
        Funds(
            owner,
            *(Money(minor, currency) for minor in (came, explained, open_)),
            *(Money(of.get(owner, 0), currency) for of in kept),
        )
        for owner, came, explained, open_, *kept in found
    ]


def bank_total(s: Session, day: date, currency: str = "CNY") -> Money:
    """What all accounts received less what left them: the report must add up to it."""
    return Money(sum(minor for _, minor in _lines(s, day, currency)), currency)


def _lines(s: Session, day: date, currency: str) -> Iterable[tuple[str, int]]:
    """Each line of the day with who sent it, as far as matching or a decision explained it."""
    statement = (
        select(StatementLineRow.minor, LineSettlementRow.key, AwaitedTransferRow.payer)
        .join(
            LineSettlementRow,
            col(LineSettlementRow.line_id) == col(StatementLineRow.line_id),
            isouter=True,
        )
        # Of a transfer in parts, or one that was taken back and came again, one line alone settles
        # it; what the others pay stands in matching's own decision.
        .join(
            MatchDecisionRow,
            col(MatchDecisionRow.line_id) == col(StatementLineRow.line_id),
            isouter=True,
        )
        .join(
            AwaitedTransferRow,
            col(AwaitedTransferRow.advice_no)
            == func.coalesce(LineSettlementRow.advice_no, MatchDecisionRow.item_no),
            isouter=True,
        )
        .where(StatementLineRow.booked_on == day, StatementLineRow.currency == currency)
    )
    for minor, key, payer in s.exec(statement).all():
        yield (UNKNOWN if key is None else payer or DECIDED), minor


def _kept(
    s: Session, day: date, account: str, currency: str, *, is_debit: bool = True
) -> dict[str, int]:
    """What an account took on a day, by whose clearing account it came out of; or into which it
    gave."""
    kept, sender = aliased(AccountRow), aliased(AccountRow)
    debited, credited = (kept, sender) if is_debit else (sender, kept)
    statement = (
        select(sender.code, LegRow.minor)
        .join(JournalRow, col(LegRow.journal_id) == col(JournalRow.id))
        .join(debited, col(LegRow.debit_id) == debited.id)
        .join(credited, col(LegRow.credit_id) == credited.id)
        .where(kept.code == account, LegRow.currency == currency, JournalRow.effective == day)
        .where(col(sender.code).startswith(clearing("")))
    )
    found: dict[str, int] = defaultdict(int)
    for code, minor in s.exec(statement).all():
        found[code.removeprefix(clearing(""))] += minor
    return found
