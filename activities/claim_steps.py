"""One claim with a payer that has an API, and what is the same for every payer."""

from __future__ import annotations

from sqlmodel import Session

from activities import appealing, filing, writing_off
from activities.beating import step
from activities.claim_notes import (
    DECIDED,
    acknowledged,
    claim_facts,
    intent_kind,
    note_answer,
    note_submitted,
    poll_s,
    submission_of,
)
from activities.decisions import stored_decision
from activities.filing import wake_warning
from activities.refusals import StepOutOfOrder
from activities.signatures import ClaimSteps
from activities.world import World
from connectors.http import Refused
from connectors.payer import ClaimSubmission
from domain.appeal import AppealChance
from domain.difference_facts import WriteOff
from domain.facts import (
    ClaimFacts,
    ClaimPlan,
    ClaimStart,
    SubmissionFacts,
    SubmissionStatus,
)
from domain.lifecycle import CaseEvent, ClaimStatus
from domain.review import Decision
from store import cases, claims, intents, money, reviews
from store.claims import ClaimView
from store.rows import digest_of


class ClaimActivities(ClaimSteps):
    """The steps of a claim, on the queue `cases`."""

    def __init__(self, world: World) -> None:
        self.world = world

    @step
    def prepare_claim(self, start: ClaimStart) -> ClaimPlan:
        """Draft the claim for what is open with this payer, and say how it is handed in."""
        world = self.world
        with world.writing() as session:
            item = next(
                (i for i in money.items_of(session, start.order_no) if i.item_no == start.claim_no),
                None,
            )
            if item is None:
                raise StepOutOfOrder(start.claim_no, "an open item")
            claim = claims.draft_claim(
                session,
                claim_no=start.claim_no,
                case_no=start.order_no,
                payer=start.payer,
                sequence=start.sequence,
                billed=item.amount,
                now=world.now(),
            )
            cases.move_case(
                session,
                start.order_no,
                CaseEvent.CLAIM_OPENED,
                key=f"claim:{claim.claim_no}:{claim.version}",
                now=world.now(),
            )
            file_by = filing.filed_by(session, world, start.order_no, start.payer)
        by_portal = world.counterparties.payer(start.payer).way == "portal"
        return ClaimPlan(claim.version, by_portal, claim.billed, world.today(), file_by)

    @step
    def submit_claim(self, claim_no: str) -> SubmissionFacts:
        """Hand one version in over the API, journalled before and after; twice is once."""
        world = self.world
        with world.writing() as session:
            claim = claims.claim_of(session, claim_no)
            again = poll_s(world, claim.payer)
            if claim.status is not ClaimStatus.DRAFTED:
                return acknowledged(claim, again)
            last_day = filing.window_over(session, world, claim)
            submission = self._armed(session, claim) if last_day is None else None
        if submission is None:
            return self._late(claim, f"{last_day}", again)
        try:
            receipt = world.payers[claim.payer].submit(submission)
        except Refused as refusal:
            return self._rejected(claim, refusal)
        with world.writing() as session:
            note_submitted(session, world, claim, receipt.payer_claim_no)
        return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, receipt.payer_claim_no, "", again)

    def _armed(self, session: Session, claim: ClaimView) -> ClaimSubmission:
        """What is sent, once the journal says that it may arrive."""
        world, kind = self.world, intent_kind(claim)
        intents.prepare_intent(
            session,
            payer=claim.payer,
            claim_no=claim.claim_no,
            version=claim.version,
            kind=kind,
            digest=digest_of([claim.claim_no, claim.version, claim.billed.minor]),
            now=world.now(),
        )
        intents.note_intent(
            session, claim.payer, claim.claim_no, claim.version, kind, "armed", now=world.now()
        )
        return submission_of(session, claim)

    def _late(self, claim: ClaimView, last_day: str, again: int) -> SubmissionFacts:
        """Nothing is sent; but what was sent in time may have lost its answer, so ask for it."""
        world = self.world
        found = world.payers[claim.payer].find(claim.claim_no, claim.version)
        if found is None:
            return SubmissionFacts(SubmissionStatus.LATE, detail=last_day)
        with world.writing() as session:
            # A restored store may have lost that it was ever sent.
            self._armed(session, claim)
            note_submitted(session, world, claim, found.payer_claim_no)
        return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, found.payer_claim_no, "", again)

    def _rejected(self, claim: ClaimView, refusal: Refused) -> SubmissionFacts:
        world = self.world
        with world.writing() as session:
            intents.note_intent(
                session,
                claim.payer,
                claim.claim_no,
                claim.version,
                intent_kind(claim),
                "rejected",
                now=world.now(),
                detail=refusal.error,
            )
            claims.move_claim(
                session,
                claim.claim_no,
                ClaimStatus.REJECTED,
                key=f"rejected:{claim.version}",
                now=world.now(),
                denial_code=refusal.error,
                denial_text=refusal.field,
            )
        detail = f"{refusal.error} {refusal.field}".strip()
        return SubmissionFacts(SubmissionStatus.REJECTED, detail=detail)

    @step
    def ask_payer(self, claim_no: str) -> ClaimFacts:
        """Look into our books first, then ask the payer where the claim stands."""
        world = self.world
        with world.database.reading() as session:
            claim = claims.claim_of(session, claim_no)
        if claim.status in DECIDED:
            return claim_facts(world, claim, look_again_s=0)
        if claim.status is ClaimStatus.DRAFTED or claim.payer_claim_no is None:
            raise StepOutOfOrder(claim_no, "its receipt")
        theirs = world.payers[claim.payer].status(claim.payer_claim_no)
        with world.writing() as session:
            claim = note_answer(session, world, claim_no, theirs)
        return claim_facts(world, claim, look_again_s=poll_s(world, claim.payer))

    @step
    def reverse_claim(self, claim_no: str) -> None:
        """Take a claim back from the payer; twice is once."""
        world = self.world
        with world.database.reading() as session:
            claim = claims.claim_of(session, claim_no)
        number = claim.payer_claim_no
        if number is None:
            found = world.payers[claim.payer].find(claim_no, claim.version)
            number = found.payer_claim_no if found else None
        if number is not None:
            world.payers[claim.payer].reverse(f"{claim_no}:reverse", number)
        with world.writing() as session:
            claims.move_claim(
                session, claim_no, ClaimStatus.REVERSED, key="reversed", now=world.now()
            )

    @step
    def correct_claim(self, claim_no: str) -> None:
        """Begin the next version of a denied or rejected claim; twice is once."""
        world = self.world
        with world.writing() as session:
            claim = claims.claim_of(session, claim_no)
            if claim.status not in (ClaimStatus.DENIED, ClaimStatus.REJECTED):
                return
            wake_warning(session, world, claim)
            claims.move_claim(
                session,
                claim_no,
                ClaimStatus.DRAFTED,
                key=f"corrected:{claim.version + 1}",
                now=world.now(),
                version=claim.version + 1,
                denial_code="",
                denial_text="",
            )

    @step
    def settle_submission(self, decision: Decision) -> SubmissionFacts:
        """Do as a person found out: it is there, it is not there, or it was done by hand."""
        world = self.world
        with world.writing() as session:
            review = reviews.review_of(session, decision.review_no)
            stored = stored_decision(session, decision.review_no, decision.outcome)
            claim = claims.claim_of(session, review.subject)
            again = poll_s(world, claim.payer)
            if claim.status is not ClaimStatus.DRAFTED:
                # The daily comparison found it in the list before the person had answered.
                return acknowledged(claim, again)
            if stored.outcome in ("it_is_there", "done_by_hand"):
                note_submitted(session, world, claim, stored.value)
                return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, stored.value, "", again)
            intents.note_intent(
                session,
                claim.payer,
                claim.claim_no,
                claim.version,
                intent_kind(claim),
                "not_sent",
                now=world.now(),
                detail=stored.decision_no,
            )
        return SubmissionFacts(SubmissionStatus.ABSENT, detail="one more attempt is allowed")

    @step
    def open_appeal(self, decision: Decision) -> AppealChance:
        """See `activities/appealing.py`."""
        return appealing.open_appeal(self.world, decision)

    @step
    def settle_appeal(self, decision: Decision) -> SubmissionFacts:
        """See `activities/appealing.py`."""
        return appealing.settle_appeal(self.world, decision)

    @step
    def let_late_in(self, decision: Decision) -> None:
        """See `activities/filing.py`."""
        filing.let_late_in(self.world, decision)

    @step
    def write_off(self, write_off: WriteOff) -> None:
        """See `activities/writing_off.py`."""
        writing_off.write_off(self.world, write_off)
