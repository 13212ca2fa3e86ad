"""The intent journal: what is about to be sent to a payer, written before anything leaves.

A record, not an engine: it tells whoever comes next how far the sender got.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from store.rows import FactDiffers, insert_once, locked
from store.tables_cases import IntentEventRow, IntentRow

IntentKind = Literal["original", "replacement", "void"]
IntentState = Literal[
    "prepared",
    "searched",
    "filled",
    "armed",
    "answered",
    "confirmed",
    "not_sent",
    "rejected",
    "unknown",
    "human",
]

MAY_HAVE_ARRIVED: frozenset[str] = frozenset({"armed", "answered", "unknown"})
"""States in which the payer may have the claim, though it has not confirmed it."""


class NoSuchIntent(LookupError):
    """Nothing was prepared for this claim, version and kind."""

    def __init__(self, claim_no: str, version: int, kind: str) -> None:
        self.claim_no, self.version, self.kind = claim_no, version, kind
        super().__init__(f"Nothing was prepared for claim {claim_no} version {version} ({kind}).")


@dataclass(frozen=True)
class IntentView:
    """How far a sending got; `receipt` is the payer's number once it is confirmed."""

    payer: str
    claim_no: str
    version: int
    kind: str
    state: str
    attempt: int
    receipt: str


@dataclass(frozen=True)
class IntentEventView:
    """One state that an intent went through."""

    state: str
    attempt: int
    detail: str
    at: datetime


def prepare_intent(
    s: Session,
    *,
    payer: str,
    claim_no: str,
    version: int,
    kind: IntentKind,
    digest: str,
    now: datetime,
) -> IntentView:
    """Write down what is about to be sent, or return how far that got.

    After `not_sent` (it was looked for and is not there) a further attempt begins.
    Raises: FactDiffers, when the same version was prepared with another content.
    """
    fresh = IntentRow(
        payer=payer,
        claim_no=claim_no,
        version=version,
        kind=kind,
        digest=digest,
        state="prepared",
        changed_at=now,
    )
    inserted = insert_once(s, fresh)
    row = _locked_intent(s, payer, claim_no, version, kind)
    if row.digest != digest:
        raise FactDiffers(f"Claim {claim_no} version {version}", f"content of the {kind}")
    if row.state == "not_sent":
        row.state, row.attempt, row.changed_at = "prepared", row.attempt + 1, now
        s.flush()
        inserted = True
    if inserted:
        _append(s, row, "", now)
    return _view(row)


def note_intent(
    s: Session,
    payer: str,
    claim_no: str,
    version: int,
    kind: IntentKind,
    state: IntentState,
    *,
    now: datetime,
    detail: str = "",
) -> IntentView:
    """Note the next state; with `confirmed`, `detail` is the payer's number (the receipt).

    A confirmed intent stays so: a second confirmation with another receipt is refused.
    Raises: NoSuchIntent, FactDiffers.
    """
    row = _locked_intent(s, payer, claim_no, version, kind)
    if row.state == "confirmed":
        if state != "confirmed" or (detail and detail != row.receipt):
            raise FactDiffers(f"Claim {claim_no} version {version}", f"receipt of the {kind}")
        return _view(row)
    row.state, row.changed_at = state, now
    if state == "confirmed":
        row.receipt = detail
    s.flush()
    _append(s, row, detail, now)
    return _view(row)


def intent_of(s: Session, payer: str, claim_no: str, version: int, kind: IntentKind) -> IntentView:
    """Raises: NoSuchIntent."""
    row = s.get(IntentRow, (payer, claim_no, version, kind))
    if row is None:
        raise NoSuchIntent(claim_no, version, kind)
    return _view(row)


def may_have_arrived(s: Session, payer: str, claim_no: str, version: int, kind: IntentKind) -> bool:
    """Whether the payer may have this version, though it has not confirmed it."""
    row = s.get(IntentRow, (payer, claim_no, version, kind))
    return row is not None and row.state in MAY_HAVE_ARRIVED


def intent_history(s: Session, claim_no: str) -> list[IntentEventView]:
    """Every state of every intent of a claim, oldest first."""
    statement = select(IntentEventRow).where(IntentEventRow.claim_no == claim_no)
    return [
        IntentEventView(row.state, row.attempt, row.detail, row.at)
        for row in s.exec(statement.order_by(col(IntentEventRow.id))).all()
    ]


def _locked_intent(
    s: Session, payer: str, claim_no: str, version: int, kind: IntentKind
) -> IntentRow:
    row = locked(
        s,
        select(IntentRow).where(
            IntentRow.payer == payer,
            IntentRow.claim_no == claim_no,
            IntentRow.version == version,
            IntentRow.kind == kind,
        ),
    )
    if row is None:
        raise NoSuchIntent(claim_no, version, kind)
    return row


def _append(s: Session, row: IntentRow, detail: str, now: datetime) -> None:
    insert_once(
        s,
        IntentEventRow(
            payer=row.payer,
            claim_no=row.claim_no,
            version=row.version,
            kind=row.kind,
            state=row.state,
            attempt=row.attempt,
            detail=detail,
            at=now,
        ),
    )


def _view(row: IntentRow) -> IntentView:
    return IntentView(
        row.payer, row.claim_no, row.version, row.kind, row.state, row.attempt, row.receipt
    )
