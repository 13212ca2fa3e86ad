"""What every way to a payer shares: what is handed in, and how receipts and answers are noted."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from sqlmodel import Session

from activities.case_steps import fact
from activities.filing import wake_warning
from activities.world import DAY_S, World
from connectors.payer import ClaimedLine, ClaimSubmission
from domain.facts import ClaimFacts, SubmissionFacts, SubmissionStatus
from domain.lifecycle import ClaimStatus
from domain.order import Order
from store import case_facts, cases, claims, intents
from store.claims import ClaimView

DECIDED = frozenset(
    {
        ClaimStatus.REMITTED,
        ClaimStatus.PAID,
        ClaimStatus.PARTLY_PAID,
        ClaimStatus.UNPAID,
        ClaimStatus.WRITTEN_OFF,
        ClaimStatus.REVERSED,
        ClaimStatus.DENIED,
    }
)


class Answer(Protocol):
    """What any payer says of a claim, over an API or on a page."""

    @property
    def status(self) -> str:
        """One of accepted, in_review, approved, denied, paid, reversed."""

    @property
    def denial_code(self) -> str:
        """The payer's own code, empty unless denied."""

    @property
    def denial_text(self) -> str:
        """The payer's own words, empty unless denied."""

    @property
    def decided_on(self) -> date | None:
        """The payer's date."""


def intent_kind(claim: ClaimView) -> intents.IntentKind:
    """A first version is an original; a later one replaces the one before."""
    return "original" if claim.version == 1 else "replacement"


def submission_of(session: Session, claim: ClaimView) -> ClaimSubmission:
    """What is handed to the payer, with the patient's data: never log or store it."""
    order = cases.order_of(session, claim.case_no)
    known = case_facts.facts_of(session, order.order_no)
    coverage = next(c for c in order.coverages if c.payer == claim.payer)
    return ClaimSubmission(
        claim_no=claim.claim_no,
        version=claim.version,
        replaces=claim.payer_claim_no if claim.version > 1 else None,
        order_no=order.order_no,
        invoice_no=fact(known, order.order_no, "invoice_no"),
        member_no=coverage.member_no,
        patient_name=order.patient.name,
        service_date=date.fromisoformat(fact(known, order.order_no, "delivered_on")),
        lines=_lines(order, claim),
        total=claim.billed,
    )


def _lines(order: Order, claim: ClaimView) -> tuple[ClaimedLine, ...]:
    """The order's lines; a second payer gets the rest that the first left, as one line."""
    if claim.billed == order.total:
        return tuple(
            ClaimedLine(line.line_no, line.insurer_code, line.quantity, line.amount)
            for line in order.lines
        )
    first = order.lines[0]
    return (ClaimedLine(1, first.insurer_code, 1, claim.billed),)


def claim_facts(world: World, claim: ClaimView, *, look_again_s: int) -> ClaimFacts:
    """What a life needs to know of a claim."""
    return ClaimFacts(
        claim_no=claim.claim_no,
        status=claim.status,
        version=claim.version,
        billed=claim.billed,
        shifted=claim.shifted,
        look_again_s=look_again_s,
        as_of=world.today(),
        denial_code=claim.denial_code,
        denial_text=claim.denial_text,
    )


def poll_s(world: World, payer: str) -> int:
    """How long to wait between two looks at this payer, in seconds."""
    return world.counterparties.payer(payer).status_poll_days * DAY_S


def acknowledged(claim: ClaimView, look_again_s: int) -> SubmissionFacts:
    """The claim was handed in before: say what is known; what is decided is looked at at once."""
    wait_s = 0 if claim.status in DECIDED else look_again_s
    return SubmissionFacts(SubmissionStatus.ACKNOWLEDGED, claim.payer_claim_no or "", "", wait_s)


def note_submitted(session: Session, world: World, claim: ClaimView, number: str) -> None:
    """Write down that the payer has this version, under its own number."""
    kind = intent_kind(claim)
    intents.note_intent(
        session,
        claim.payer,
        claim.claim_no,
        claim.version,
        kind,
        "confirmed",
        now=world.now(),
        detail=number,
    )
    claims.move_claim(
        session,
        claim.claim_no,
        ClaimStatus.SUBMITTED,
        key=f"submitted:{claim.version}",
        now=world.now(),
        payer_claim_no=number,
        submitted_on=world.today(),
    )
    wake_warning(session, world, claim)


def note_appealed(session: Session, world: World, claim: ClaimView, number: str) -> None:
    """Write down that the payer has the appeal against this version's denial, under its number."""
    intents.note_intent(
        session,
        claim.payer,
        claim.claim_no,
        claim.version,
        "appeal",
        "confirmed",
        now=world.now(),
        detail=number,
    )
    claims.move_claim(
        session,
        claim.claim_no,
        ClaimStatus.APPEALED,
        key=f"appealed:{claim.version}",
        now=world.now(),
    )


def note_answer(session: Session, world: World, claim_no: str, theirs: Answer) -> ClaimView:
    """Write the payer's answer down; money is believed only from a proved remittance."""
    claim = claims.claim_of(session, claim_no)
    if claim.status in DECIDED:
        return claim
    if theirs.status == "denied":
        return claims.move_claim(
            session,
            claim_no,
            ClaimStatus.DENIED,
            key=f"denied:{claim.version}",
            now=world.now(),
            denial_code=theirs.denial_code,
            denial_text=theirs.denial_text,
            decided_on=theirs.decided_on or world.today(),
        )
    if theirs.status in ("approved", "paid") and claim.status is ClaimStatus.SUBMITTED:
        return claims.move_claim(
            session,
            claim_no,
            ClaimStatus.APPROVED,
            key=f"approved:{claim.version}",
            now=world.now(),
            decided_on=theirs.decided_on or world.today(),
        )
    return claim
