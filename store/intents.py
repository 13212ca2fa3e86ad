"""The intent journal: what is about to be sent to a payer, written before anything leaves.

A record, not an engine: it tells whoever comes next how far the sender got. Which state may
follow which is told by the table in `domain/intent.py`.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from domain.intent import (
    MAY_HAVE_ARRIVED,
    NEEDED,
    STATES,
    IntentKind,
    IntentMaker,
    IntentMoveNotAllowed,
    IntentState,
    may_move,
)
from store.intent_views import (
    IntentEventView,
    IntentView,
    NoSuchIntent,
    intent_history,
    intent_of,
    intents_of,
    locked_intent,
    may_have_arrived,
    open_intents,
    view_of,
)
from store.portal_leases import Fence, require_shown
from store.rows import FactDiffers, insert_once
from store.tables_cases import IntentEventRow, IntentRow

__all__ = [
    "MAY_HAVE_ARRIVED",
    "ArmedUnderAnotherFence",
    "IntentEventView",
    "IntentKind",
    "IntentMaker",
    "IntentMoveNotAllowed",
    "IntentNoteIncomplete",
    "IntentState",
    "IntentView",
    "NoSuchIntent",
    "intent_history",
    "intent_of",
    "intents_of",
    "may_have_arrived",
    "note_intent",
    "open_intents",
    "prepare_intent",
]


class IntentNoteIncomplete(ValueError):
    """A note lacks what its state is worth nothing without."""

    def __init__(self, claim_no: str, version: int, state: str) -> None:
        self.claim_no, self.version, self.state = claim_no, version, state
        super().__init__(f"Claim {claim_no} version {version}: {state} needs a {NEEDED[state]}.")


class ArmedUnderAnotherFence(RuntimeError):
    """Whoever sends or was answered is not who armed: only looking helps."""

    def __init__(self, claim_no: str, version: int, armed: int | None, shown: int | None) -> None:
        self.claim_no, self.version = claim_no, version
        self.armed, self.shown = armed, shown
        super().__init__(
            f"Claim {claim_no} version {version} was armed under fence {armed}, not {shown}."
        )


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
    row = locked_intent(s, payer, claim_no, version, kind)
    if row.digest != digest:
        raise FactDiffers(f"Claim {claim_no} version {version}", f"content of the {kind}")
    if row.state == "not_sent":
        row.state, row.attempt, row.fence = "prepared", row.attempt + 1, None
        row.changed_at = now
        s.flush()
        inserted = True
    if inserted:
        insert_once(s, _event(row, now, ""))
    return view_of(row)


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
    by: IntentMaker | None = None,
    fence: Fence | None = None,
    request_digest: str = "",
    answered_status: int | None = None,
    answered_location: str = "",
    evidence_head: str = "",
) -> IntentView:
    """Note the next state, when the table lets `by` make that move (None: anybody it names).

    With `confirmed`, `detail` is the payer's number (the receipt), with `sending` the digest of
    the request that the page is about to make, with `not_sent` the proof. A lease's `fence` is
    checked and locked in this transaction, before the intent; it carries real time, while `now`
    is the business time of the note. Of `answered_location` only the part before `?` is kept.
    A confirmed intent stays so: a second confirmation with another receipt is refused.
    Raises: FenceLost, NoSuchIntent, IntentNoteIncomplete, IntentMoveNotAllowed,
    ArmedUnderAnotherFence, FactDiffers.
    """
    if fence is not None:
        require_shown(s, fence)
    row = locked_intent(s, payer, claim_no, version, kind)
    if row.state == "confirmed":
        if state != "confirmed" or (detail and detail != row.receipt):
            raise FactDiffers(f"Claim {claim_no} version {version}", f"receipt of the {kind}")
        return view_of(row)
    if state in NEEDED and not detail:
        raise IntentNoteIncomplete(claim_no, version, state)
    _check_move(row, state, by, fence)
    row.state, row.changed_at = state, now
    if state == "armed":
        row.fence = None if fence is None else fence.number
    if state == "confirmed":
        row.receipt = detail
    s.flush()
    event = _event(row, now, detail)
    event.maker = "" if by is None else by.value
    event.fence = None if fence is None else fence.number
    event.request_digest, event.evidence_head = request_digest, evidence_head
    event.answered_status = answered_status
    # What follows may name a person.
    event.answered_location = answered_location.partition("?")[0]
    insert_once(s, event)
    return view_of(row)


def _check_move(
    row: IntentRow, state: IntentState, by: IntentMaker | None, fence: Fence | None
) -> None:
    before = next(known for known in STATES if known == row.state)
    makers = set(IntentMaker) if by is None else {by}
    if fence is not None:
        # An interface with a key has no lease; what shows one may not arm twice.
        makers.discard(IntentMaker.CONNECTOR)
    if not may_move(before, state, makers):
        raise IntentMoveNotAllowed(row.claim_no, row.version, before, state)
    shown = None if fence is None else fence.number
    if state in ("sending", "answered") and row.fence != shown:
        raise ArmedUnderAnotherFence(row.claim_no, row.version, row.fence, shown)


def _event(row: IntentRow, now: datetime, detail: str) -> IntentEventRow:
    return IntentEventRow(
        payer=row.payer,
        claim_no=row.claim_no,
        version=row.version,
        kind=row.kind,
        state=row.state,
        attempt=row.attempt,
        detail=detail,
        at=now,
    )
