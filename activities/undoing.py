"""The way back: correcting an order before it is invoiced, and cancelling with compensation."""

from __future__ import annotations

from sqlmodel import Session

from activities.accepting import accepted_order
from activities.billing import post_voucher
from activities.decisions import stored_decision
from activities.filing import wake_warnings_of
from activities.world import World
from connectors.carrier import AlreadyDelivered
from domain.bookings import invoice_key
from domain.facts import Cancelling, ClaimToReverse, Compensation
from domain.ledger import Journal
from domain.lifecycle import CaseEvent, ClaimStatus
from domain.order import Order
from domain.review import Decision
from store import case_facts, cases, claims, intents, ledger, money, reviews, share_bills
from store.claims import ClaimView

_WITH_THE_PAYER = frozenset(
    {
        ClaimStatus.SUBMITTED,
        ClaimStatus.APPROVED,
        ClaimStatus.DENIED,
        ClaimStatus.APPEALED,
        ClaimStatus.UNKNOWN,
    }
)
_MONEY_MOVED = frozenset(
    {
        ClaimStatus.REMITTED,
        ClaimStatus.PAID,
        ClaimStatus.PARTLY_PAID,
        ClaimStatus.UNPAID,
        # What we bear ourselves is booked: the whole invoice credited on top would book it twice.
        ClaimStatus.WRITTEN_OFF,
    }
)


def correct_order(world: World, decision: Decision) -> Order:
    """Read the order anew from the ERP in place of the one that the case opened with.

    Raises: DecisionNotFound, when no stored decision approves it; OrderRefused.
    """
    with world.database.reading() as session:
        review = reviews.review_of(session, decision.review_no)
        stored = stored_decision(session, decision.review_no, "approve", "correct the order")
    order = accepted_order(world, review.subject)
    with world.writing() as session:
        cases.replace_order(
            session,
            order,
            key=f"corrected:{stored.decision_no}",
            actor=stored.person,
            reason=review.sentence_en,
            now=world.now(),
        )
    return order


def may_cancel(world: World, order_no: str) -> Compensation:
    """Cancelling ends where money has moved: from there on only a review can give it back."""
    with world.database.reading() as session:
        for claim in claims.claims_of(session, order_no):
            if claim.status in _MONEY_MOVED:
                return Compensation(False, f"claim {claim.claim_no} is {claim.status}")
        if money.payments_of(session, order_no) or _pays_in_parts(session, order_no):
            return Compensation(False, "the patient has paid")
    return Compensation(True)


def _pays_in_parts(session: Session, order_no: str) -> bool:
    """A bill that is open may be paid the next moment."""
    is_open = share_bills.open_bill_of(session, order_no) is not None
    return is_open or share_bills.has_paid_bill(session, order_no)


def claims_to_reverse(world: World, order_no: str) -> list[ClaimToReverse]:
    """Every claim that its payer knows of, or may know of."""
    with world.database.reading() as session:
        return [
            ClaimToReverse(
                claim.claim_no,
                claim.payer,
                world.counterparties.payer(claim.payer).way == "portal",
            )
            for claim in claims.claims_of(session, order_no)
            if claim.status in _WITH_THE_PAYER or _may_be_there(session, claim)
        ]


def _may_be_there(session: Session, claim: ClaimView) -> bool:
    """A draft that was sent, and whose answer was lost, may well stand at the payer."""
    kind: intents.IntentKind = "original" if claim.version == 1 else "replacement"
    return claim.status is ClaimStatus.DRAFTED and intents.may_have_arrived(
        session, claim.payer, claim.claim_no, claim.version, kind
    )


def cancel_case(world: World, cancelling: Cancelling) -> None:
    """Close the pay link, credit the invoice, stop the parcel, release the goods; then end."""
    order_no = cancelling.order_no
    with world.database.reading() as session:
        known = case_facts.facts_of(session, order_no)
    if "link_no" in known:
        world.pay_channel.close(known["link_no"])
    if "invoice_no" in known:
        _credit_invoice(world, cancelling, known["invoice_no"])
    if "tracking_no" in known:
        try:
            world.carrier.cancel(f"{order_no}:cancel", known["tracking_no"])
        except AlreadyDelivered:
            # The hospital sends delivered goods back itself; stock is booked below all the same.
            world.keep_fact(order_no, "carrier_cancel", "delivered already")
    if "goods_issue_no" in known:
        world.erp.return_goods(f"{order_no}:return", known["goods_issue_no"])
    elif "reservation_no" in known:
        world.erp.release(known["reservation_no"])
    with world.writing() as session:
        _end(session, world, cancelling)


def _credit_invoice(world: World, cancelling: Cancelling, invoice_no: str) -> None:
    order_no = cancelling.order_no
    # The tax service keeps the reason for ever, so it gets a fixed one and no free text.
    note = world.tax.credit(f"{order_no}:credit", invoice_no, "order cancelled")
    world.keep_fact(order_no, "credit_note_no", note.credit_note_no)
    with world.writing() as session:
        credit = _reversed(session, world, cancelling)
    if credit is not None:
        post_voucher(world, credit)


def _reversed(session: Session, world: World, cancelling: Cancelling) -> Journal | None:
    """Reverse the invoice in our books; None when its step failed before it was booked."""
    order_no = cancelling.order_no
    try:
        issued = ledger.journal_of(session, invoice_key(order_no))
    except ledger.NoSuchJournal:
        return None
    key = f"credit:{order_no}"
    ledger.reverse(
        session,
        issued.key,
        new_key=key,
        effective=issued.effective,
        by=cancelling.by,
        now=world.now(),
    )
    return ledger.journal_of(session, key)


def _end(session: Session, world: World, cancelling: Cancelling) -> None:
    order_no, now = cancelling.order_no, world.now()
    for item in money.items_of(session, order_no):
        if item.open:
            money.allocate(
                session,
                key=f"cancelled:{item.item_no}",
                item_no=item.item_no,
                amount=item.open,
                why="order cancelled",
            )
    for claim in claims.claims_of(session, order_no):
        if claim.status in (ClaimStatus.DRAFTED, ClaimStatus.REJECTED):
            claims.move_claim(
                session, claim.claim_no, ClaimStatus.REVERSED, key="reversed", now=now
            )
    cases.move_case(
        session,
        order_no,
        CaseEvent.CASE_CANCELLED,
        key="cancelled",
        now=now,
        actor=cancelling.by,
        reason=cancelling.reason,
    )
    wake_warnings_of(session, world, order_no)
