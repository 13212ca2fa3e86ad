"""Handing anything in at a portal: look, send once, look again; the same for all that is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity

from activities import portal_drift, portal_evidence, portal_outcomes
from activities.hand_ins import HandIn
from activities.portal_access import LEASE_S, Access, at_portal
from activities.portal_journal import LastSending, PortalJournal, last_sending, prepare
from activities.portal_tickets import claim_behind, tickets_at
from activities.refusals import StepOutOfOrder
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.handed_in import HandedIn, PortalSubmission
from bots.portal.refusals import PortalLayoutChanged
from bots.portal.values import LayoutChanged, Rejected, Seen
from domain.facts import SubmissionFacts, SubmissionStatus


@dataclass(frozen=True)
class Pending:
    """What is handed in, what is typed for it, and how far our journal says that it got.

    `waits_s`: so many seconds until the list must show it.
    """

    thing: HandIn
    typed: HandedIn
    last: LastSending
    waits_s: int


class HandingIn:
    """The bots of all portals, under their leases, with what they see kept."""

    def __init__(
        self, world: World, bots: Mapping[str, PortalBot], *, lease_s: int = LEASE_S
    ) -> None:
        self.world, self.bots, self.lease_s = world, bots, lease_s

    def pending(self, thing: HandIn, typed: HandedIn) -> Pending:
        """Look into our own journal, before the portal is touched."""
        with self.world.database.reading() as session:
            last = last_sending(session, thing)
        lag = self.bots[thing.payer].definition.of(typed.form).listing.lag_minutes
        waits_s = last.waits_s(timedelta(minutes=lag), self.world.now())
        return Pending(thing, typed, last, waits_s)

    async def look(self, pending: Pending) -> SubmissionFacts:
        """What became of an earlier click, by looking only; ABSENT when it may be handed in."""
        thing, last = pending.thing, pending.last
        if last.sent_at is None:
            return SubmissionFacts(SubmissionStatus.ABSENT)
        bot = self.bots[thing.payer]
        listing = bot.definition.of(pending.typed.form).listing
        async with self.run(thing, "search"):
            # The tickets first: what is taken between the two looks is in the list, or will be.
            tickets = await tickets_at(bot, pending.typed, last)
            seen = await bot.find(pending.typed)
            receipt = tickets.value.receipt
            if not seen.value and receipt and isinstance(pending.typed, PortalSubmission):
                seen = await claim_behind(bot, pending.typed, receipt)
        await asyncio.to_thread(self.keep, thing, tickets)
        await asyncio.to_thread(self.keep, thing, seen)
        if tickets.value.refused is not None:
            return await asyncio.to_thread(
                portal_outcomes.refused_later, self.world, thing, tickets.value.refused
            )
        return await asyncio.to_thread(
            portal_outcomes.found,
            self.world,
            thing,
            last,
            listing,
            seen.value,
            pending.waits_s,
            tickets.value,
        )

    async def hand_in(self, pending: Pending) -> SubmissionFacts:
        """Hand it in with one click. Once: whoever does not hear of it must look."""
        thing, typed, last = pending.thing, pending.typed, pending.last
        if last.sent_at is not None:
            raise StepOutOfOrder(thing.number, "what became of the click before")
        await asyncio.to_thread(prepare, self.world, thing, typed)
        async with self.run(thing, "submit", alone=True, attempt=last.attempt or 1) as access:
            bot = self.bots[thing.payer]
            seen = await bot.submit(typed, PortalJournal(self.world, thing, access))
            await asyncio.to_thread(self.keep, thing, seen)
            if isinstance(seen.value, Rejected):
                access.outcome = "business"
            listing = bot.definition.of(typed.form).listing
            return await asyncio.to_thread(
                portal_outcomes.handed_in, self.world, thing, seen.value, listing
            )

    @asynccontextmanager
    async def run(
        self,
        thing: HandIn,
        step: portal_outcomes.Step,
        *,
        alone: bool = False,
        attempt: int = 0,
    ) -> AsyncIterator[Access]:
        """One run for a thing; whoever is asked about a changed page can see it in the case."""
        async with at_portal(
            self.world,
            self.bots[thing.payer],
            thing.payer,
            step,
            claim_no=thing.number,
            attempt=attempt or activity.info().attempt,
            alone=alone,
            lease_s=self.lease_s,
        ) as access:
            try:
                yield access
            except PortalLayoutChanged as changed:
                seen = Seen(None, changed.evidence, changed.dissents)
                await asyncio.to_thread(self.keep, thing, seen)
                raise

    def keep(self, thing: HandIn, seen: Seen[Any]) -> None:
        """Keep what was seen, and propose what the definition would have to say instead."""
        portal_evidence.keep_evidence(self.world, thing, (*seen.evidence, *seen.records))
        lost = seen.value.dissents if isinstance(seen.value, LayoutChanged) else ()
        dissents = (*lost, *seen.warnings)
        bot = self.bots[thing.payer]
        portal_drift.propose(self.world, bot, thing, dissents, seen.evidence)
