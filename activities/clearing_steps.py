"""Clearing a month at a portal: totals from our books, handed in once, and the payer's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlmodel import Session
from temporalio import activity

from activities.claim_notes import poll_s
from activities.decisions import stored_decision
from activities.hand_ins import HandIn
from activities.portal_access import LEASE_S
from activities.portal_handing_in import HandingIn, Pending
from activities.refusals import DecisionNotFound
from activities.signatures import ClearingSteps
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.handed_in import PortalClearing
from bots.portal.listing import standing
from bots.portal.values import Rejected
from domain.clearing import (
    Clearing,
    ClearingDecided,
    ClearingFacts,
    ClearingWanted,
    clearing_no,
    days_of,
    month_before,
)
from domain.facts import SubmissionFacts, SubmissionStatus
from domain.intent import IntentKind, IntentMaker
from store import audit, intents, open_lives, remittances, reviews


class ClearingHandIn(HandIn):
    """One month's application; it moves nothing in our books but its own sending."""

    what = "The clearing"
    kind: IntentKind = "clearing"
    version = 1
    claim = None

    def __init__(self, clearing: Clearing) -> None:
        self.payer, self.number = clearing.portal, clearing.number

    def taken(self, session: Session, world: World, receipt: str) -> None:
        """The payer has it."""
        self.note(session, world, "confirmed", receipt, None)

    def refused(self, session: Session, world: World, outcome: Rejected, by: IntentMaker) -> None:
        """It was not taken; a person sees to it."""
        self.note(session, world, "rejected", "; ".join(outcome.messages), by)


class ClearingActivities(ClearingSteps):
    """The steps on the queues of the portals."""

    def __init__(
        self, world: World, bots: Mapping[str, PortalBot], *, lease_s: int = LEASE_S
    ) -> None:
        self.world, self.handing_in = world, HandingIn(world, bots, lease_s=lease_s)

    @activity.defn
    async def prepare_clearing(self, wanted: ClearingWanted) -> Clearing:
        """Count what the payer's advices of the month pay, as they stand in our books."""
        return await asyncio.to_thread(prepared, self.world, wanted)

    @activity.defn
    async def look_for_clearing_at_portal(self, clearing: Clearing) -> SubmissionFacts:
        """Whether it is there, by our journal first; ABSENT when it may be handed in."""
        known = await asyncio.to_thread(self._confirmed, clearing)
        return known or await self.handing_in.look(await self._pending(clearing))

    @activity.defn
    async def hand_in_clearing_at_portal(self, clearing: Clearing) -> SubmissionFacts:
        """Hand the month's application in, with one click."""
        known = await asyncio.to_thread(self._confirmed, clearing)
        return known or await self.handing_in.hand_in(await self._pending(clearing))

    @activity.defn
    async def ask_about_clearing(self, clearing: Clearing) -> ClearingFacts:
        """Look at the list of clearings for the payer's answer."""
        pending, again = await self._pending(clearing), poll_s(self.world, clearing.portal)
        async with self.handing_in.run(pending.thing, "status"):
            seen = await self.handing_in.bots[clearing.portal].find(pending.typed)
        await asyncio.to_thread(self.handing_in.keep, pending.thing, seen)
        for row in standing(seen.value)[:1]:
            if row.status == "approved":
                await asyncio.to_thread(self._note_answer, clearing, "agreed")
                return ClearingFacts("agreed", row.receipt)
            if row.status == "denied":
                await asyncio.to_thread(self._note_answer, clearing, "differs")
                answer = f"{row.denial_code} {row.denial_text}".strip()
                return ClearingFacts("differs", row.receipt, answer)
        return ClearingFacts("waiting", "", "", again)

    @activity.defn
    async def settle_clearing(self, decided: ClearingDecided) -> SubmissionFacts:
        """Do as a person found out: it is there, it is not, or it was done by hand."""
        return await asyncio.to_thread(settled, self.world, decided)

    async def _pending(self, clearing: Clearing) -> Pending:
        typed = PortalClearing(clearing.number, clearing.month, clearing.count, clearing.total)
        return await asyncio.to_thread(self.handing_in.pending, ClearingHandIn(clearing), typed)

    def _note_answer(self, clearing: Clearing, answer: str) -> None:
        """Once in the trail, so that nobody looks for somebody who runs this month."""
        with self.world.writing() as session:
            if open_lives.has_ended(session, clearing.number):
                return
            audit.note(
                session,
                actor=clearing.portal,
                action=open_lives.CLEARING_ANSWERED,
                subject=clearing.number,
                detail=answer,
                now=self.world.now(),
            )

    def _confirmed(self, clearing: Clearing) -> SubmissionFacts | None:
        with self.world.database.reading() as session:
            try:
                intent = intents.intent_of(session, clearing.portal, clearing.number, 1, "clearing")
            except intents.NoSuchIntent:
                return None
        if intent.state != "confirmed":
            return None
        again = poll_s(self.world, clearing.portal)
        return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, intent.receipt, "", again)


def prepared(world: World, wanted: ClearingWanted) -> Clearing:
    """The application for a month, in the figures of our books today."""
    month = wanted.month or month_before(world.today())
    with world.database.reading() as session:
        count, total = remittances.paid_between(session, wanted.portal, *days_of(month))
    return Clearing(wanted.portal, month, clearing_no(wanted.portal, month), count, total)


def settled(world: World, decided: ClearingDecided) -> SubmissionFacts:
    """Write down what a person found out. Raises: DecisionNotFound."""
    thing, decision = ClearingHandIn(decided.clearing), decided.decision
    with world.writing() as session:
        review = reviews.review_of(session, decision.review_no)
        stored = stored_decision(session, decision.review_no, decision.outcome)
        if review.subject != thing.number:
            raise DecisionNotFound(decision.review_no, decision.outcome)
        if stored.outcome in ("it_is_there", "done_by_hand"):
            thing.note(session, world, "confirmed", stored.value, IntentMaker.PERSON)
            return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, stored.value)
        thing.note(session, world, "not_sent", stored.decision_no, IntentMaker.PERSON)
    return SubmissionFacts(SubmissionStatus.ABSENT, detail="one more attempt is allowed")
