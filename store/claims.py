"""Claims with payers, their moves, and the journal of what was about to be sent for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from sqlalchemy import bindparam, case, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select
from typing_extensions import Unpack

from domain.lifecycle import CLAIM_MOVES, ClaimMoveNotAllowed, ClaimStatus
from domain.money import CurrenciesDiffer, Money
from store.intents import intent_history
from store.rows import FactDiffers, insert_all, insert_once, locked
from store.tables_cases import ClaimEventRow, ClaimRow

__all__ = [
    "ClaimChanges",
    "ClaimEventView",
    "ClaimView",
    "NoSuchClaim",
    "claim_history",
    "claim_of",
    "claims_moved",
    "claims_of",
    "draft_claim",
    "intent_history",
    "move_claim",
    "note_claim",
]

_AMOUNTS = {
    "paid": "paid_minor",
    "adjusted": "adjusted_minor",
    "shifted": "shifted_minor",
    "written_off": "written_off_minor",
}


class NoSuchClaim(LookupError):
    """No claim of this number was drafted."""

    def __init__(self, claim_no: str) -> None:
        self.claim_no = claim_no
        super().__init__(f"There is no claim {claim_no}.")


class ClaimChanges(TypedDict, total=False):
    """What may change together with a claim's status. Amounts replace, they do not add."""

    payer_claim_no: str
    denial_code: str
    denial_text: str
    version: int
    paid: Money
    adjusted: Money
    shifted: Money
    written_off: Money
    submitted_on: date
    decided_on: date


@dataclass(frozen=True)
class ClaimView:
    """A claim as it stands."""

    claim_no: str
    case_no: str
    payer: str
    sequence: int
    version: int
    status: ClaimStatus
    billed: Money
    paid: Money
    adjusted: Money
    shifted: Money
    written_off: Money
    payer_claim_no: str | None
    denial_code: str
    denial_text: str
    submitted_on: date | None
    decided_on: date | None


@dataclass(frozen=True)
class ClaimEventView:
    """One move of a claim; `changes` are shown as text."""

    n: int
    key: str
    before: ClaimStatus
    after: ClaimStatus
    changes: dict[str, str]
    at: datetime


def draft_claim(
    s: Session,
    *,
    claim_no: str,
    case_no: str,
    payer: str,
    sequence: int,
    billed: Money,
    now: datetime,
) -> ClaimView:
    """Draft a claim, once. Raises: FactDiffers, when it is there with another content."""
    row = ClaimRow(
        claim_no=claim_no,
        case_no=case_no,
        payer=payer,
        sequence=sequence,
        status=ClaimStatus.DRAFTED,
        currency=billed.currency,
        billed_minor=billed.minor,
    )
    if insert_once(s, row):
        drafted = ClaimStatus.DRAFTED
        _append(s, claim_no, drafted, drafted, key="drafted", n=1, changes={}, now=now)
        return _view(row)
    known = s.exec(select(ClaimRow).where(ClaimRow.claim_no == claim_no)).first()
    if known is None:
        raise FactDiffers(f"Case {case_no}", f"claim {sequence}")
    for name in ("case_no", "payer", "sequence", "currency", "billed_minor"):
        if getattr(known, name) != getattr(row, name):
            raise FactDiffers(f"Claim {claim_no}", name)
    return _view(known)


def move_claim(
    s: Session,
    claim_no: str,
    status: ClaimStatus,
    *,
    key: str,
    now: datetime,
    **changes: Unpack[ClaimChanges],
) -> ClaimView:
    """Take the claim to `status`, once per `key`, together with what changes.

    Raises: NoSuchClaim, ClaimMoveNotAllowed, CurrenciesDiffer, FactDiffers (the key is of
    another move).
    """
    return _change(s, claim_no, status, key, now, changes)


def note_claim(
    s: Session, claim_no: str, *, key: str, now: datetime, **changes: Unpack[ClaimChanges]
) -> ClaimView:
    """Change facts of a claim without a move, once per `key`. Raises: NoSuchClaim."""
    return _change(s, claim_no, None, key, now, changes)


def claim_of(s: Session, claim_no: str) -> ClaimView:
    """Raises: NoSuchClaim."""
    row = s.get(ClaimRow, claim_no)
    if row is None:
        raise NoSuchClaim(claim_no)
    return _view(row)


def claims_of(s: Session, case_no: str) -> list[ClaimView]:
    """The claims of a case, primary first."""
    statement = select(ClaimRow).where(ClaimRow.case_no == case_no)
    return [_view(row) for row in s.exec(statement.order_by(col(ClaimRow.sequence))).all()]


def claims_moved(s: Session, claim_nos: Sequence[str], *, key: str) -> list[ClaimView]:
    """Those of these claims that have an event of this key, by number."""
    statement = select(ClaimRow).join(ClaimEventRow)
    moved = statement.where(col(ClaimRow.claim_no).in_(claim_nos), ClaimEventRow.key == key)
    return [_view(row) for row in s.exec(moved.order_by(ClaimRow.claim_no)).all()]


def claims_with(s: Session, payers: Iterable[str], at: Iterable[ClaimStatus]) -> list[ClaimView]:
    """The claims of these payers that stand at one of these, by number."""
    these = col(ClaimRow.payer).in_(sorted(payers)), col(ClaimRow.status).in_(list(at))
    found = select(ClaimRow).where(*these).order_by(ClaimRow.claim_no)
    return [_view(row) for row in s.exec(found).all()]


def claim_history(s: Session, claim_no: str) -> list[ClaimEventView]:
    """Every move, oldest first."""
    statement = select(ClaimEventRow).where(ClaimEventRow.claim_no == claim_no)
    return [
        ClaimEventView(
            row.n,
            row.key,
            ClaimStatus(row.status_before),
            ClaimStatus(row.status_after),
            dict(row.changes),
            row.at,
        )
        for row in s.exec(statement.order_by(col(ClaimEventRow.n))).all()
    ]


def _change(
    s: Session,
    claim_no: str,
    status: ClaimStatus | None,
    key: str,
    now: datetime,
    changes: ClaimChanges,
) -> ClaimView:
    row = locked(s, select(ClaimRow).where(ClaimRow.claim_no == claim_no))
    if row is None:
        raise NoSuchClaim(claim_no)
    before = ClaimStatus(row.status)
    after = before if status is None else status
    events, known = s.connection().execute(_EVENTS, {"claim_no": claim_no, "key": key}).one()
    if known is not None:
        if status is not None and known != status:
            raise FactDiffers(f"Claim {claim_no}", f"event {key}")
        return _view(row)
    if status is not None and status not in CLAIM_MOVES[before]:
        raise ClaimMoveNotAllowed(claim_no, before, status)
    row.status = after
    for name, value in changes.items():
        if isinstance(value, Money):
            if value.currency != row.currency:
                raise CurrenciesDiffer(value, Money(row.billed_minor, row.currency))
            setattr(row, _AMOUNTS[name], value.minor)
        else:
            setattr(row, name, value)
    s.flush()
    shown = {name: str(value) for name, value in changes.items()}
    _append(s, claim_no, before, after, key=key, n=events + 1, changes=shown, now=now)
    return _view(row)


# How many events a claim has, and to which status the one with this key led.
_KEYED = case((col(ClaimEventRow.key) == bindparam("key"), ClaimEventRow.status_after))
_EVENTS = sql_select(func.count(), func.max(_KEYED)).where(
    col(ClaimEventRow.claim_no) == bindparam("claim_no")
)


def _append(
    s: Session,
    claim_no: str,
    before: ClaimStatus,
    after: ClaimStatus,
    *,
    key: str,
    n: int,
    changes: dict[str, str],
    now: datetime,
) -> None:
    new = ClaimEventRow(
        claim_no=claim_no,
        key=key,
        n=n,
        status_before=before,
        status_after=after,
        changes=changes,
        at=now,
    )
    insert_all(s, [new])


def _view(row: ClaimRow) -> ClaimView:
    def money(minor: int) -> Money:
        return Money(minor, row.currency)

    return ClaimView(
        claim_no=row.claim_no,
        case_no=row.case_no,
        payer=row.payer,
        sequence=row.sequence,
        version=row.version,
        status=ClaimStatus(row.status),
        billed=money(row.billed_minor),
        paid=money(row.paid_minor),
        adjusted=money(row.adjusted_minor),
        shifted=money(row.shifted_minor),
        written_off=money(row.written_off_minor),
        payer_claim_no=row.payer_claim_no,
        denial_code=row.denial_code,
        denial_text=row.denial_text,
        submitted_on=row.submitted_on,
        decided_on=row.decided_on,
    )
