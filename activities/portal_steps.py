"""The same claim with a payer that offers nothing but a website: look, hand in once, look again."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio import activity

from activities import fetching
from activities.claim_notes import (
    DECIDED,
    acknowledged,
    claim_facts,
    intent_kind,
    note_answer,
    note_submitted,
    poll_s,
)
from activities.money_steps import LOOK_BACK_DAYS
from activities.portal_journal import PortalJournal, last_armed, portal_submission
from activities.refusals import MayStillArrive, StepOutOfOrder
from activities.signatures import PortalSteps
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.values import (
    AlreadyThere,
    DuplicateClaims,
    Picture,
    PortalClaim,
    PortalLayoutChanged,
    Rejected,
    SubmitOutcome,
    Submitted,
    Unknown,
)
from domain.facts import (
    ClaimFacts,
    CollectFrom,
    DocumentRef,
    SubmissionFacts,
    SubmissionStatus,
)
from domain.lifecycle import ClaimStatus
from store import claims, intents
from store.claims import ClaimView

MOST_ATTEMPTS = 2


@dataclass(frozen=True)
class _Handed:
    """What a look into our own journal says before a portal is touched."""

    claim: ClaimView
    waits_s: int
    """Seconds until an earlier click must show in the list; 0 when it must show by now."""
    clicked: bool
    attempt: int


class PortalActivities(PortalSteps):
    """The steps on the queue `bots`."""

    def __init__(self, world: World, bots: Mapping[str, PortalBot]) -> None:
        self.world, self.bots = world, bots

    @activity.defn
    async def submit_claim_at_portal(self, claim_no: str) -> SubmissionFacts:
        """Hand one version in with one click; an earlier click is resolved by looking only."""
        handed = await asyncio.to_thread(self._look_into_journal, claim_no)
        claim = handed.claim
        again = poll_s(self.world, claim.payer)
        if claim.status is not ClaimStatus.DRAFTED:
            return acknowledged(claim, again)
        if handed.clicked:
            async with self._showing(claim):
                facts = await self._look_for(handed, again)
            if facts is not None:
                return facts
        return await self._hand_in(claim, again)

    def _look_into_journal(self, claim_no: str) -> _Handed:
        world = self.world
        with world.database.reading() as session:
            claim = claims.claim_of(session, claim_no)
            clicked_at, attempt = last_armed(session, claim)
        settle = timedelta(minutes=world.counterparties.payer(claim.payer).settle_minutes)
        left = (clicked_at + settle - world.now()) if clicked_at else timedelta(0)
        return _Handed(claim, max(0, int(left.total_seconds())), clicked_at is not None, attempt)

    async def _look_for(self, handed: _Handed, again: int) -> SubmissionFacts | None:
        """Look for an earlier click's claim; None when it is proved not to have arrived."""
        claim = handed.claim
        seen = await self.bots[claim.payer].find(claim.claim_no, claim.version)
        await asyncio.to_thread(self._keep, claim, seen.evidence)
        if len(seen.value) == 1:
            receipt = seen.value[0].receipt
            await asyncio.to_thread(self._note_submitted, claim, receipt)
            return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, receipt, "", again)
        if len(seen.value) > 1:
            return _unknown(f"{len(seen.value)} claims with our number are there", 0)
        if handed.waits_s:
            return _unknown("not in the list yet", handed.waits_s)
        payer = self.world.counterparties.payer(claim.payer)
        if not payer.list_authoritative or handed.attempt >= MOST_ATTEMPTS:
            return _unknown("not in the list, and the list is no proof", 0)
        await asyncio.to_thread(self._note, claim, "not_sent", "absent after the settling time")
        return None

    async def _hand_in(self, claim: ClaimView, again: int) -> SubmissionFacts:
        submission, dossier = await asyncio.to_thread(portal_submission, self.world, claim)
        journal = PortalJournal(self.world, claim)
        with tempfile.TemporaryDirectory(prefix="huikuan-") as folder:
            file = Path(folder) / f"{claim.claim_no}-{claim.version}.docx"
            file.write_bytes(dossier)
            try:
                seen = await self.bots[claim.payer].submit(submission, file, journal)
            except DuplicateClaims as duplicates:
                return _unknown(str(duplicates), 0)
        await asyncio.to_thread(self._keep, claim, seen.evidence)
        return await asyncio.to_thread(self._outcome, claim, seen.value, again)

    def _outcome(self, claim: ClaimView, outcome: SubmitOutcome, again: int) -> SubmissionFacts:
        if isinstance(outcome, Submitted | AlreadyThere):
            receipt = outcome.receipt if isinstance(outcome, Submitted) else outcome.claim.receipt
            self._note_submitted(claim, receipt)
            return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, receipt, "", again)
        if isinstance(outcome, Rejected):
            return self._rejected(claim, outcome)
        if isinstance(outcome, Unknown):
            self._note(claim, "unknown", outcome.detail)
            settle = self.world.counterparties.payer(claim.payer).settle_minutes
            return _unknown(outcome.detail, settle * 60)
        raise PortalLayoutChanged(outcome.page, outcome.detail)

    def _rejected(self, claim: ClaimView, outcome: Rejected) -> SubmissionFacts:
        told = "; ".join(outcome.messages)
        world = self.world
        with world.writing() as session:
            claims.move_claim(
                session,
                claim.claim_no,
                ClaimStatus.REJECTED,
                key=f"rejected:{claim.version}",
                now=world.now(),
                denial_code="form",
                denial_text=told,
            )
        self._note(claim, "rejected", "the form was refused")
        return SubmissionFacts(SubmissionStatus.REJECTED, detail=told)

    def _note_submitted(self, claim: ClaimView, receipt: str) -> None:
        with self.world.writing() as session:
            note_submitted(session, self.world, claim, receipt)

    def _note(self, claim: ClaimView, state: intents.IntentState, detail: str) -> None:
        with self.world.writing() as session:
            intents.note_intent(
                session,
                claim.payer,
                claim.claim_no,
                claim.version,
                intent_kind(claim),
                state,
                now=self.world.now(),
                detail=detail,
            )

    def _keep(self, claim: ClaimView, pictures: Iterable[Picture]) -> None:
        """Keep masked pictures as evidence of the case."""
        kept = list(pictures)
        for picture in kept:
            self.world.set_down(picture.png)
        with self.world.writing() as session:
            for picture in kept:
                self.world.evidence.put(
                    session,
                    picture.png,
                    kind="screenshot",
                    source=claim.payer,
                    name=f"{claim.claim_no}-{claim.version} {picture.label}",
                    case_no=claim.case_no,
                    now=self.world.now(),
                )

    @asynccontextmanager
    async def _showing(self, claim: ClaimView) -> AsyncIterator[None]:
        """Whoever is asked about a changed page can see it: its picture goes into the case."""
        try:
            yield
        except PortalLayoutChanged as changed:
            await asyncio.to_thread(self._keep, claim, changed.evidence)
            raise

    @activity.defn
    async def ask_portal(self, claim_no: str) -> ClaimFacts:
        """Look into our books first, then at the portal."""
        claim = await asyncio.to_thread(self._claim, claim_no)
        again = poll_s(self.world, claim.payer)
        if claim.status in DECIDED:
            return claim_facts(self.world, claim, look_again_s=0)
        if claim.status is ClaimStatus.DRAFTED:
            raise StepOutOfOrder(claim_no, "its receipt")
        bot = self.bots[claim.payer]
        async with self._showing(claim):
            seen = await bot.status(claim_no, claim.version, claim.payer_claim_no)
        await asyncio.to_thread(self._keep, claim, seen.evidence)
        if seen.value is not None:
            claim = await asyncio.to_thread(self._note_answer, claim_no, seen.value)
        return claim_facts(self.world, claim, look_again_s=again)

    def _claim(self, claim_no: str) -> ClaimView:
        with self.world.database.reading() as session:
            return claims.claim_of(session, claim_no)

    def _note_answer(self, claim_no: str, theirs: PortalClaim) -> ClaimView:
        with self.world.writing() as session:
            return note_answer(session, self.world, claim_no, theirs)

    @activity.defn
    async def reverse_claim_at_portal(self, claim_no: str) -> None:
        """Take a claim back at the portal; twice is once."""
        handed = await asyncio.to_thread(self._look_into_journal, claim_no)
        claim = handed.claim
        bot = self.bots[claim.payer]
        receipts = [claim.payer_claim_no] if claim.payer_claim_no else []
        if not receipts:
            async with self._showing(claim):
                seen = await bot.find(claim_no, claim.version)
            receipts = [found.receipt for found in seen.value]
        if not receipts and handed.waits_s:
            raise MayStillArrive(claim_no, handed.waits_s)
        for receipt in receipts:
            async with self._showing(claim):
                voided = await bot.void(receipt)
            await asyncio.to_thread(self._keep, claim, voided.evidence)
        await asyncio.to_thread(self._note_reversed, claim_no)

    def _note_reversed(self, claim_no: str) -> None:
        with self.world.writing() as session:
            claims.move_claim(
                session, claim_no, ClaimStatus.REVERSED, key="reversed", now=self.world.now()
            )

    @activity.defn
    async def collect_from_portal(self, wanted: CollectFrom) -> list[DocumentRef]:
        """Download every remittance that is not on record, or the one that is named."""
        bot, world = self.bots[wanted.source], self.world
        known = await asyncio.to_thread(fetching.known_numbers, world, wanted.source)
        seen = await bot.remittances(wanted.day - timedelta(days=LOOK_BACK_DAYS))
        numbers = sorted(notice.remittance_no for notice in seen.value)
        fetched = []
        for number in numbers:
            if number != wanted.number if wanted.number else number in known:
                continue
            data = (await bot.download(number)).value
            fetched.append(
                await asyncio.to_thread(
                    fetching.keep, world, wanted.source, fetching.REMITTANCE_PDF, number, data
                )
            )
        return [document for document in fetched if document is not None]


def _unknown(detail: str, look_again_s: int) -> SubmissionFacts:
    return SubmissionFacts(SubmissionStatus.UNKNOWN, "", detail, look_again_s)
