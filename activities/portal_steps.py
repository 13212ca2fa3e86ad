"""The same claim with a payer that offers nothing but a website: look, hand in once, look again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from temporalio import activity

from activities import appeals_at_portal, fetching, filing, portal_outcomes
from activities.appealing import appeal_chance
from activities.claim_notes import DECIDED, acknowledged, claim_facts, note_answer, poll_s
from activities.hand_ins import ClaimHandIn
from activities.money_steps import LOOK_BACK_DAYS
from activities.portal_access import LEASE_S, at_portal
from activities.portal_handing_in import HandingIn, Pending
from activities.portal_journal import portal_submission
from activities.portal_tickets import OurTickets, tickets_at
from activities.refusals import AbsenceUnproven, MayStillArrive, StepOutOfOrder
from activities.signatures import PortalSteps
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.handed_in import PortalSubmission
from bots.portal.values import PortalClaim
from domain.facts import (
    ClaimFacts,
    CollectFrom,
    DocumentRef,
    SubmissionFacts,
    SubmissionStatus,
)
from domain.intent import Absence
from domain.lifecycle import ClaimStatus
from store import claims
from store.claims import ClaimView


class PortalActivities(PortalSteps):
    """The steps on the queues of the portals."""

    def __init__(
        self, world: World, bots: Mapping[str, PortalBot], *, lease_s: int = LEASE_S
    ) -> None:
        self.world, self.bots = world, bots
        self.handing_in = HandingIn(world, bots, lease_s=lease_s)

    @activity.defn
    async def look_for_claim_at_portal(self, claim_no: str) -> SubmissionFacts:
        """What became of an earlier click, by looking only; ABSENT when it may be handed in."""
        claim, pending = await asyncio.to_thread(self._look_up, claim_no)
        if claim.status is not ClaimStatus.DRAFTED:
            return acknowledged(claim, poll_s(self.world, claim.payer))
        return await self.handing_in.look(pending)

    @activity.defn
    async def hand_in_at_portal(self, claim_no: str) -> SubmissionFacts:
        """Hand one version in with one click. Once: whoever does not hear of it must look."""
        claim, pending = await asyncio.to_thread(self._look_up, claim_no)
        if claim.status is not ClaimStatus.DRAFTED:
            return acknowledged(claim, poll_s(self.world, claim.payer))
        last_day = await asyncio.to_thread(self._window_over, claim)
        if last_day is not None:
            return SubmissionFacts(SubmissionStatus.LATE, detail=f"{last_day}")
        return await self.handing_in.hand_in(pending)

    @activity.defn
    async def ask_portal(self, claim_no: str) -> ClaimFacts:
        """Look into our books first, then at the portal: at the claim, or at its appeal."""
        claim, pending = await asyncio.to_thread(self._look_up, claim_no)
        again = poll_s(self.world, claim.payer)
        if claim.status in DECIDED:
            return self._facts(claim, look_again_s=0)
        if claim.status is ClaimStatus.DRAFTED:
            raise StepOutOfOrder(claim_no, "its receipt")
        if claim.status is ClaimStatus.APPEALED:
            claim = await appeals_at_portal.answered(self.handing_in, claim)
            return self._facts(claim, look_again_s=again)
        async with self.handing_in.run(pending.thing, "status"):
            seen = await self.bots[claim.payer].status(_claim(pending), claim.payer_claim_no)
        await asyncio.to_thread(self.handing_in.keep, pending.thing, seen)
        if seen.value is not None:
            claim = await asyncio.to_thread(self._note_answer, claim_no, seen.value)
        return self._facts(claim, look_again_s=again)

    @activity.defn
    async def look_for_appeal_at_portal(self, claim_no: str) -> SubmissionFacts:
        """What became of an appeal that was sent, by looking only."""
        return await appeals_at_portal.look(self.handing_in, claim_no)

    @activity.defn
    async def hand_in_appeal_at_portal(self, claim_no: str) -> SubmissionFacts:
        """Hand the appeal against the denial of this version in, with one click."""
        return await appeals_at_portal.hand_in(self.handing_in, claim_no)

    @activity.defn
    async def reverse_claim_at_portal(self, claim_no: str) -> None:
        """Take a claim back at the portal; twice is once."""
        claim, pending = await asyncio.to_thread(self._look_up, claim_no)
        bot, thing, last = self.bots[claim.payer], pending.thing, pending.last
        before = [claim.payer_claim_no] if claim.payer_claim_no else []
        receipts = list[str]()
        # A version whose answer was lost may be there beside the one before.
        if not before or last.sent_at is not None:
            async with self.handing_in.run(thing, "search"):
                tickets = await tickets_at(bot, pending.typed, last)
                seen = await bot.find(pending.typed)
            receipts = [found.receipt for found in seen.value]
            if not receipts and last.sent_at is not None:
                receipts = await asyncio.to_thread(self._receipts_by_ticket, pending, tickets.value)
        for receipt in dict.fromkeys([*receipts, *before]):
            async with self.handing_in.run(thing, "void", alone=True):
                voided = await bot.void(receipt)
            await asyncio.to_thread(self.handing_in.keep, thing, voided)
        await asyncio.to_thread(portal_outcomes.taken_back, self.world, claim, receipts)

    @activity.defn
    async def collect_from_portal(self, wanted: CollectFrom) -> list[DocumentRef]:
        """Download every remittance that is not on record, or the one that is named."""
        bot, world = self.bots[wanted.source], self.world
        known = await asyncio.to_thread(fetching.known_numbers, world, wanted.source)
        async with at_portal(world, bot, wanted.source, "remittances", attempt=_attempt()):
            seen = await bot.remittances(wanted.day - timedelta(days=LOOK_BACK_DAYS))
        numbers = sorted(notice.remittance_no for notice in seen.value)
        fetched = []
        for number in numbers:
            if number != wanted.number if wanted.number else number in known:
                continue
            async with at_portal(world, bot, wanted.source, "download", attempt=_attempt()):
                data = (await bot.download(number)).value
            fetched.append(
                await asyncio.to_thread(
                    fetching.keep, world, wanted.source, fetching.REMITTANCE_PDF, number, data
                )
            )
        return [document for document in fetched if document is not None]

    def _receipts_by_ticket(self, pending: Pending, tickets: OurTickets) -> list[str]:
        """What to take back although the list lacks it; nothing only when surely nothing is there.

        Raises: MayStillArrive; AbsenceUnproven, once, before a person has it.
        """
        thing, last = pending.thing, pending.last
        listing = self.bots[thing.payer].definition.listing
        if tickets.refused is not None:
            return []
        if tickets.receipt:
            return [tickets.receipt]
        absence = portal_outcomes.absence_of(
            self.world, last, tickets, pending.waits_s, is_proof=listing.authoritative
        )
        if absence is Absence.WAIT:
            wait_s = pending.waits_s or listing.lag_minutes * 60
            raise MayStillArrive(thing.number, wait_s)
        if absence is Absence.PERSON and last.state != "human":
            portal_outcomes.for_a_person(self.world, thing, "absent, and that is no proof")
            raise AbsenceUnproven(thing.number, thing.payer)
        return []

    def _look_up(self, claim_no: str) -> tuple[ClaimView, Pending]:
        world = self.world
        with world.database.reading() as session:
            claim = claims.claim_of(session, claim_no)
            submission = portal_submission(session, world, claim)
        return claim, self.handing_in.pending(ClaimHandIn(claim), submission)

    def _window_over(self, claim: ClaimView) -> date | None:
        with self.world.database.reading() as session:
            return filing.window_over(session, self.world, claim)

    def _facts(self, claim: ClaimView, *, look_again_s: int) -> ClaimFacts:
        facts = claim_facts(self.world, claim, look_again_s=look_again_s)
        can_appeal = "appeal" in self.bots[claim.payer].definition.forms
        chance = appeal_chance(self.world, claim) if can_appeal else None
        return replace(facts, appeal=chance)

    def _note_answer(self, claim_no: str, theirs: PortalClaim) -> ClaimView:
        with self.world.writing() as session:
            return note_answer(session, self.world, claim_no, theirs)


def _claim(pending: Pending) -> PortalSubmission:
    assert isinstance(pending.typed, PortalSubmission), "a claim is what was looked up"
    return pending.typed


def _attempt() -> int:
    return activity.info().attempt
