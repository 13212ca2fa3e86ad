"""An appeal at a portal: what is typed for it, handing it in once, and what the payer answers."""

from __future__ import annotations

import asyncio

from sqlmodel import Session

from activities.appealing import decided_review, letter_fact
from activities.claim_notes import acknowledged, poll_s
from activities.hand_ins import AppealHandIn
from activities.portal_handing_in import HandingIn, Pending
from activities.refusals import StepOutOfOrder
from activities.world import World
from bots.portal.handed_in import PortalAppeal
from bots.portal.listing import standing
from bots.portal.payload import Attachment
from bots.portal.values import PortalClaim
from domain.appeal import reason_of
from domain.facts import SubmissionFacts
from domain.lifecycle import ClaimStatus
from store import case_facts, claims
from store.claims import ClaimView

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def look(handing_in: HandingIn, claim_no: str) -> SubmissionFacts:
    """What became of an appeal that was sent, by looking only; ABSENT when it may be handed in."""
    claim, pending = await asyncio.to_thread(_pending, handing_in, claim_no)
    if claim.status is not ClaimStatus.DENIED:
        return acknowledged(claim, poll_s(handing_in.world, claim.payer))
    return await handing_in.look(pending)


async def hand_in(handing_in: HandingIn, claim_no: str) -> SubmissionFacts:
    """Hand the appeal in with one click; once it is there, it is not sent again."""
    claim, pending = await asyncio.to_thread(_pending, handing_in, claim_no)
    if claim.status is not ClaimStatus.DENIED:
        return acknowledged(claim, poll_s(handing_in.world, claim.payer))
    return await handing_in.hand_in(pending)


async def answered(handing_in: HandingIn, claim: ClaimView) -> ClaimView:
    """Look at the list of appeals, and write down what the payer says of ours."""
    _, pending = await asyncio.to_thread(_pending, handing_in, claim.claim_no)
    async with handing_in.run(pending.thing, "status"):
        seen = await handing_in.bots[claim.payer].find(pending.typed)
    await asyncio.to_thread(handing_in.keep, pending.thing, seen)
    for row in standing(seen.value)[:1]:
        return await asyncio.to_thread(note_answer_to_appeal, handing_in.world, claim.claim_no, row)
    # The list lags: what was just confirmed by its receipt shows up in it later.
    return claim


def note_answer_to_appeal(world: World, claim_no: str, row: PortalClaim) -> ClaimView:
    """An advice may have been booked meanwhile: money that is proved needs no answer any more."""
    with world.writing() as session:
        claim = claims.claim_of(session, claim_no)
        if claim.status is not ClaimStatus.APPEALED:
            return claim
        if row.status == "approved":
            return claims.move_claim(
                session,
                claim_no,
                ClaimStatus.APPROVED,
                key=f"appeal_granted:{claim.version}",
                now=world.now(),
                decided_on=row.decided_on or world.today(),
            )
        if row.status == "denied":
            answer = f"{row.denial_code} {row.denial_text}".strip()
            return claims.move_claim(
                session,
                claim_no,
                ClaimStatus.DENIED,
                key=f"appeal_dismissed:{claim.version}",
                now=world.now(),
                denial_text=f"{claim.denial_text}；申诉答复：{answer}",
            )
    return claim


def _pending(handing_in: HandingIn, claim_no: str) -> tuple[ClaimView, Pending]:
    world = handing_in.world
    with world.database.reading() as session:
        claim = claims.claim_of(session, claim_no)
        typed = typed_appeal(session, world, claim)
    return claim, handing_in.pending(AppealHandIn(claim), typed)


def typed_appeal(session: Session, world: World, claim: ClaimView) -> PortalAppeal:
    """What goes into the form, with the letter when it is written: never log or store it."""
    if claim.payer_claim_no is None or claim.decided_on is None:
        raise StepOutOfOrder(claim.claim_no, "its denial")
    known = case_facts.facts_of(session, claim.case_no)
    review = decided_review(session, claim, known)
    sha256 = known.get(letter_fact(claim))
    name = f"{claim.claim_no}-{claim.version}-appeal.docx"
    letter = None if sha256 is None else Attachment(name, DOCX, world.evidence.get(session, sha256))
    return PortalAppeal(
        claim_no=claim.claim_no,
        version=claim.version,
        claim_receipt=claim.payer_claim_no,
        denied_on=claim.decided_on,
        denial_code=claim.denial_code,
        reason=reason_of(review.decision.reason_code if review.decision else ""),
        statement=review.reason_text,
        total=claim.billed,
        attachment=letter,
    )
