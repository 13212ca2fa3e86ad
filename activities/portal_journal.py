"""What the bot is about to do, written down before it does it: one committed row per state."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from activities import portal_evidence
from activities.claim_notes import submission_of
from activities.dossiers import dossier_fact
from activities.hand_ins import HandIn
from activities.portal_access import Access
from activities.refusals import StepOutOfOrder
from activities.world import World
from bots.portal.handed_in import HandedIn, PortalClearing, PortalLine, PortalSubmission
from bots.portal.payload import Attachment
from bots.portal.values import Note, Picture, Record
from domain.intent import IntentState
from store import case_facts, intents, portal_leases
from store.claims import ClaimView
from store.rows import digest_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_STATES: dict[str, IntentState] = {
    "searched": "searched",
    "filled": "filled",
    "armed": "armed",
    "sending": "sending",
    "answered": "answered",
}


@dataclass(frozen=True)
class LastSending:
    """What our own journal says of this version, before a portal is touched.

    `sent_at` is when it may last have left, None when it surely has not. `counted` are the
    receipts that looked like ours before the click, for portals that show no reference. `ticket`
    is where the answer led; at a portal that takes claims in first it is the number of that.
    """

    sent_at: datetime | None
    attempt: int
    state: str
    counted: tuple[str, ...]
    ticket: str = ""

    def is_younger_than(self, age: timedelta, now: datetime) -> bool:
        """Whether it may have left within that time."""
        return self.sent_at is not None and now - self.sent_at < age

    def waits_s(self, settle: timedelta, now: datetime) -> int:
        """Seconds until it must show in the list; 0 when it must by now."""
        if self.sent_at is None:
            return 0
        return max(0, int((self.sent_at + settle - now).total_seconds()))


def portal_submission(session: Session, world: World, claim: ClaimView) -> PortalSubmission:
    """What is typed into the form, with the dossier when it is written. With patient data."""
    claimed = submission_of(session, claim)
    sha256 = case_facts.facts_of(session, claim.case_no).get(dossier_fact(claim))
    name = f"{claim.claim_no}-{claim.version}.docx"
    return PortalSubmission(
        claim_no=claimed.claim_no,
        version=claimed.version,
        replaces=claimed.replaces or "",
        order_no=claimed.order_no,
        invoice_no=claimed.invoice_no,
        member_no=claimed.member_no,
        patient_name=claimed.patient_name,
        service_date=claimed.service_date,
        lines=tuple(
            PortalLine(line.line_no, line.insurer_code, line.quantity, line.amount)
            for line in claimed.lines
        ),
        total=claimed.total,
        attachment=None
        if sha256 is None
        else Attachment(name, DOCX, world.evidence.get(session, sha256)),
    )


def prepare(world: World, thing: HandIn, typed: HandedIn) -> None:
    """Write the intent down. Raises: StepOutOfOrder, FactDiffers (it was another content)."""
    attachment = None if isinstance(typed, PortalClearing) else typed.attachment
    if attachment is None and not isinstance(typed, PortalClearing):
        raise StepOutOfOrder(thing.number, "the papers to attach")
    with world.writing() as session:
        intents.prepare_intent(
            session,
            payer=thing.payer,
            claim_no=thing.number,
            version=thing.version,
            kind=thing.kind,
            digest=digest_of([thing.number, thing.version, typed.total.minor]),
            now=world.now(),
        )


def last_sending(session: Session, thing: HandIn) -> LastSending:
    """How far the last sending of this thing got."""
    key = (thing.version, thing.kind)
    try:
        intent = intents.intent_of(session, thing.payer, thing.number, *key)
    except intents.NoSuchIntent:
        return LastSending(None, 0, "", ())
    events = [
        event
        for event in intents.intent_history(session, thing.number)
        if (event.version, event.kind, event.attempt) == (*key, intent.attempt)
    ]
    counted = [event.detail for event in events if event.state == "searched"]
    receipts = tuple(receipt for receipt in (counted or [""])[-1].split(",") if receipt)
    if intent.state not in intents.MAY_HAVE_ARRIVED:
        return LastSending(None, intent.attempt, intent.state, receipts)
    left = [event.at for event in events if event.state in ("armed", "sending")]
    left_at = max(left, default=intent.changed_at)
    answers = [event.answered_location for event in events if event.state == "answered"]
    ticket = answers[-1] if answers else ""
    return LastSending(left_at, intent.attempt, intent.state, receipts, ticket)


class PortalJournal:
    """The bot's own notes, each a committed row before the bot goes on, under the lease's fence."""

    def __init__(self, world: World, thing: HandIn, access: Access) -> None:
        self.world, self.thing, self.access = world, thing, access
        self._body_sha256 = ""
        self._kept = self._kept_records = 0

    async def note(self, note: Note) -> None:
        """Write one state down; raises when it may not be, so that nothing is sent."""
        # The receipt is confirmed together with the claim's own move, by the step itself.
        if note.state in _STATES:
            await asyncio.to_thread(self._note, _STATES[note.state], note)

    async def release(self, sha256: str) -> None:
        """The request itself stands at the gate: it leaves only under a living lease.

        That it leaves is written down since `sending`; its digest comes with the answer.
        """
        await asyncio.to_thread(self._require_lease)
        self._body_sha256 = sha256

    def _require_lease(self) -> None:
        fence = self.access.fence()
        with self.world.writing() as session:
            if fence is not None:
                portal_leases.require_shown(session, fence)

    def holds(self) -> bool:
        """Whether the lease lives by our own clock."""
        return self.access.holds()

    def _note(self, state: IntentState, note: Note) -> None:
        thing, world = self.thing, self.world
        status, _, location = note.detail.partition(" ") if state == "answered" else ("", "", "")
        fresh: list[Picture | Record] = [
            *note.pictures[self._kept :],
            *note.records[self._kept_records :],
        ]
        portal_evidence.set_down(world, fresh)
        with world.writing() as session:
            # In one transaction with the row whose head names them: a bot that is killed here
            # leaves both or neither.
            portal_evidence.put_of(session, world, thing, fresh)
            intents.note_intent(
                session,
                thing.payer,
                thing.number,
                thing.version,
                thing.kind,
                state,
                now=world.now(),
                detail=note.digest or ("" if state == "answered" else note.detail),
                by=intents.IntentMaker.BOT,
                fence=self.access.fence(),
                request_digest=self._body_sha256 if state == "answered" else "",
                answered_status=int(status) if status else None,
                answered_location=location,
                evidence_head=note.evidence,
            )
        self._kept, self._kept_records = len(note.pictures), len(note.records)
