"""The books: every fact is posted once, under its own key, and is never changed, only reversed.

Each leg takes one amount from one account to another, so debits always equal credits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from domain.ledger import Journal, Leg, is_suspense
from domain.money import Money
from store.posting import (
    JournalAlreadyReversed,
    JournalKeyReused,
    JournalWithoutLegs,
    LegNotAllowed,
    NoSuchJournal,
    ensure_account,
    post,
    post_all,
)
from store.tables_books import AccountRow, JournalRow, LegRow

__all__ = [
    "JournalAlreadyReversed",
    "JournalKeyReused",
    "JournalWithoutLegs",
    "LegNotAllowed",
    "NoSuchJournal",
    "PostedLeg",
    "balance",
    "ensure_account",
    "journal_of",
    "journals_of",
    "legs_of_doc",
    "legs_of_docs",
    "post",
    "post_all",
    "reverse",
    "suspense_total",
    "trial_balance",
]


@dataclass(frozen=True)
class PostedLeg:
    """A leg with the journal that it stands in."""

    journal_key: str
    effective: date
    text: str
    leg: Leg


def reverse(s: Session, key: str, *, new_key: str, effective: date, by: str, now: datetime) -> bool:
    """Post the mirror of a journal, once. Raises: NoSuchJournal, JournalAlreadyReversed."""
    original = journal_of(s, key)
    mirrored = tuple(replace(leg, debit=leg.credit, credit=leg.debit) for leg in original.legs)
    return post(
        s,
        Journal(
            key=new_key,
            effective=effective,
            text=f"冲正 {original.text}",
            source_type=original.source_type,
            source_id=original.source_id,
            legs=mirrored,
            posted_by=by,
            reverses=key,
        ),
        now=now,
    )


def is_posted(s: Session, key: str) -> bool:
    """Whether this fact is in the books."""
    return s.exec(select(JournalRow.id).where(JournalRow.idem_key == key)).first() is not None


def journal_of(s: Session, key: str) -> Journal:
    """Read a journal back. Raises: NoSuchJournal."""
    row = s.exec(select(JournalRow).where(JournalRow.idem_key == key)).first()
    if row is None:
        raise NoSuchJournal(key)
    return journals_of(s, [row])[0]


def journals_of(s: Session, rows: Sequence[JournalRow]) -> list[Journal]:
    """Read journals back, in the order of their rows."""
    legs: dict[str, list[Leg]] = {row.idem_key: [] for row in rows}
    for posted in _legs(s, col(LegRow.journal_id).in_([row.id for row in rows])):
        legs[posted.journal_key].append(posted.leg)
    undone = select(JournalRow.id, JournalRow.idem_key).where(
        col(JournalRow.id).in_([row.reverses for row in rows if row.reverses is not None])
    )
    reversed_keys = dict(s.exec(undone).all())
    return [
        Journal(
            key=row.idem_key,
            effective=row.effective,
            text=row.text,
            source_type=row.source_type,
            source_id=row.source_id,
            legs=tuple(legs[row.idem_key]),
            posted_by=row.posted_by,
            approved_by=row.approved_by,
            reverses=reversed_keys.get(row.reverses),
        )
        for row in rows
    ]


def legs_of_doc(s: Session, doc: str) -> list[PostedLeg]:
    """Every leg of one document (claim, invoice, remittance ...), in the order of posting."""
    return _legs(s, LegRow.doc == doc)


def legs_of_docs(s: Session, docs: Sequence[str]) -> list[PostedLeg]:
    """Every leg of several documents, in the order of posting."""
    return _legs(s, col(LegRow.doc).in_(docs))


def balance(s: Session, account: str, currency: str = "CNY") -> Money:
    """What an account holds; debits count up, credits down. Zero for one never used."""
    return Money(_sums(s, currency).get(account, (0, 0, 0))[2], currency)


def trial_balance(
    s: Session, currency: str = "CNY", *, until: date | None = None
) -> list[tuple[str, Money, Money]]:
    """Every account with all its debits and all its credits, up to a day if told so, by code."""
    return [
        (code, Money(debit, currency), Money(credit, currency))
        for code, (debit, credit, _) in sorted(_sums(s, currency, until).items())
    ]


def suspense_total(s: Session, currency: str = "CNY") -> Money:
    """Unclear money: credits less debits of every suspense account.

    Positive when it came in, like the amount of a difference, so that the sum of the open
    differences must equal it.
    """
    sums = _sums(s, currency)
    return Money(-sum(net for code, (_, _, net) in sums.items() if is_suspense(code)), currency)


def _sums(s: Session, currency: str, until: date | None = None) -> dict[str, tuple[int, int, int]]:
    sums: dict[str, tuple[int, int, int]] = {}
    for side, sign in ((LegRow.debit_id, 1), (LegRow.credit_id, -1)):
        statement = (
            select(AccountRow.code, func.sum(LegRow.minor))
            .join(LegRow, col(side) == col(AccountRow.id))
            .where(AccountRow.currency == currency)
            .group_by(AccountRow.code)
        )
        if until is not None:
            dated = statement.join(JournalRow, col(LegRow.journal_id) == col(JournalRow.id))
            statement = dated.where(JournalRow.effective <= until)
        for code, total in s.exec(statement).all():
            debit, credit, net = sums.get(code, (0, 0, 0))
            moved = int(total)
            if sign > 0:
                sums[code] = (debit + moved, credit, net + moved)
            else:
                sums[code] = (debit, credit + moved, net - moved)
    return sums


def _legs(s: Session, condition: ColumnElement[bool] | bool) -> list[PostedLeg]:
    debited, credited = aliased(AccountRow), aliased(AccountRow)
    statement = (
        select(LegRow, JournalRow, debited, credited)
        .join(JournalRow, col(LegRow.journal_id) == col(JournalRow.id))
        .join(debited, col(LegRow.debit_id) == debited.id)
        .join(credited, col(LegRow.credit_id) == credited.id)
        .where(condition)
        .order_by(col(LegRow.journal_id), col(LegRow.n))
    )
    return [
        PostedLeg(
            journal.idem_key,
            journal.effective,
            journal.text,
            Leg(debit.code, credit.code, Money(leg.minor, leg.currency), leg.doc),
        )
        for leg, journal, debit, credit in s.exec(statement).all()
    ]
