"""Posting: every fact once, under its own key, and many facts as quickly as one.

A statement a table, whatever the number of journals: they travel to the database as one JSON text,
and the guards of the tables look at each row as they would at a single one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from domain.ledger import Journal, Leg, account_kind, is_suspense
from store.periods import closed_periods, open_period_for
from store.posting_sql import HEADS, KNOWN, LEGS, SEALS, said
from store.rows import UtcDateTime, digest_of, insert_once
from store.tables_books import AccountRow


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


def post(s: Session, journal: Journal, *, now: datetime) -> bool:
    """Post a journal; False when the same content is already there under its key.

    Raises: JournalKeyReused, JournalWithoutLegs, LegNotAllowed, domain.ledger.NoSuchAccount,
    NoSuchJournal and JournalAlreadyReversed (for what it reverses).
    """
    return post_all(s, [journal], now=now) == 1


def post_all(s: Session, journals: Iterable[Journal], *, now: datetime) -> int:
    """Post many journals, all or none; return how many were not there yet.

    Each keeps its own day, and goes into that day's month or, when it is closed, the next open one.
    They are numbered in the order of their keys, so that two batches that meet cannot wait for
    each other. A journal reverses only what was posted before the call. Raises: as `post`.
    """
    wanted = _by_key(journals)
    if not wanted:
        return 0
    s.flush()
    digests = {key: _digest(journal) for key, journal in wanted.items()}
    fresh = _write_heads(s, wanted, digests, now)
    _check_known(s, wanted, digests, fresh)
    _write_legs(s, [(number, wanted[key]) for key, number in fresh.items()])
    return len(fresh)


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


def _by_key(journals: Iterable[Journal]) -> dict[str, Journal]:
    """Each journal once, by key, checked. Raises: as `post`."""
    found: dict[str, Journal] = {}
    reversed_by: dict[str, str] = {}
    for journal in journals:
        _check(journal)
        if found.setdefault(journal.key, journal) != journal:
            raise JournalKeyReused(journal.key)
        if journal.reverses is not None:
            first = reversed_by.setdefault(journal.reverses, journal.key)
            if first != journal.key:
                raise JournalAlreadyReversed(journal.reverses)
    return dict(sorted(found.items()))


def _check(journal: Journal) -> None:
    if not journal.legs:
        raise JournalWithoutLegs(journal.key)
    for leg in journal.legs:
        if leg.amount.minor <= 0 or leg.debit == leg.credit:
            raise LegNotAllowed(journal.key, leg)
        account_kind(leg.debit)
        account_kind(leg.credit)


def _digest(journal: Journal) -> str:
    """The hash of a content. Spelt out, because `asdict` takes longer than all the rest of it."""
    return digest_of(
        {
            "key": journal.key,
            "effective": journal.effective,
            "text": journal.text,
            "source_type": journal.source_type,
            "source_id": journal.source_id,
            "legs": [
                {
                    "debit": leg.debit,
                    "credit": leg.credit,
                    "amount": {"minor": leg.amount.minor, "currency": leg.amount.currency},
                    "doc": leg.doc,
                }
                for leg in journal.legs
            ],
            "posted_by": journal.posted_by,
            "approved_by": journal.approved_by,
            "reverses": journal.reverses,
        }
    )


def _as_json(rows: Sequence[object]) -> str:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _write_heads(
    s: Session, wanted: Mapping[str, Journal], digests: Mapping[str, str], now: datetime
) -> dict[str, int]:
    """Write what is not there; return its numbers by key. Raises: NoSuchJournal."""
    reversed_ids = _reversed_ids(s, wanted.values())
    closed = closed_periods(s)
    rows = [
        (
            key,
            digests[key],
            journal.effective.isoformat(),
            open_period_for(journal.effective, closed),
            journal.text,
            journal.source_type,
            journal.source_id,
            reversed_ids[journal.reverses] if journal.reverses is not None else None,
            journal.posted_by,
            journal.approved_by,
        )
        for key, journal in wanted.items()
    ]
    heads = said(s, HEADS).bindparams(bindparam("now", type_=UtcDateTime))
    written = s.connection().execute(heads, {"rows": _as_json(rows), "now": now}).all()
    return {key: int(number) for key, number in written}


def _reversed_ids(s: Session, journals: Iterable[Journal]) -> dict[str, int]:
    keys = sorted({journal.reverses for journal in journals if journal.reverses is not None})
    if not keys:
        return {}
    known = {key: int(number) for key, _, number in _known(s, keys)}
    for key in keys:
        if key not in known:
            raise NoSuchJournal(key)
    return known


def _known(s: Session, keys: Sequence[str]) -> Sequence[Any]:
    return s.connection().execute(said(s, KNOWN), {"rows": _as_json(keys)}).all()


def _check_known(
    s: Session, wanted: Mapping[str, Journal], digests: Mapping[str, str], fresh: Mapping[str, int]
) -> None:
    """What was not written must be there with the same content. Raises: as `post`."""
    skipped = [key for key in wanted if key not in fresh]
    if not skipped:
        return
    hashes = {key: digest for key, digest, _ in _known(s, skipped)}
    for key in skipped:
        if key not in hashes:
            raise JournalAlreadyReversed(wanted[key].reverses or key)
        if hashes[key] != digests[key]:
            raise JournalKeyReused(key)


def _write_legs(s: Session, numbered: Sequence[tuple[int, Journal]]) -> None:
    if not numbered:
        return
    ids = _account_ids(s, [leg for _, journal in numbered for leg in journal.legs])
    legs = [
        (
            number,
            n,
            ids[leg.debit, leg.amount.currency],
            ids[leg.credit, leg.amount.currency],
            leg.amount.currency,
            leg.amount.minor,
            leg.doc,
        )
        for number, journal in numbered
        for n, leg in enumerate(journal.legs, 1)
    ]
    seals = [
        (number, len(journal.legs), sum(leg.amount.minor for leg in journal.legs))
        for number, journal in numbered
    ]
    s.connection().execute(said(s, LEGS), {"rows": _as_json(legs)})
    s.connection().execute(said(s, SEALS), {"rows": _as_json(seals)})


def _account_ids(s: Session, legs: Iterable[Leg]) -> dict[tuple[str, str], int]:
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
