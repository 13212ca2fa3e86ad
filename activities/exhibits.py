"""The papers that belong beside a question, found in the store: no life needs to know them."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from activities.differences import PAID_EXTRA, TAKE_BACK
from domain.bill_comparison import BILL_DIFFERENCES
from domain.order import PATIENT
from domain.review import Question, ReviewKind
from store import channel_bills, claims, documents, money
from store.documents import EvidenceView

PICTURE = "screenshot"
EXCHANGE = "exchange"
TRACE = "trace"
SAID = ("commit-request", "commit-sent", "commit-answer")
PROOF = "proof_of_delivery"
INVOICE = "tax_invoice"
MOST_PICTURES = 2
"""The newest pictures of a portal tell how things stand; the older ones are on the case page."""

_ABOUT_A_CLEARING = frozenset({ReviewKind.CLEARING, ReviewKind.SUBMISSION_UNKNOWN})
_ABOUT_THE_GOODS = frozenset({ReviewKind.PROOF_OF_DELIVERY, ReviewKind.MISMATCH})


def papers_beside(session: Session, question: Question) -> tuple[str, ...]:
    """Return the SHA-256 of each paper that a person should see, the most telling first.

    A question that names its own evidence keeps just that.
    """
    if question.evidence:
        return question.evidence
    finders: tuple[Callable[[Session, Question], tuple[str, ...]], ...] = (
        _of_difference,
        _of_claim,
        _of_clearing,
        _of_advice,
        _of_goods,
    )
    for find in finders:
        if found := find(session, question):
            return tuple(dict.fromkeys(found))
    return ()


def _of_difference(session: Session, question: Question) -> tuple[str, ...]:
    """The bank statement with the unclear line, or the advice or bill that surprised us."""
    try:
        difference = money.difference_of(session, question.subject)
    except money.NoSuchDifference:
        return ()
    if difference.line_id is not None:
        return (money.document_of_line(session, difference.line_id),)
    if difference.kind in BILL_DIFFERENCES:
        settling = channel_bills.bills_settling(session, difference.owner, difference.opened_on)
        return tuple(bill.document_sha256 for bill in settling)
    claim_no = difference.claim_no or ""
    if difference.kind in (TAKE_BACK, PAID_EXTRA):
        taken = money.provider_adjustments_of_claim(session, claim_no)
        return tuple(view.document_sha256 for view, _ in reversed(taken))
    said = money.remittances_of_claim(session, claim_no)
    return tuple(view.document_sha256 for view, _ in reversed(said))


def _of_claim(session: Session, question: Question) -> tuple[str, ...]:
    """What the payer shows of the claim, and the papers that were handed in with it."""
    try:
        claim = claims.claim_of(session, question.subject)
    except claims.NoSuchClaim:
        return ()
    kept = documents.list_for_case(session, claim.case_no)
    # The same picture is kept once, under the name of whoever saw it first: another case, perhaps.
    others = tuple(
        f"{other.claim_no}-"
        for other in claims.claims_of(session, claim.case_no)
        if other.claim_no != claim.claim_no
    )
    pictures = _newest([paper for paper in kept if not paper.name.startswith(others)], PICTURE)
    said = _said_last(kept, f"{claim.claim_no}-{claim.version} ")
    return (
        *pictures[:MOST_PICTURES],
        *said,
        *_newest([one for one in kept if one.name.startswith(f"{claim.claim_no} ")], TRACE)[:1],
        *_newest(kept, PROOF)[:1],
        *_newest(kept, INVOICE)[:1],
    )


def _of_clearing(session: Session, question: Question) -> tuple[str, ...]:
    """What the payer shows of a month's clearing; it belongs to no case."""
    if question.case_no is not None or question.kind not in _ABOUT_A_CLEARING:
        return ()
    kept = documents.list_named(session, f"{question.subject}-1 ")
    said = _said_last(kept, f"{question.subject}-1 ")
    return (*_newest(kept, PICTURE)[:MOST_PICTURES], *said)


def _said_last(kept: list[EvidenceView], named: str) -> tuple[str, ...]:
    """What this version's last attempt sent to its portal and was answered, in that order."""
    newest = {
        paper.name.removeprefix(named): paper.sha256
        for paper in kept
        if paper.kind == EXCHANGE and paper.name.startswith(named)
    }
    return tuple(newest[label] for label in SAID if label in newest)


def _of_advice(session: Session, question: Question) -> tuple[str, ...]:
    """The advice or settlement that announced money, or the invoice behind a patient's share."""
    if question.kind not in (ReviewKind.UNPAID, ReviewKind.WRITE_OFF):
        return ()
    announced = documents.documents_numbered(session, question.subject)
    if announced or question.case_no is None:
        return tuple(document.sha256 for document in announced)
    items = money.items_of(session, question.case_no)
    if any(item.item_no == question.subject and item.payer == PATIENT for item in items):
        return tuple(_newest(documents.list_for_case(session, question.case_no), INVOICE))
    return ()


def _of_goods(session: Session, question: Question) -> tuple[str, ...]:
    if question.kind not in _ABOUT_THE_GOODS or question.case_no is None:
        return ()
    return tuple(_newest(documents.list_for_case(session, question.case_no), PROOF)[:1])


def _newest(papers: list[EvidenceView], kind: str) -> list[str]:
    return [paper.sha256 for paper in reversed(papers) if paper.kind == kind]
