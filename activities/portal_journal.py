"""What the bot is about to do, written down before it does it: one committed row per state."""

from __future__ import annotations

import asyncio
from datetime import date, datetime

from sqlmodel import Session

from activities.claim_notes import intent_kind, submission_of
from activities.dossiers import dossier_fact
from activities.refusals import StepOutOfOrder
from activities.world import World
from bots.portal.values import PortalLine, PortalSubmission
from store import case_facts, intents
from store.claims import ClaimView
from store.rows import digest_of

# The receipt is confirmed together with the claim's own move, by the step itself.
_STATES: dict[str, intents.IntentState] = {
    "filled": "filled",
    "armed": "armed",
    "confirmed": "answered",
}


def portal_submission(world: World, claim: ClaimView) -> tuple[PortalSubmission, bytes]:
    """What is typed into the form, and the dossier to attach; the intent is written down."""
    with world.writing() as session:
        claimed = submission_of(session, claim)
        sha256 = case_facts.facts_of(session, claim.case_no).get(dossier_fact(claim))
        if sha256 is None:
            raise StepOutOfOrder(claim.claim_no, "the dossier")
        dossier = world.evidence.get(session, sha256)
        intents.prepare_intent(
            session,
            payer=claim.payer,
            claim_no=claim.claim_no,
            version=claim.version,
            kind=intent_kind(claim),
            digest=digest_of([claim.claim_no, claim.version, claim.billed.minor]),
            now=world.now(),
        )
    service_date: date = claimed.service_date
    return (
        PortalSubmission(
            claim_no=claimed.claim_no,
            version=claimed.version,
            replaces=claimed.replaces or "",
            order_no=claimed.order_no,
            invoice_no=claimed.invoice_no,
            member_no=claimed.member_no,
            patient_name=claimed.patient_name,
            service_date=service_date,
            lines=tuple(
                PortalLine(line.line_no, line.insurer_code, line.quantity, line.amount)
                for line in claimed.lines
            ),
            total=claimed.total,
        ),
        dossier,
    )


def last_armed(session: Session, claim: ClaimView) -> tuple[datetime | None, int]:
    """When this version may last have been clicked (None: surely not), and at which attempt."""
    try:
        intent = intents.intent_of(
            session, claim.payer, claim.claim_no, claim.version, intent_kind(claim)
        )
    except intents.NoSuchIntent:
        return None, 0
    if intent.state not in intents.MAY_HAVE_ARRIVED:
        return None, intent.attempt
    events = intents.intent_history(session, claim.claim_no)
    armed = [event.at for event in events if event.state == "armed"]
    return (max(armed) if armed else None), intent.attempt


class PortalJournal:
    """The bot's own notes, each a committed row before the bot goes on."""

    def __init__(self, world: World, claim: ClaimView) -> None:
        self.world, self.claim = world, claim

    async def note(self, step: str, detail: str = "") -> None:
        """Write one step down; raises when it may not be taken, so that nothing is sent."""
        await asyncio.to_thread(self._note, step, detail)

    def _note(self, step: str, detail: str) -> None:
        claim, world = self.claim, self.world
        with world.writing() as session:
            intents.note_intent(
                session,
                claim.payer,
                claim.claim_no,
                claim.version,
                intent_kind(claim),
                _STATES[step],
                now=world.now(),
                detail=detail,
            )
