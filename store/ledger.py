"""The books: every fact is posted once, under its own key, and is never changed, only reversed.

Each leg takes one amount from one account to another, so debits always equal credits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from domain.ledger import Journal, Leg, account_kind, is_suspense
from domain.money import Money
from store.rows import digest_of, insert_all, insert_once, inserted_key
from store.tables_books import AccountRow, JournalRow, LegRow, SealRow


class JournalKeyReused(ValueError):
    """The same key was posted before with another content."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"Journal {key} is already posted with another content.")


class NoSuchJournal(LookupError):
    """No journal has this key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"There is no journal {key}.")


class JournalAlreadyReversed(ValueError):
    """A journal is reversed at most once."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"Journal {key} is already reversed.")


class JournalWithoutLegs(ValueError):
    """A journal must move money."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"Journal {key} has no legs.")


class LegNotAllowed(ValueError):
    """A leg moves an amount above zero between two different accounts."""

    def __init__(self, key: str, leg: Leg) -> None:
        self.key, self.leg = key, leg
        super().__init__(f"Journal {key}: {leg.amount} from {leg.credit} to {leg.debit}.")


@dataclass(frozen=True)
class PostedLeg:
    """A leg with the journal that it stands in."""

    journal_key: str
    effective: date
    text: str
    leg: Leg


def ensure_account(
    s: Session, code: str, kind: str, suspense: bool = False, currency: str = "CNY"
) -> int:
    """Return the id of an account, created on first use."""
    statement = select(AccountRow.id).where(
        AccountRow.code == code, AccountRow.currency == currency
    )
    account_id = s.exec(statement).first()
    if account_id is None:
        insert_once(s, AccountRow(code=code, currency=currency, kind=kind, suspense=suspense))
        account_id = s.exec(statement).one()
    assert account_id is not None, "a stored account has an id"
    return account_id


def post(s: Session, journal: Journal, *, now: datetime) -> bool:
    """Post a journal; False when the same content is already there under its key.

    Raises: JournalKeyReused, JournalWithoutLegs, LegNotAllowed, domain.ledger.NoSuchAccount,
    NoSuchJournal and JournalAlreadyReversed (for what it reverses).
    """
    _check(journal)
    payload = digest_of(asdict(journal))
    row = JournalRow(
        idem_key=journal.key,
        payload_hash=payload,
        effective=journal.effective,
        period=f"{journal.effective:%Y-%m}",
        text=journal.text,
        source_type=journal.source_type,
        source_id=journal.source_id,
        reverses=_reversed_id(s, journal),
        posted_by=journal.posted_by,
        approved_by=journal.approved_by,
        posted_at=now,
    )
    journal_id = inserted_key(s, row)
    if journal_id is not None:
        _write_legs(s, journal_id, journal.legs)
        return True
    known = s.exec(select(JournalRow).where(JournalRow.idem_key == journal.key)).first()
    if known is None:
        raise JournalAlreadyReversed(journal.reverses or journal.key)
    if known.payload_hash != payload:
        raise JournalKeyReused(journal.key)
    return False


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


def journal_of(s: Session, key: str) -> Journal:
    """Read a journal back. Raises: NoSuchJournal."""
    row = s.exec(select(JournalRow).where(JournalRow.idem_key == key)).first()
    if row is None:
        raise NoSuchJournal(key)
    reverses = s.get(JournalRow, row.reverses) if row.reverses is not None else None
    return Journal(
        key=row.idem_key,
        effective=row.effective,
        text=row.text,
        source_type=row.source_type,
        source_id=row.source_id,
        legs=tuple(posted.leg for posted in _legs(s, JournalRow.idem_key == key)),
        posted_by=row.posted_by,
        approved_by=row.approved_by,
        reverses=reverses.idem_key if reverses is not None else None,
    )


def legs_of_doc(s: Session, doc: str) -> list[PostedLeg]:
    """Every leg of one document (claim, invoice, remittance ...), in the order of posting."""
    return _legs(s, LegRow.doc == doc)


def legs_of_docs(s: Session, docs: Sequence[str]) -> list[PostedLeg]:
    """Every leg of several documents, in the order of posting."""
    return _legs(s, col(LegRow.doc).in_(docs))


def balance(s: Session, account: str, currency: str = "CNY") -> Money:
    """What an account holds; debits count up, credits down. Zero for one never used."""
    return Money(_sums(s, currency).get(account, (0, 0, 0))[2], currency)


def trial_balance(s: Session, currency: str = "CNY") -> list[tuple[str, Money, Money]]:
    """Every account with all its debits and all its credits, by code."""
    return [
        (code, Money(debit, currency), Money(credit, currency))
        for code, (debit, credit, _) in sorted(_sums(s, currency).items())
    ]


def suspense_total(s: Session, currency: str = "CNY") -> Money:
    """Unclear money: credits less debits of every suspense account.

    Positive when it came in, like the amount of a difference, so that the sum of the open
    differences must equal it.
    """
    sums = _sums(s, currency)
    return Money(-sum(net for code, (_, _, net) in sums.items() if is_suspense(code)), currency)


def _check(journal: Journal) -> None:
    if not journal.legs:
        raise JournalWithoutLegs(journal.key)
    for leg in journal.legs:
        if leg.amount.minor <= 0 or leg.debit == leg.credit:
            raise LegNotAllowed(journal.key, leg)
        account_kind(leg.debit)
        account_kind(leg.credit)


def _reversed_id(s: Session, journal: Journal) -> int | None:
    if journal.reverses is None:
        return None
    found = s.exec(select(JournalRow.id).where(JournalRow.idem_key == journal.reverses)).first()
    if found is None:
        raise NoSuchJournal(journal.reverses)
    return found


def _write_legs(s: Session, journal_id: int, legs: tuple[Leg, ...]) -> None:
    ids = _account_ids(s, legs)
    rows = [
        LegRow(
            journal_id=journal_id,
            n=n,
            debit_id=ids[leg.debit, leg.amount.currency],
            credit_id=ids[leg.credit, leg.amount.currency],
            currency=leg.amount.currency,
            minor=leg.amount.minor,
            doc=leg.doc,
        )
        for n, leg in enumerate(legs, 1)
    ]
    insert_all(s, rows)
    total = sum(leg.amount.minor for leg in legs)
    insert_all(s, [SealRow(journal_id=journal_id, legs=len(legs), total=total)])


def _account_ids(s: Session, legs: tuple[Leg, ...]) -> dict[tuple[str, str], int]:
    """The id of every account, by code and currency, that these legs use."""
    used = {(code, leg.amount.currency) for leg in legs for code in (leg.debit, leg.credit)}
    known = select(AccountRow.code, AccountRow.currency, AccountRow.id).where(
        col(AccountRow.code).in_({code for code, _ in used})
    )
    found = s.exec(known).all()
    ids = {(code, currency): number for code, currency, number in found if number is not None}
    # Created in one order, or two journals with crossed accounts would wait for each other on
    # PostgreSQL.
    for code, currency in sorted(used - ids.keys()):
        ids[code, currency] = ensure_account(
            s, code, account_kind(code), is_suspense(code), currency
        )
    return ids


def _sums(s: Session, currency: str) -> dict[str, tuple[int, int, int]]:
    sums: dict[str, tuple[int, int, int]] = {}
    for side, sign in ((LegRow.debit_id, 1), (LegRow.credit_id, -1)):
        statement = (
            select(AccountRow.code, func.sum(LegRow.minor))
            .join(LegRow, col(side) == col(AccountRow.id))
            .where(AccountRow.currency == currency)
            .group_by(AccountRow.code)
        )
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
