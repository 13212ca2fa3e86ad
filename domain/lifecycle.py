"""THE TABLE: every stage of a case, every allowed move, the event that makes it, and who may.

A move that is not in the table is refused. Read it from top to bottom: it is an order's life.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CaseStage(StrEnum):
    """Where a case stands; also the search attribute CaseStage."""

    OPENED = "opened"
    RESERVED = "reserved"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    INVOICED = "invoiced"
    CLAIMING = "claiming"
    COLLECTING = "collecting"
    CLOSED = "closed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Actor(StrEnum):
    """Who may cause a move."""

    LIFE = "life"
    PERSON = "person"


class CaseEvent(StrEnum):
    """What happened, in the past tense."""

    ORDER_OPENED = "OrderOpened"
    LOTS_RESERVED = "LotsReserved"
    GOODS_SHIPPED = "GoodsShipped"
    DELIVERY_PROVED = "DeliveryProved"
    GOODS_RETURNED = "GoodsReturned"
    INVOICE_ISSUED = "InvoiceIssued"
    CLAIM_OPENED = "ClaimOpened"
    CLAIMS_DECIDED = "ClaimsDecided"
    MONEY_RECONCILED = "MoneyReconciled"
    CASE_CANCELLED = "CaseCancelled"
    CORRECTED_BY_HAND = "CorrectedByHand"


@dataclass(frozen=True)
class Move:
    """One allowed step of a case."""

    before: CaseStage | None
    event: CaseEvent
    after: CaseStage
    actor: Actor = Actor.LIFE


_S, _E = CaseStage, CaseEvent

TABLE: tuple[Move, ...] = (
    Move(None, _E.ORDER_OPENED, _S.OPENED),
    Move(_S.OPENED, _E.LOTS_RESERVED, _S.RESERVED),
    Move(_S.RESERVED, _E.GOODS_SHIPPED, _S.SHIPPED),
    Move(_S.SHIPPED, _E.DELIVERY_PROVED, _S.DELIVERED),
    Move(_S.SHIPPED, _E.GOODS_RETURNED, _S.RETURNED),
    Move(_S.DELIVERED, _E.INVOICE_ISSUED, _S.INVOICED),
    Move(_S.INVOICED, _E.CLAIM_OPENED, _S.CLAIMING),
    Move(_S.CLAIMING, _E.CLAIM_OPENED, _S.CLAIMING),
    Move(_S.CLAIMING, _E.CLAIMS_DECIDED, _S.COLLECTING),
    Move(_S.COLLECTING, _E.MONEY_RECONCILED, _S.CLOSED),
    Move(_S.OPENED, _E.CASE_CANCELLED, _S.CANCELLED, Actor.PERSON),
    Move(_S.RESERVED, _E.CASE_CANCELLED, _S.CANCELLED, Actor.PERSON),
    Move(_S.SHIPPED, _E.CASE_CANCELLED, _S.CANCELLED, Actor.PERSON),
    Move(_S.DELIVERED, _E.CASE_CANCELLED, _S.CANCELLED, Actor.PERSON),
    Move(_S.INVOICED, _E.CASE_CANCELLED, _S.CANCELLED, Actor.PERSON),
    Move(_S.CLAIMING, _E.CASE_CANCELLED, _S.CANCELLED, Actor.PERSON),
    Move(_S.OPENED, _E.CORRECTED_BY_HAND, _S.OPENED, Actor.PERSON),
    Move(_S.RESERVED, _E.CORRECTED_BY_HAND, _S.RESERVED, Actor.PERSON),
    Move(_S.SHIPPED, _E.CORRECTED_BY_HAND, _S.SHIPPED, Actor.PERSON),
    Move(_S.DELIVERED, _E.CORRECTED_BY_HAND, _S.DELIVERED, Actor.PERSON),
)

ENDED = frozenset({CaseStage.CLOSED, CaseStage.RETURNED, CaseStage.CANCELLED})
"""Stages that a case never leaves."""


class MoveNotAllowed(ValueError):
    """The table has no such move."""

    def __init__(self, stage: CaseStage | None, event: CaseEvent) -> None:
        self.stage, self.event = stage, event
        super().__init__(f"{event} cannot happen while the case is {stage or 'not there'}.")


def stage_after(stage: CaseStage | None, event: CaseEvent) -> CaseStage:
    """Return the stage that `event` leads to. Raises: MoveNotAllowed."""
    for move in TABLE:
        if move.before == stage and move.event == event:
            return move.after
    raise MoveNotAllowed(stage, event)


def actor_of(event: CaseEvent) -> Actor:
    """Return who may cause this event."""
    return next(move.actor for move in TABLE if move.event == event)


class ClaimStatus(StrEnum):
    """Where one claim with one payer stands."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    APPROVED = "approved"
    DENIED = "denied"
    APPEALED = "appealed"
    REMITTED = "remitted"
    PAID = "paid"
    PARTLY_PAID = "partly_paid"
    UNPAID = "unpaid"
    WRITTEN_OFF = "written_off"
    REVERSED = "reversed"


WITH_THE_PAYER = frozenset({ClaimStatus.SUBMITTED, ClaimStatus.APPEALED, ClaimStatus.APPROVED})
"""Claims whose money may come: the payer has them, and has not said no."""

CLAIM_MOVES: dict[ClaimStatus, frozenset[ClaimStatus]] = {
    ClaimStatus.DRAFTED: frozenset(
        {
            ClaimStatus.SUBMITTED,
            ClaimStatus.UNKNOWN,
            ClaimStatus.REJECTED,
            ClaimStatus.REVERSED,
            ClaimStatus.WRITTEN_OFF,
        }
    ),
    ClaimStatus.UNKNOWN: frozenset(
        {ClaimStatus.SUBMITTED, ClaimStatus.DRAFTED, ClaimStatus.REVERSED}
    ),
    ClaimStatus.REJECTED: frozenset(
        {ClaimStatus.DRAFTED, ClaimStatus.WRITTEN_OFF, ClaimStatus.REVERSED}
    ),
    ClaimStatus.SUBMITTED: frozenset(
        {ClaimStatus.APPROVED, ClaimStatus.DENIED, ClaimStatus.REMITTED, ClaimStatus.REVERSED}
    ),
    ClaimStatus.APPROVED: frozenset({ClaimStatus.REMITTED, ClaimStatus.REVERSED}),
    ClaimStatus.DENIED: frozenset(
        {
            ClaimStatus.DRAFTED,
            ClaimStatus.APPEALED,
            ClaimStatus.WRITTEN_OFF,
            ClaimStatus.REVERSED,
        }
    ),
    # A granted appeal is paid like any claim; a dismissed one leaves it denied as before.
    ClaimStatus.APPEALED: frozenset(
        {ClaimStatus.APPROVED, ClaimStatus.DENIED, ClaimStatus.REMITTED, ClaimStatus.REVERSED}
    ),
    ClaimStatus.REMITTED: frozenset(
        {ClaimStatus.PAID, ClaimStatus.PARTLY_PAID, ClaimStatus.UNPAID}
    ),
    ClaimStatus.UNPAID: frozenset(
        {ClaimStatus.PAID, ClaimStatus.PARTLY_PAID, ClaimStatus.WRITTEN_OFF}
    ),
    ClaimStatus.PAID: frozenset(),
    ClaimStatus.PARTLY_PAID: frozenset(),
    ClaimStatus.WRITTEN_OFF: frozenset(),
    ClaimStatus.REVERSED: frozenset(),
}
"""Allowed moves of a claim. DRAFTED comes back with a higher version: a corrected claim."""


class ClaimMoveNotAllowed(ValueError):
    """A claim was asked to make a move that the table does not have."""

    def __init__(self, claim_no: str, before: ClaimStatus, after: ClaimStatus) -> None:
        self.claim_no, self.before, self.after = claim_no, before, after
        super().__init__(f"Claim {claim_no} cannot go from {before} to {after}.")
