"""What a run at a portal means for the claim, written into our books: each outcome is a fact."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from activities.claim_notes import intent_kind, poll_s
from activities.hand_ins import ClaimHandIn, HandIn
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

    def __init__(self, what: str, number: str, proof: str) -> None:
        self.number, self.proof = number, proof
        super().__init__(f"{what} {number} was not handed in: {proof}.")


def found(
    world: World,
    thing: HandIn,
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
            thing.taken(session, world, ours[0].receipt)
        again = poll_s(world, thing.payer)
        return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, ours[0].receipt, "", again)
    if len(ours) > 1:
        return for_a_person(world, thing, f"{len(ours)} like ours are there")
    is_asked = last.attempt >= MOST_ATTEMPTS or last.state == "human"
    is_proof = listing.authoritative and not is_asked
    match absence_of(world, last, tickets, waits_s, is_proof=is_proof):
        case Absence.WAIT:
            wait_s = waits_s or listing.lag_minutes * 60
            return SubmissionFacts(SubmissionStatus.UNKNOWN, "", "not in the list yet", wait_s)
        case Absence.PERSON:
            told = f"not in the list, and the list is no proof{_TOLD.get(tickets.news, '')}"
            return for_a_person(world, thing, told)
    _note(world, thing, "not_sent", "absent after the settling time", _LOOK)
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
    world: World, thing: HandIn, outcome: SubmitOutcome, listing: Listing
) -> SubmissionFacts:
    """Write down how a hand-in ended. Raises: NotHandedIn, PortalLayoutChanged."""
    settle_s = listing.lag_minutes * 60
    match outcome:
        case Submitted() | AlreadyThere():
            receipt = outcome.receipt if isinstance(outcome, Submitted) else outcome.claim.receipt
            with world.writing() as session:
                thing.taken(session, world, receipt)
            again = poll_s(world, thing.payer)
            return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, receipt, "", again)
        case Accepted():
            # Taken in is not taken on: only the list proves it.
            told = f"taken in under {outcome.ticket}, not in the list yet"
            return SubmissionFacts(SubmissionStatus.UNKNOWN, "", told, settle_s)
        case Rejected():
            return _rejected(world, thing, outcome)
        case NotSent():
            _note_if_armed(world, thing, outcome.proof)
            raise NotHandedIn(thing.what, thing.number, outcome.proof)
        case LayoutChanged():
            _note_if_armed(world, thing, outcome.detail)
            raise PortalLayoutChanged(outcome.page, outcome.detail, (), outcome.dissents)
        case _:
            if not _may_have_arrived(world, thing):
                return for_a_person(world, thing, outcome.detail)
            _note(world, thing, "unknown", outcome.detail, _BOT)
            return SubmissionFacts(SubmissionStatus.UNKNOWN, "", outcome.detail, settle_s)


def refused_later(world: World, thing: HandIn, outcome: Rejected) -> SubmissionFacts:
    """A ticket that was given at the click was refused after it."""
    return _rejected(world, thing, outcome, by=_LOOK)


def taken_back(world: World, claim: ClaimView, receipts: Sequence[str]) -> None:
    """The claim was voided, or looked for and not there: its sending has an end as well."""
    with world.writing() as session:
        thing, kind = ClaimHandIn(claim), intent_kind(claim)
        is_open = intents.may_have_arrived(
            session, claim.payer, claim.claim_no, claim.version, kind
        )
        if is_open and receipts:
            thing.note(session, world, "confirmed", receipts[0], _LOOK)
        elif is_open and not _is_with_a_person(session, claim):
            thing.note(session, world, "not_sent", "absent when it was taken back", _LOOK)
        claims.move_claim(
            session, claim.claim_no, ClaimStatus.REVERSED, key="reversed", now=world.now()
        )


def _is_with_a_person(session: Session, claim: ClaimView) -> bool:
    kind = intent_kind(claim)
    found = intents.intent_of(session, claim.payer, claim.claim_no, claim.version, kind)
    return found.state == "human"


def for_a_person(world: World, thing: HandIn, why: str) -> SubmissionFacts:
    """Only a person can tell whether it is there, from here on."""
    if _state(world, thing) != "human":
        _note(world, thing, "human", why, _LOOK)
    return SubmissionFacts(SubmissionStatus.UNKNOWN, "", why, 0)


def _rejected(
    world: World, thing: HandIn, outcome: Rejected, *, by: IntentMaker = _BOT
) -> SubmissionFacts:
    with world.writing() as session:
        thing.refused(session, world, outcome, by)
    return SubmissionFacts(SubmissionStatus.REJECTED, detail="; ".join(outcome.messages))


def _note_if_armed(world: World, thing: HandIn, proof: str) -> None:
    """A bot that lives and kept its latch shut proves that nothing was sent."""
    if _may_have_arrived(world, thing):
        _note(world, thing, "not_sent", proof, _BOT)


def _may_have_arrived(world: World, thing: HandIn) -> bool:
    return _state(world, thing) in MAY_HAVE_ARRIVED


def _state(world: World, thing: HandIn) -> str:
    with world.database.reading() as session:
        return intents.intent_of(
            session, thing.payer, thing.number, thing.version, thing.kind
        ).state


def _note(world: World, thing: HandIn, state: IntentState, detail: str, by: IntentMaker) -> None:
    with world.writing() as session:
        thing.note(session, world, state, detail, by)
