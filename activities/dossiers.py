"""The claim dossier: every fact and paper that the payer wants to see, in one Word file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlmodel import Session

from activities.appealing import decided_review, letter_fact
from activities.case_steps import fact
from activities.refusals import StepOutOfOrder
from activities.world import World
from bots.documents.dossier import build_dossier
from bots.documents.dossier_facts import DossierAppeal, DossierEvidence, DossierFacts, DossierLine
from domain.order import Order
from store import case_facts, cases, claims
from store.claims import ClaimView
from store.review_views import ReviewView

DOSSIER = "dossier"
APPEAL = "appeal_letter"
_PAPERS = (("proof_sha256", "送货签收单 Proof of delivery"), ("invoice_sha256", "发票 Tax invoice"))


def dossier_fact(claim: ClaimView) -> str:
    """The name of the case fact that holds the hash of this version's dossier."""
    return f"dossier:{claim.claim_no}:{claim.version}"


def build(world: World, claim_no: str) -> None:
    """Write the dossier once per version and keep it as evidence of the case."""
    with world.database.reading() as session:
        claim = claims.claim_of(session, claim_no)
        if dossier_fact(claim) in case_facts.facts_of(session, claim.case_no):
            return
        facts = _facts(session, world, claim)
    _keep(world, claim, build_dossier(facts), DOSSIER, dossier_fact(claim))


def build_appeal(world: World, claim_no: str) -> None:
    """Write the letter of an appeal, with the papers, as a person decided to; once per version."""
    with world.database.reading() as session:
        claim = claims.claim_of(session, claim_no)
        known = case_facts.facts_of(session, claim.case_no)
        if letter_fact(claim) in known:
            return
        review = decided_review(session, claim, known)
        facts = replace(_facts(session, world, claim), appeal=_appeal(claim, review))
    _keep(world, claim, build_dossier(facts), APPEAL, letter_fact(claim), "-appeal")


def _keep(
    world: World, claim: ClaimView, data: bytes, kind: str, known: str, end: str = ""
) -> None:
    """Keep a paper of this version as evidence, and its hash as the fact `known` of the case."""
    world.set_down(data)
    with world.writing() as session:
        sha256 = world.evidence.put(
            session,
            data,
            kind=kind,
            source="huikuan",
            name=f"{claim.claim_no}-{claim.version}{end}.docx",
            case_no=claim.case_no,
            now=world.now(),
        )
        case_facts.keep_fact(session, claim.case_no, known, sha256)


def _appeal(claim: ClaimView, review: ReviewView) -> DossierAppeal:
    if claim.decided_on is None:
        raise StepOutOfOrder(claim.claim_no, "its denial")
    return DossierAppeal(
        receipt=claim.payer_claim_no or "",
        denied_on=claim.decided_on,
        denial=f"{claim.denial_code} {claim.denial_text}".strip(),
        statement=review.reason_text,
    )


def _facts(session: Session, world: World, claim: ClaimView) -> DossierFacts:
    order = cases.order_of(session, claim.case_no)
    known = case_facts.facts_of(session, order.order_no)
    coverage = next(c for c in order.coverages if c.payer == claim.payer)
    return DossierFacts(
        case_no=claim.case_no,
        claim_no=claim.claim_no,
        version=claim.version,
        replaces=claim.payer_claim_no or "" if claim.version > 1 else "",
        order_no=order.order_no,
        invoice_no=fact(known, order.order_no, "invoice_no"),
        tracking_no=fact(known, order.order_no, "tracking_no"),
        payer_name=world.counterparties.payer(claim.payer).name_zh,
        provider_name=world.counterparties.own.name_zh,
        hospital_name=order.hospital.name,
        patient_name=order.patient.name,
        member_no=coverage.member_no,
        service_date=date.fromisoformat(fact(known, order.order_no, "delivered_on")),
        prepared_on=world.today(),
        prepared_by="Huikuan",
        total=claim.billed,
        lines=_lines(order, claim),
        evidence=_papers(session, world, claim),
    )


def _lines(order: Order, claim: ClaimView) -> tuple[DossierLine, ...]:
    if claim.billed == order.total:
        return tuple(
            DossierLine(line.line_no, line.insurer_code, line.name, line.quantity, line.amount)
            for line in order.lines
        )
    first = order.lines[0]
    return (DossierLine(1, first.insurer_code, "前一付款方未付部分", 1, claim.billed),)


def _papers(session: Session, world: World, claim: ClaimView) -> tuple[DossierEvidence, ...]:
    known = case_facts.facts_of(session, claim.case_no)
    found = []
    for name, title in _PAPERS:
        sha256 = known[name]
        kept = world.evidence.view_of(session, sha256)
        found.append(
            DossierEvidence(
                title=title,
                media_type="application/pdf",
                sha256=sha256,
                captured_at=kept.stored_at,
                data=world.evidence.get(session, sha256),
            )
        )
    return tuple(found)
