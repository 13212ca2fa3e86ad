"""What is handed in at a portal, and what its end means in our books: a claim, or an appeal.

Apart from the steps and from the outcomes, which are the same for everything that is handed in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from sqlmodel import Session

from activities.claim_notes import intent_kind, note_appealed, note_submitted
from activities.world import World
from bots.portal.values import Rejected
from domain.intent import IntentKind, IntentMaker, IntentState
from domain.lifecycle import ClaimStatus
from store import claims, intents
from store.claims import ClaimView


class HandIn(ABC):
    """One thing on its way; the journal knows it by payer, number, version and kind."""

    payer: str
    number: str
    version: int
    kind: IntentKind
    what: str
    """What it is called in messages."""
    waits_as: ClaimStatus | None = None
    """Where the claim stands while this is under way."""
    claim: ClaimView | None
    """Whose pictures its runs are; None when it is about no claim."""

    @abstractmethod
    def taken(self, session: Session, world: World, receipt: str) -> None:
        """The payer has it, under this number."""

    @abstractmethod
    def refused(self, session: Session, world: World, outcome: Rejected, by: IntentMaker) -> None:
        """The portal's own checks said no."""

    def note(
        self,
        session: Session,
        world: World,
        state: IntentState,
        detail: str,
        by: IntentMaker | None,
    ) -> None:
        """Write one state of its sending down."""
        intents.note_intent(
            session,
            self.payer,
            self.number,
            self.version,
            self.kind,
            state,
            now=world.now(),
            detail=detail,
            by=by,
        )


class _OfClaim(HandIn):
    """What goes in for one version of a claim."""

    def __init__(self, claim: ClaimView) -> None:
        self._of = self.claim = claim
        self.payer, self.number, self.version = claim.payer, claim.claim_no, claim.version


class ClaimHandIn(_OfClaim):
    """The claim itself."""

    what = "Claim"
    waits_as = ClaimStatus.DRAFTED

    def __init__(self, claim: ClaimView) -> None:
        super().__init__(claim)
        self.kind = intent_kind(claim)

    def taken(self, session: Session, world: World, receipt: str) -> None:
        """It is submitted."""
        note_submitted(session, world, self._of, receipt)

    def refused(self, session: Session, world: World, outcome: Rejected, by: IntentMaker) -> None:
        """It is rejected at the door; a corrected one is its next version."""
        claims.move_claim(
            session,
            self.number,
            ClaimStatus.REJECTED,
            key=f"rejected:{self.version}",
            now=world.now(),
            denial_code=outcome.cause or "form",
            denial_text="; ".join(outcome.messages),
        )
        self.note(session, world, "rejected", "the form was refused", by)


class AppealHandIn(_OfClaim):
    """An appeal against the denial of one version: there is at most one."""

    what = "The appeal of claim"
    kind: IntentKind = "appeal"
    waits_as = ClaimStatus.DENIED

    def taken(self, session: Session, world: World, receipt: str) -> None:
        """The claim is appealed, and waits for the payer once more."""
        note_appealed(session, world, self._of, receipt)

    def refused(self, session: Session, world: World, outcome: Rejected, by: IntentMaker) -> None:
        """The claim stays denied."""
        told = "; ".join(outcome.messages)
        self.note(session, world, "rejected", told, by)
