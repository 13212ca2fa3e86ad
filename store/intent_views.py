"""How far each sending got, to read: one intent, those that are open, and what they went through.

Apart from the journal that is written (`store/intents.py`), which offers these as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.intent import MAY_HAVE_ARRIVED, IntentKind
from store.rows import locked
from store.tables_cases import IntentEventRow, IntentRow


class NoSuchIntent(LookupError):
    """Nothing was prepared for this claim, version and kind."""

    def __init__(self, claim_no: str, version: int, kind: str) -> None:
        self.claim_no, self.version, self.kind = claim_no, version, kind
        super().__init__(f"Nothing was prepared for claim {claim_no} version {version} ({kind}).")


@dataclass(frozen=True)
class IntentView:
    """How far a sending got; `receipt` is the payer's number once it is confirmed.

    `fence` is that under which it was armed last; None before, and over an interface with a key.
    """

    payer: str
    claim_no: str
    version: int
    kind: str
    state: str
    attempt: int
    receipt: str
    fence: int | None
    changed_at: datetime


@dataclass(frozen=True)
class IntentEventView:
    """One state that an intent went through.

    `maker` is empty when nobody said who moves; `evidence_head` is the hash that ends the chain
    of evidence at this moment; `request_digest` is the SHA-256 of the request as it really went.
    """

    version: int
    kind: str
    state: str
    attempt: int
    detail: str
    at: datetime
    maker: str
    fence: int | None
    request_digest: str
    answered_status: int | None
    answered_location: str
    evidence_head: str


def intent_of(s: Session, payer: str, claim_no: str, version: int, kind: IntentKind) -> IntentView:
    """Raises: NoSuchIntent."""
    row = s.get(IntentRow, (payer, claim_no, version, kind))
    if row is None:
        raise NoSuchIntent(claim_no, version, kind)
    return view_of(row)


def may_have_arrived(s: Session, payer: str, claim_no: str, version: int, kind: IntentKind) -> bool:
    """Whether the payer may have this version, though it has not confirmed it."""
    row = s.get(IntentRow, (payer, claim_no, version, kind))
    return row is not None and row.state in MAY_HAVE_ARRIVED


def open_intents(s: Session, payer: str) -> list[IntentView]:
    """All that may have arrived at this payer and have no end, the longest waiting first."""
    statement = select(IntentRow).where(
        IntentRow.payer == payer, col(IntentRow.state).in_(sorted(MAY_HAVE_ARRIVED))
    )
    ordered = statement.order_by(col(IntentRow.changed_at), col(IntentRow.claim_no))
    return [view_of(row) for row in s.exec(ordered).all()]


def intents_of(s: Session, payer: str, since: datetime) -> list[IntentView]:
    """Every intent that changed at `since` or later, in whatever state, the oldest first."""
    statement = select(IntentRow).where(IntentRow.payer == payer, IntentRow.changed_at >= since)
    ordered = statement.order_by(col(IntentRow.changed_at), col(IntentRow.claim_no))
    return [view_of(row) for row in s.exec(ordered).all()]


def intent_history(s: Session, claim_no: str) -> list[IntentEventView]:
    """Every state of every intent of a claim, oldest first."""
    statement = select(IntentEventRow).where(IntentEventRow.claim_no == claim_no)
    return [_event(row) for row in s.exec(statement.order_by(col(IntentEventRow.id))).all()]


def locked_intent(
    s: Session, payer: str, claim_no: str, version: int, kind: IntentKind
) -> IntentRow:
    """The row, locked until the transaction ends. Raises: NoSuchIntent."""
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


def view_of(row: IntentRow) -> IntentView:
    """What callers see of a row."""
    return IntentView(
        payer=row.payer,
        claim_no=row.claim_no,
        version=row.version,
        kind=row.kind,
        state=row.state,
        attempt=row.attempt,
        receipt=row.receipt,
        fence=row.fence,
        changed_at=row.changed_at,
    )


def _event(row: IntentEventRow) -> IntentEventView:
    return IntentEventView(
        version=row.version,
        kind=row.kind,
        state=row.state,
        attempt=row.attempt,
        detail=row.detail,
        at=row.at,
        maker=row.maker,
        fence=row.fence,
        request_digest=row.request_digest,
        answered_status=row.answered_status,
        answered_location=row.answered_location,
        evidence_head=row.evidence_head,
    )
