"""What a run at a portal means for the claim, written into our books: each outcome is a fact."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from activities.claim_notes import intent_kind, note_submitted, poll_s
from activities.portal_access import Access
from activities.portal_journal import LastSending
from activities.portal_tickets import OurTickets
from activities.world import World
from bots.portal.definition import Listing
from bots.portal.refusals import PortalLayoutChanged
from bots.portal.values import (
    Accepted,
    AlreadyThere,
    LayoutChanged,
    NotSent,
    PortalClaim,
    Rejected,
    SubmitOutcome,
    Submitted,
)
from domain.facts import SubmissionFacts, SubmissionStatus
from domain.intent import (
    MAY_HAVE_ARRIVED,
    Absence,
    IntentMaker,
    IntentState,
    TicketNews,
    what_absence_means,
)
from domain.lifecycle import ClaimStatus
from store import claims, intents
from store.claims import ClaimView
from store.portal_runs import Step

__all__ = ["Access", "Step", "found", "handed_in", "taken_back"]

MOST_ATTEMPTS = 2
NO_TICKETS = OurTickets(is_used=False)
_TOLD = {
    TicketNews.NOT_TOLD: ": the portal takes claims in first and shows no ticket of ours",
    TicketNews.WAITING: ": our ticket is worked on for longer than the portal ever takes",
    TicketNews.TAKEN: ": our ticket was taken long ago",
    TicketNews.SEVERAL: ": more than one ticket is ours",
}
_BOT, _LOOK = IntentMaker.BOT, IntentMaker.LOOK


class NotHandedIn(RuntimeError):
    """Surely nothing left the house; the next attempt may send."""

    def __init__(self, claim_no: str, proof: str) -> None:
        self.claim_no, self.proof = claim_no, proof
        super().__init__(f"Claim {claim_no} was not handed in: {proof}.")


def found(
    world: World,
    claim: ClaimView,
    last: LastSending,
    listing: Listing,
    seen: Sequence[PortalClaim],
    waits_s: int,
    tickets: OurTickets = NO_TICKETS,
) -> SubmissionFacts:
    """What the list says of an earlier click: it is there, it is not, or a person must look.

    What the list lacks is no proof of absence while a ticket is worked on.
    """
    ours = seen
    if not listing.echoes_reference:
        # Without our reference in the list, ours is what was not there before the click.
        ours = [one for one in seen if one.receipt not in last.counted]
    if len(ours) == 1:
        with world.writing() as session:
            note_submitted(session, world, claim, ours[0].receipt)
        again = poll_s(world, claim.payer)
        return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, ours[0].receipt, "", again)
    if len(ours) > 1:
        return for_a_person(world, claim, f"{len(ours)} claims like ours are there")
    is_asked = last.attempt >= MOST_ATTEMPTS or last.state == "human"
    is_proof = listing.authoritative and not is_asked
    match absence_of(world, last, tickets, waits_s, is_proof=is_proof):
        case Absence.WAIT:
            wait_s = waits_s or listing.lag_minutes * 60
            return SubmissionFacts(SubmissionStatus.UNKNOWN, "", "not in the list yet", wait_s)
        case Absence.PERSON:
            told = f"not in the list, and the list is no proof{_TOLD.get(tickets.news, '')}"
            return for_a_person(world, claim, told)
    _note(world, claim, "not_sent", "absent after the settling time", _LOOK)
    return SubmissionFacts(SubmissionStatus.ABSENT)


def absence_of(
    world: World, last: LastSending, tickets: OurTickets, waits_s: int, *, is_proof: bool
) -> Absence:
    """What it means that the list lacks a claim, `waits_s` before it must show it."""
    return what_absence_means(
        tickets.news,
        is_settled=not waits_s,
        is_proof=is_proof,
        is_overdue=not last.is_younger_than(tickets.longest, world.now()),
    )


def handed_in(
    world: World, claim: ClaimView, outcome: SubmitOutcome, listing: Listing
) -> SubmissionFacts:
    """Write down how a hand-in ended. Raises: NotHandedIn, PortalLayoutChanged."""
    settle_s = listing.lag_minutes * 60
    match outcome:
        case Submitted() | AlreadyThere():
            receipt = outcome.receipt if isinstance(outcome, Submitted) else outcome.claim.receipt
            with world.writing() as session:
                note_submitted(session, world, claim, receipt)
            again = poll_s(world, claim.payer)
            return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, receipt, "", again)
        case Accepted():
            # Taken in is not taken on: only the list proves it.
            told = f"taken in under {outcome.ticket}, not in the list yet"
            return SubmissionFacts(SubmissionStatus.UNKNOWN, "", told, settle_s)
        case Rejected():
            return _rejected(world, claim, outcome)
        case NotSent():
            _note_if_armed(world, claim, outcome.proof)
            raise NotHandedIn(claim.claim_no, outcome.proof)
        case LayoutChanged():
            _note_if_armed(world, claim, outcome.detail)
            raise PortalLayoutChanged(outcome.page, outcome.detail, (), outcome.dissents)
        case _:
            if not _may_have_arrived(world, claim):
                return for_a_person(world, claim, outcome.detail)
            _note(world, claim, "unknown", outcome.detail, _BOT)
            return SubmissionFacts(SubmissionStatus.UNKNOWN, "", outcome.detail, settle_s)


def refused_later(world: World, claim: ClaimView, outcome: Rejected) -> SubmissionFacts:
    """A ticket that was given at the click was refused after it."""
    return _rejected(world, claim, outcome, by=_LOOK)


def taken_back(world: World, claim: ClaimView, receipts: Sequence[str]) -> None:
    """The claim was voided, or looked for and not there: its sending has an end as well."""
    with world.writing() as session:
        kind = intent_kind(claim)
        is_open = intents.may_have_arrived(
            session, claim.payer, claim.claim_no, claim.version, kind
        )
        if is_open and receipts:
            _note_in(session, world, claim, "confirmed", receipts[0], _LOOK)
        elif is_open and not _is_with_a_person(session, claim):
            _note_in(session, world, claim, "not_sent", "absent when it was taken back", _LOOK)
        claims.move_claim(
            session, claim.claim_no, ClaimStatus.REVERSED, key="reversed", now=world.now()
        )


def _is_with_a_person(session: Session, claim: ClaimView) -> bool:
    kind = intent_kind(claim)
    found = intents.intent_of(session, claim.payer, claim.claim_no, claim.version, kind)
    return found.state == "human"


def for_a_person(world: World, claim: ClaimView, why: str) -> SubmissionFacts:
    """Only a person can tell whether it is there, from here on."""
    if _state(world, claim) != "human":
        _note(world, claim, "human", why, _LOOK)
    return SubmissionFacts(SubmissionStatus.UNKNOWN, "", why, 0)


def _rejected(
    world: World, claim: ClaimView, outcome: Rejected, *, by: IntentMaker = _BOT
) -> SubmissionFacts:
    told = "; ".join(outcome.messages)
    with world.writing() as session:
        claims.move_claim(
            session,
            claim.claim_no,
            ClaimStatus.REJECTED,
            key=f"rejected:{claim.version}",
            now=world.now(),
            denial_code=outcome.cause or "form",
            denial_text=told,
        )
        _note_in(session, world, claim, "rejected", "the form was refused", by)
    return SubmissionFacts(SubmissionStatus.REJECTED, detail=told)


def _note_if_armed(world: World, claim: ClaimView, proof: str) -> None:
    """A bot that lives and kept its latch shut proves that nothing was sent."""
    if _may_have_arrived(world, claim):
        _note(world, claim, "not_sent", proof, _BOT)


def _may_have_arrived(world: World, claim: ClaimView) -> bool:
    return _state(world, claim) in MAY_HAVE_ARRIVED


def _state(world: World, claim: ClaimView) -> str:
    with world.database.reading() as session:
        kind = intent_kind(claim)
        return intents.intent_of(session, claim.payer, claim.claim_no, claim.version, kind).state


def _note(world: World, claim: ClaimView, state: IntentState, detail: str, by: IntentMaker) -> None:
    with world.writing() as session:
        _note_in(session, world, claim, state, detail, by)


def _note_in(
    session: Session,
    world: World,
    claim: ClaimView,
    state: IntentState,
    detail: str,
    by: IntentMaker,
) -> None:
    intents.note_intent(
        session,
        claim.payer,
        claim.claim_no,
        claim.version,
        intent_kind(claim),
        state,
        now=world.now(),
        detail=detail,
        by=by,
    )
