"""Asking for the money: three-way match, tax invoice, receivable and the ERP's voucher."""

from __future__ import annotations

import json
from datetime import timedelta

from activities.refusals import StepOutOfOrder
from activities.world import World
from domain.bookings import invoice_journal
from domain.facts import InvoiceFacts
from domain.ledger import Journal
from domain.lifecycle import CaseEvent
from domain.order import Order, claim_no_of
from domain.review import ReviewKind
from domain.three_way_match import mismatches
from store import case_facts, cases, ledger, money, reviews
from store.case_facts import facts_of


def issue_invoice(world: World, order_no: str) -> InvoiceFacts:
    """Match, then issue one tax invoice, book it here and in the ERP.

    A mismatch is returned, not booked, unless a person has approved it.
    """
    with world.database.reading() as session:
        order = cases.order_of(session, order_no)
        known = facts_of(session, order_no)
        if "lots" not in known:
            raise StepOutOfOrder(order_no, "lots")
        lots = json.loads(known["lots"])
    if "invoice_sha256" in known:
        # Booked already. The tax service may print the paper anew, with other bytes.
        return InvoiceFacts(known["invoice_no"])
    delivered: dict[int, int] = {}
    for lot in lots:
        delivered[lot["line_no"]] = delivered.get(lot["line_no"], 0) + lot["quantity"]
    different = mismatches(order, delivered)
    if different and not _approved(world, order_no):
        return InvoiceFacts("", "; ".join(different))
    invoice = world.tax.issue(f"{order_no}:invoice", order)
    world.keep_fact(order_no, "invoice_no", invoice.invoice_no)
    world.erp.book_invoice(f"{order_no}:invoice", order_no, invoice.invoice_no, order.total)
    paper = world.tax.pdf(invoice.invoice_no)
    journal = invoice_journal(order, invoice_no=invoice.invoice_no, on=invoice.issued_on)
    post_voucher(world, journal)
    _book(world, order, invoice.invoice_no, paper, journal)
    return InvoiceFacts(invoice.invoice_no)


def post_voucher(world: World, journal: Journal) -> str:
    """Hand a journal to the ERP as a voucher under the journal's own key; twice is once."""
    voucher = world.erp.post_voucher(journal.key, journal.effective, journal.text, journal.legs)
    return voucher.voucher_no


def _book(world: World, order: Order, invoice_no: str, paper: bytes, journal: Journal) -> None:
    order_no, payer = order.order_no, order.payers()[0]
    profile = world.counterparties.payer(payer)
    wait = timedelta(days=profile.expected_decision_days + profile.expected_payment_days)
    world.set_down(paper)
    with world.writing() as session:
        sha256 = world.evidence.put(
            session,
            paper,
            kind="tax_invoice",
            source="tax",
            name=f"{invoice_no}.pdf",
            case_no=order_no,
            now=world.now(),
        )
        case_facts.keep_fact(session, order_no, "invoice_sha256", sha256)
        ledger.post(session, journal, now=world.now())
        money.raise_item(
            session,
            item_no=claim_no_of(order_no, 1),
            case_no=order_no,
            payer=payer,
            kind="claim",
            amount=order.total,
            due_on=journal.effective + wait,
        )
        cases.move_case(
            session, order_no, CaseEvent.INVOICE_ISSUED, key="invoiced", now=world.now()
        )


def _approved(world: World, order_no: str) -> bool:
    with world.database.reading() as session:
        asked = reviews.reviews_of_case(session, order_no)
    return any(
        review.kind is ReviewKind.MISMATCH
        and review.decision is not None
        and review.decision.outcome == "approve"
        for review in asked
    )
