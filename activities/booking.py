"""Booking proved advices: identity is checked against our own books, then all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from activities import repaying
from activities.differences import NOTHING_OPEN, PAID_EXTRA, TAKE_BACK
from activities.matching import remitted_key
from activities.world import World
from connectors.pay_channel import Settlement
from domain.bookings import PAY_CHANNEL, remittance_journal, unclear_journal
from domain.facts import DocumentRef
from domain.ledger import suspense
from domain.lifecycle import WITH_THE_PAYER, ClaimStatus
from domain.money import Money
from domain.order import PATIENT, claim_no_of, patient_item_no
from domain.proof import Equation, ProofKind, Proved
from domain.remittance import RemittanceAdvice, RemittanceLine
from engine.ids import case_id, claim_id
from store import cases, claims, documents, ledger, money, outbox, proofs
from store.claims import ClaimView, NoSuchClaim

_NOT_WITH_THE_PAYER = frozenset(
    {ClaimStatus.DRAFTED, ClaimStatus.DENIED, ClaimStatus.REJECTED, ClaimStatus.UNKNOWN}
)


class NotOurs(ValueError):
    """A document adds up, but what it says is not about us; `problems` say which part."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


def book_remittance(world: World, proved: Proved[RemittanceAdvice], document: DocumentRef) -> None:
    """Book an advice: receivables to clearing, shares to the next payer, surprises to suspense.

    Raises: NotOurs, when a claim is unknown, another payer's, or billed differently, when the
    source speaks for another payer, or when the number stands for another content already;
    NotProved, when the proof is that of another file.
    """
    advice = proved.value
    if advice.payer != document.source:
        raise NotOurs([f"payer: {document.source} sent an advice of {advice.payer}"])
    with world.writing() as session:
        known = _claims_of(session, advice)
        try:
            tied = proved.tied([of_this_file(proved, document), *_known_to_us(advice, known)])
            is_new = money.record_remittance(session, tied, now=world.now())
        except money.RemittanceDiffers as differs:
            raise NotOurs([str(differs)]) from differs
        if is_new:
            _book_advice(session, world, advice, known)
        documents.set_document_status(session, document.sha256, "booked", now=world.now())


def of_this_file(proved: Proved[Any], document: DocumentRef) -> Equation:
    """The proof must be of the very file that is booked, or it proves another one."""
    is_same = int(proved.reading.sha256 == document.sha256)
    return Equation("the proof is of this file", is_same, 1, ProofKind.IDENTITY)


def _known_to_us(advice: RemittanceAdvice, known: Mapping[str, ClaimView]) -> list[Equation]:
    """What `_claims_of` compared with our books, as a part of the proof."""
    return [
        Equation(
            f"{line.claim_no} billed = our claim",
            line.billed.minor,
            known[line.claim_no].billed.minor,
            ProofKind.IDENTITY,
        )
        for line in advice.lines
    ]


def _claims_of(session: Session, advice: RemittanceAdvice) -> dict[str, ClaimView]:
    """Look every claim up and compare. Raises: NotOurs, with all problems at once."""
    known: dict[str, ClaimView] = {}
    problems: list[str] = []
    named = [line.claim_no for line in advice.lines]
    for claim_no in [*named, *(taken.claim_no for taken in advice.provider_adjustments)]:
        try:
            claim = claims.claim_of(session, claim_no)
        except NoSuchClaim:
            problems.append(f"claim {claim_no}: not ours")
            continue
        if claim.payer != advice.payer:
            problems.append(f"claim {claim_no}: is with {claim.payer}, not {advice.payer}")
        known[claim_no] = claim
    for line in advice.lines:
        problems += _problems_of(line, known.get(line.claim_no))
    problems += [f"claim {no}: named twice" for no in sorted(set(named)) if named.count(no) > 1]
    if problems:
        raise NotOurs(problems)
    return known


def _problems_of(line: RemittanceLine, claim: ClaimView | None) -> list[str]:
    found = []
    if claim is not None and line.billed != claim.billed:
        found.append(f"claim {line.claim_no}: billed {claim.billed}, advice {line.billed}")
    if claim is not None and line.paid and claim.status in _NOT_WITH_THE_PAYER:
        # As after a restored store: it can be booked once the claim's life has caught up.
        found.append(f"claim {line.claim_no}: is {claim.status} in our books, but paid")
    # A reversal in the shape of a payment: what it gives back, only a person can tell.
    for name, amount in (("paid", line.paid), ("patient's share", line.shifted())):
        if amount.minor < 0:
            found.append(f"claim {line.claim_no}: {name} {amount} is below zero")
    return found


def _book_advice(
    session: Session, world: World, advice: RemittanceAdvice, known: dict[str, ClaimView]
) -> None:
    unexpected = frozenset(
        line.claim_no for line in advice.lines if known[line.claim_no].status not in WITH_THE_PAYER
    )
    next_payers = {no: _next_payer(session, claim) for no, claim in known.items()}
    for journal in (
        remittance_journal(advice, next_payers=next_payers, unexpected=unexpected),
        unclear_journal(advice, unexpected=unexpected),
    ):
        if journal is not None:
            ledger.post(session, journal, now=world.now())
    for line in advice.lines:
        claim = known[line.claim_no]
        if line.claim_no in unexpected:
            _open_difference(session, world, advice, claim, line.paid, NOTHING_OPEN)
        else:
            _settle_claim(session, world, advice, claim, line, next_payers[line.claim_no])
    for claim_no, amount in _outside_any_line(advice).items():
        kind = TAKE_BACK if amount.minor < 0 else PAID_EXTRA
        # What was due to it for goods that came back is no question.
        unclear = amount + repaying.take(world, session, advice, claim_no, -amount)
        _open_difference(session, world, advice, known[claim_no], unclear, kind)
    _await(session, world, advice, known)


def _outside_any_line(advice: RemittanceAdvice) -> dict[str, Money]:
    """What was taken back (below zero) or added for each claim: one question, one amount."""
    sums: dict[str, Money] = {}
    for adjusted in advice.provider_adjustments:
        before = sums.get(adjusted.claim_no, Money(0, advice.total.currency))
        sums[adjusted.claim_no] = before + adjusted.amount
    return sums


def _next_payer(session: Session, claim: ClaimView) -> str:
    payers = cases.head_of(session, claim.case_no).payers
    return payers[claim.sequence]


def _settle_claim(
    session: Session,
    world: World,
    advice: RemittanceAdvice,
    claim: ClaimView,
    line: RemittanceLine,
    next_payer: str,
) -> None:
    money.allocate(
        session,
        key=f"remittance:{advice.remittance_no}:{claim.claim_no}",
        item_no=claim.claim_no,
        amount=line.billed,
        why=f"remittance {advice.remittance_no}",
    )
    if line.shifted():
        _raise_share(session, world, advice, claim, line.shifted(), next_payer)
    claims.move_claim(
        session,
        claim.claim_no,
        ClaimStatus.REMITTED,
        key=remitted_key(advice.remittance_no),
        now=world.now(),
        paid=line.paid,
        adjusted=line.borne_by_us(),
        shifted=line.shifted(),
        decided_on=claim.decided_on or advice.paid_on,
    )
    # The claim's end lets its case go on, so that needs no wake-up of its own.
    outbox.put(
        session,
        workflow_id=claim_id(claim.claim_no),
        name="look",
        arg=f"remittance:{advice.remittance_no}",
        now=world.now(),
    )


def _raise_share(
    session: Session,
    world: World,
    advice: RemittanceAdvice,
    claim: ClaimView,
    share: Money,
    next_payer: str,
) -> None:
    """What this payer shifts becomes the open item of the next, or of the patient."""
    profiles = world.counterparties
    if next_payer == PATIENT:
        item_no, days = patient_item_no(claim.case_no), profiles.pay_channel.unpaid_review_days
    else:
        item_no = claim_no_of(claim.case_no, claim.sequence + 1)
        payer = profiles.payer(next_payer)
        days = payer.expected_decision_days + payer.expected_payment_days
    money.raise_item(
        session,
        item_no=item_no,
        case_no=claim.case_no,
        payer=next_payer,
        kind="patient" if next_payer == PATIENT else "claim",
        amount=share,
        due_on=advice.paid_on + timedelta(days=days),
    )


def _open_difference(
    session: Session,
    world: World,
    advice: RemittanceAdvice,
    claim: ClaimView,
    amount: Money,
    kind: str,
) -> None:
    if not amount:
        return
    money.open_difference(
        session,
        natural_key=f"{advice.remittance_no}:{claim.claim_no}:{kind}",
        kind=kind,
        amount=amount,
        suspense_account=suspense(advice.payer),
        case_no=claim.case_no,
        line_id=None,
        claim_no=claim.claim_no,
        opened_on=advice.paid_on,
        ask_on=advice.paid_on,
    )


def _await(
    session: Session, world: World, advice: RemittanceAdvice, known: dict[str, ClaimView]
) -> None:
    """The bank must show this total under this trace number, soon."""
    if not advice.total:
        return
    payer = world.counterparties.payer(advice.payer)
    money.await_transfer(
        session,
        advice_no=advice.remittance_no,
        payer=advice.payer,
        account_hint=payer.pays_into,
        trace_number=advice.trace_number,
        amount=advice.total,
        due_on=advice.paid_on + timedelta(days=payer.unpaid_review_days),
        case_nos=sorted({known[line.claim_no].case_no for line in advice.lines}),
    )


def book_settlement(world: World, proved: Proved[Settlement], document: DocumentRef) -> None:
    """Expect the pay channel's transfer, and wake the cases whose patients paid.

    Raises: NotProved, when the proof is that of another file.
    """
    settlement, tied = proved.value, proved.tied([of_this_file(proved, document)])
    channel = world.counterparties.pay_channel
    case_nos = sorted({line.order_no for line in settlement.lines})
    with world.writing() as session:
        subject = proofs.settlement_subject(settlement.settlement_no)
        proofs.record_proof(session, tied, subject=subject, now=world.now())
        money.await_transfer(
            session,
            advice_no=settlement.settlement_no,
            payer=PAY_CHANNEL,
            account_hint=channel.pays_into,
            trace_number=settlement.trace_number,
            amount=settlement.total,
            due_on=settlement.settled_on + timedelta(days=channel.unpaid_review_days),
            case_nos=case_nos,
        )
        documents.set_document_status(session, document.sha256, "booked", now=world.now())
        for case_no in case_nos:
            outbox.put(
                session,
                workflow_id=case_id(case_no),
                name="look",
                arg=f"settlement:{settlement.settlement_no}",
                now=world.now(),
            )
