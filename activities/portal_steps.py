"""The same claim with a payer that offers nothing but a website: look, hand in once, look again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity

from activities import fetching, portal_drift, portal_evidence, portal_outcomes
from activities.claim_notes import DECIDED, acknowledged, claim_facts, note_answer, poll_s
from activities.money_steps import LOOK_BACK_DAYS
from activities.portal_access import LEASE_S, at_portal
from activities.portal_journal import (
    LastSending,
    PortalJournal,
    last_sending,
    portal_submission,
    prepare,
)
from activities.portal_tickets import OurTickets, claim_behind, tickets_at
from activities.refusals import AbsenceUnproven, MayStillArrive, StepOutOfOrder
from activities.signatures import PortalSteps
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.handed_in import PortalSubmission
from bots.portal.refusals import PortalLayoutChanged
from bots.portal.values import LayoutChanged, PortalClaim, Rejected, Seen
from domain.facts import ClaimFacts, CollectFrom, DocumentRef, SubmissionFacts, SubmissionStatus
from domain.intent import Absence
from domain.lifecycle import ClaimStatus
from store import claims
from store.claims import ClaimView


@dataclass(frozen=True)
class _Known:
    """What our own books say before a portal is touched."""

    claim: ClaimView
    submission: PortalSubmission
    last: LastSending
    waits_s: int


class PortalActivities(PortalSteps):
    """The steps on the queues of the portals."""

    def __init__(
        self, world: World, bots: Mapping[str, PortalBot], *, lease_s: int = LEASE_S
    ) -> None:
        self.world, self.bots, self.lease_s = world, bots, lease_s

    @activity.defn
    async def look_for_claim_at_portal(self, claim_no: str) -> SubmissionFacts:
        """What became of an earlier click, by looking only; ABSENT when it may be handed in."""
        known = await asyncio.to_thread(self._look_up, claim_no)
        claim = known.claim
        if claim.status is not ClaimStatus.DRAFTED:
            return acknowledged(claim, poll_s(self.world, claim.payer))
        if known.last.sent_at is None:
            return SubmissionFacts(SubmissionStatus.ABSENT)
        bot = self.bots[claim.payer]
        async with self._run(claim, "search"):
            # The tickets first: what is taken between the two looks is in the list, or will be.
            tickets = await tickets_at(bot, known.submission, known.last)
            seen = await bot.find(known.submission)
            if not seen.value and tickets.value.receipt:
                seen = await claim_behind(bot, known.submission, tickets.value.receipt)
        await asyncio.to_thread(self._keep, claim, tickets)
        await asyncio.to_thread(self._keep, claim, seen)
        if tickets.value.refused is not None:
            return await asyncio.to_thread(
                portal_outcomes.refused_later, self.world, claim, tickets.value.refused
            )
        return await asyncio.to_thread(
            portal_outcomes.found,
            self.world,
            claim,
            known.last,
            bot.definition.listing,
            seen.value,
            known.waits_s,
            tickets.value,
        )

    @activity.defn
    async def hand_in_at_portal(self, claim_no: str) -> SubmissionFacts:
        """Hand one version in with one click. Once: whoever does not hear of it must look."""
        known = await asyncio.to_thread(self._look_up, claim_no)
        claim = known.claim
        if claim.status is not ClaimStatus.DRAFTED:
            return acknowledged(claim, poll_s(self.world, claim.payer))
        if known.last.sent_at is not None:
            raise StepOutOfOrder(claim_no, "what became of the click before")
        submission = await asyncio.to_thread(prepare, self.world, claim)
        async with self._run(
            claim, "submit", alone=True, attempt=known.last.attempt or 1
        ) as access:
            journal = PortalJournal(self.world, claim, access)
            seen = await self.bots[claim.payer].submit(submission, journal)
            await asyncio.to_thread(self._keep, claim, seen)
            if isinstance(seen.value, Rejected):
                access.outcome = "business"
            definition = self.bots[claim.payer].definition
            return await asyncio.to_thread(
                portal_outcomes.handed_in, self.world, claim, seen.value, definition.listing
            )

    @activity.defn
    async def ask_portal(self, claim_no: str) -> ClaimFacts:
        """Look into our books first, then at the portal."""
        known = await asyncio.to_thread(self._look_up, claim_no)
        claim = known.claim
        again = poll_s(self.world, claim.payer)
        if claim.status in DECIDED:
            return claim_facts(self.world, claim, look_again_s=0)
        if claim.status is ClaimStatus.DRAFTED:
            raise StepOutOfOrder(claim_no, "its receipt")
        async with self._run(claim, "status"):
            seen = await self.bots[claim.payer].status(known.submission, claim.payer_claim_no)
        await asyncio.to_thread(self._keep, claim, seen)
        if seen.value is not None:
            claim = await asyncio.to_thread(self._note_answer, claim_no, seen.value)
        return claim_facts(self.world, claim, look_again_s=again)

    @activity.defn
    async def reverse_claim_at_portal(self, claim_no: str) -> None:
        """Take a claim back at the portal; twice is once."""
        known = await asyncio.to_thread(self._look_up, claim_no)
        claim = known.claim
        bot = self.bots[claim.payer]
        before = [claim.payer_claim_no] if claim.payer_claim_no else []
        receipts = list[str]()
        # A version whose answer was lost may be there beside the one before.
        if not before or known.last.sent_at is not None:
            async with self._run(claim, "search"):
                tickets = await tickets_at(bot, known.submission, known.last)
                seen = await bot.find(known.submission)
            receipts = [found.receipt for found in seen.value]
            if not receipts and known.last.sent_at is not None:
                receipts = await asyncio.to_thread(self._receipts_by_ticket, known, tickets.value)
        for receipt in dict.fromkeys([*receipts, *before]):
            async with self._run(claim, "void", alone=True):
                voided = await bot.void(receipt)
            await asyncio.to_thread(self._keep, claim, voided)
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

    def _receipts_by_ticket(self, known: _Known, tickets: OurTickets) -> list[str]:
        """What to take back although the list lacks it; nothing only when surely nothing is there.

        Raises: MayStillArrive; AbsenceUnproven, once, before a person has it.
        """
        claim, listing = known.claim, self.bots[known.claim.payer].definition.listing
        if tickets.refused is not None:
            return []
        if tickets.receipt:
            return [tickets.receipt]
        absence = portal_outcomes.absence_of(
            self.world, known.last, tickets, known.waits_s, is_proof=listing.authoritative
        )
        if absence is Absence.WAIT:
            wait_s = known.waits_s or listing.lag_minutes * 60
            raise MayStillArrive(claim.claim_no, wait_s)
        if absence is Absence.PERSON and known.last.state != "human":
            portal_outcomes.for_a_person(self.world, claim, "absent, and that is no proof")
            raise AbsenceUnproven(claim.claim_no, claim.payer)
        return []

    def _look_up(self, claim_no: str) -> _Known:
        world = self.world
        with world.database.reading() as session:
            claim = claims.claim_of(session, claim_no)
            last = last_sending(session, claim)
            submission = portal_submission(session, world, claim)
        settle = timedelta(minutes=self.bots[claim.payer].definition.listing.lag_minutes)
        return _Known(claim, submission, last, last.waits_s(settle, world.now()))

    @asynccontextmanager
    async def _run(
        self, claim: ClaimView, step: portal_outcomes.Step, *, alone: bool = False, attempt: int = 0
    ) -> AsyncIterator[portal_outcomes.Access]:
        """One run for a claim; whoever is asked about a changed page can see it in the case."""
        async with at_portal(
            self.world,
            self.bots[claim.payer],
            claim.payer,
            step,
            claim_no=claim.claim_no,
            attempt=attempt or _attempt(),
            alone=alone,
            lease_s=self.lease_s,
        ) as access:
            try:
                yield access
            except PortalLayoutChanged as changed:
                seen = Seen(None, changed.evidence, changed.dissents)
                await asyncio.to_thread(self._keep, claim, seen)
                raise

    def _keep(self, claim: ClaimView, seen: Seen[Any]) -> None:
        """Keep what was seen, and propose what the definition would have to say instead."""
        portal_evidence.keep_evidence(self.world, claim, (*seen.evidence, *seen.records))
        lost = seen.value.dissents if isinstance(seen.value, LayoutChanged) else ()
        dissents = (*lost, *seen.warnings)
        portal_drift.propose(self.world, self.bots[claim.payer], claim, dissents, seen.evidence)

    def _note_answer(self, claim_no: str, theirs: PortalClaim) -> ClaimView:
        with self.world.writing() as session:
            return note_answer(session, self.world, claim_no, theirs)


def _attempt() -> int:
    return activity.info().attempt
