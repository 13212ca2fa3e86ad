"""Unclear money: each difference has an owner and a day to ask; suspense is their open sum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from domain.ledger import suspense
from domain.money import Money
from engine.ids import review_id
from store import outbox
from store.rows import FactDiffers, insert_once, locked
from store.tables_money import DifferenceRow


class NoSuchDifference(LookupError):
    """No difference has this number."""

    def __init__(self, no: str) -> None:
        self.no = no
        super().__init__(f"There is no difference {no}.")


class DifferenceAlreadySettled(ValueError):
    """A difference is settled once."""

    def __init__(self, no: str, by_decision: str) -> None:
        self.no, self.by_decision = no, by_decision
        super().__init__(f"Difference {no} is already settled by decision {by_decision}.")


@dataclass(frozen=True)
class DifferenceView:
    """Unclear money; `amount` is above zero when it came in, below when it was taken from us."""

    no: str
    natural_key: str
    kind: str
    amount: Money
    suspense_account: str
    case_no: str | None
    line_id: str | None
    claim_no: str | None
    opened_on: date
    ask_on: date
    review_no: str | None
    settled_how: str | None
    settled_by_decision: str | None
    settled_at: datetime | None

    @property
    def owner(self) -> str:
        """The bank account or the payer in whose suspense account it stands."""
        return self.suspense_account.removeprefix(suspense(""))


def difference_no_of(natural_key: str) -> str:
    """Name a difference by its fact, so that opening it twice finds the same row."""
    return "DF-" + hashlib.sha256(natural_key.encode()).hexdigest()[:12].upper()


def open_difference(
    s: Session,
    *,
    natural_key: str,
    kind: str,
    amount: Money,
    suspense_account: str,
    case_no: str | None,
    line_id: str | None,
    claim_no: str | None,
    opened_on: date,
    ask_on: date,
) -> DifferenceView:
    """Open a difference, once per natural key. Raises: FactDiffers, for another content."""
    row = DifferenceRow(
        no=difference_no_of(natural_key),
        natural_key=natural_key,
        kind=kind,
        currency=amount.currency,
        minor=amount.minor,
        suspense_account=suspense_account,
        case_no=case_no,
        line_id=line_id,
        claim_no=claim_no,
        opened_on=opened_on,
        ask_on=ask_on,
    )
    insert_once(s, row)
    known = _locked_difference(s, row.no)
    for name in ("natural_key", "kind", "currency", "minor", "suspense_account", "line_id"):
        if getattr(known, name) != getattr(row, name):
            raise FactDiffers(f"Difference {row.no}", name)
    return _view(known)


def settle_difference(
    s: Session, no: str, *, how: str, by_decision: str, now: datetime
) -> DifferenceView:
    """Settle, once. Whoever is asked about it is told, when no decision settled it.

    Raises: NoSuchDifference, DifferenceAlreadySettled (otherwise).
    """
    row = _locked_difference(s, no)
    if row.settled_at is None:
        row.settled_how, row.settled_by_decision, row.settled_at = how, by_decision, now
        s.flush()
        if row.review_no is not None and not by_decision:
            outbox.put(s, workflow_id=review_id(row.review_no), name="look", arg=no, now=now)
    elif (row.settled_how, row.settled_by_decision) != (how, by_decision):
        raise DifferenceAlreadySettled(no, row.settled_by_decision or "")
    return _view(row)


def attach_review(s: Session, no: str, review_no: str) -> DifferenceView:
    """Say which review asks about it; the latest counts. Raises: NoSuchDifference."""
    row = _locked_difference(s, no)
    row.review_no = review_no
    s.flush()
    return _view(row)


def difference_of(s: Session, no: str) -> DifferenceView:
    """Raises: NoSuchDifference."""
    row = s.get(DifferenceRow, no)
    if row is None:
        raise NoSuchDifference(no)
    return _view(row)


def differences_asked_in(s: Session, review_no: str) -> list[DifferenceView]:
    """Every open difference that one question asks about, by natural key."""
    rows = select(DifferenceRow).where(
        DifferenceRow.review_no == review_no, col(DifferenceRow.settled_at).is_(None)
    )
    return [_view(row) for row in s.exec(rows.order_by(DifferenceRow.natural_key)).all()]


def open_differences(s: Session) -> list[DifferenceView]:
    """Every difference that is not settled, the oldest first."""
    statement = select(DifferenceRow).where(col(DifferenceRow.settled_at).is_(None))
    rows = s.exec(statement.order_by(col(DifferenceRow.opened_on), DifferenceRow.no)).all()
    return [_view(row) for row in rows]


def not_matched(s: Session, suspense_account: str, kind: str) -> list[DifferenceView]:
    """Differences of a kind that are open, or that a person accepted; the oldest first."""
    statement = select(DifferenceRow).where(
        DifferenceRow.suspense_account == suspense_account,
        DifferenceRow.kind == kind,
        col(DifferenceRow.settled_how).is_(None) | (col(DifferenceRow.settled_how) == "accept"),
    )
    rows = s.exec(statement.order_by(col(DifferenceRow.opened_on), DifferenceRow.no)).all()
    return [_view(row) for row in rows]


def differences_opened(s: Session, suspense_account: str, day: date) -> list[DifferenceView]:
    """Every difference of an account that was opened for a day, settled or not, by number."""
    statement = select(DifferenceRow).where(
        DifferenceRow.suspense_account == suspense_account, DifferenceRow.opened_on == day
    )
    return [_view(row) for row in s.exec(statement.order_by(DifferenceRow.no)).all()]


def differences_of_case(s: Session, case_no: str) -> list[DifferenceView]:
    """Every difference of a case, settled or not, the oldest first."""
    statement = select(DifferenceRow).where(DifferenceRow.case_no == case_no)
    rows = s.exec(statement.order_by(col(DifferenceRow.opened_on), DifferenceRow.no)).all()
    return [_view(row) for row in rows]


def _locked_difference(s: Session, no: str) -> DifferenceRow:
    row = locked(s, select(DifferenceRow).where(DifferenceRow.no == no))
    if row is None:
        raise NoSuchDifference(no)
    return row


def _view(row: DifferenceRow) -> DifferenceView:
    return DifferenceView(
        row.no,
        row.natural_key,
        row.kind,
        Money(row.minor, row.currency),
        row.suspense_account,
        row.case_no,
        row.line_id,
        row.claim_no,
        row.opened_on,
        row.ask_on,
        row.review_no,
        row.settled_how,
        row.settled_by_decision,
        row.settled_at,
    )
