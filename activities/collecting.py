"""The end of a case: the patient's share, and waiting until every fen is accounted for."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from activities.billing import post_voucher
from activities.refusals import StepOutOfOrder
from activities.world import DAY_S, World
from domain.bookings import PAY_CHANNEL, payment_journal
from domain.facts import PatientShareFacts, SettlementFacts
from domain.ledger import Journal
from domain.lifecycle import CaseEvent, ClaimStatus
from domain.money import Money
from domain.order import PATIENT, patient_item_no
from engine.clock import business_zone
from store import case_facts, cases, channel_moves, claims, ledger, money, share_bills
from store.money import AwaitedView
from store.share_bills import BillStillOpen

_SETTLED = frozenset(
    {
        ClaimStatus.PAID,
        ClaimStatus.PARTLY_PAID,
        ClaimStatus.WRITTEN_OFF,
        ClaimStatus.REVERSED,
    }
)
_ENDED = _SETTLED | {ClaimStatus.REMITTED, ClaimStatus.UNPAID}
"""Where a claim's life has brought it, when the case begins to collect."""


def request_patient_share(world: World, order_no: str) -> PatientShareFacts:
    """Make the one pay link of this case, for what no insurer bears.

    Raises: BillStillOpen, while the share is being paid in parts: nobody is to pay it twice.
    """
    with world.database.reading() as session:
        due = _patient_open(session, order_no)
        bill = share_bills.open_bill_of(session, order_no)
    if bill is not None:
        raise BillStillOpen(order_no, bill.bill.payment_no)
    if not due:
        return PatientShareFacts(due, "")
    link = world.pay_channel.link(f"{order_no}:patient", order_no, due)
    with world.writing() as session:
        case_facts.keep_fact(session, order_no, "link_no", link.link_no)
    return PatientShareFacts(due, link.link_no)


def settle_case(world: World, order_no: str) -> SettlementFacts:
    """Book what the patient paid, then compare what is due with what came; close when equal."""
    link_no, open_share = _check_steps_before(world, order_no)
    if link_no is not None and open_share:
        _book_patient_payment(world, order_no, link_no)
    with world.writing() as session:
        if cases.head_of(session, order_no).closed_at is None:
            cases.move_case(
                session, order_no, CaseEvent.CLAIMS_DECIDED, key="claims_decided", now=world.now()
            )
        facts = _compare(session, world, order_no)
    if facts.closed:
        _post_closing_voucher(world, order_no)
        with world.writing() as session:
            cases.move_case(
                session, order_no, CaseEvent.MONEY_RECONCILED, key="closed", now=world.now()
            )
    return facts


def _check_steps_before(world: World, order_no: str) -> tuple[str | None, Money]:
    """The pay link, if there is one, and what the patient still owes.

    Raises: StepOutOfOrder, when a restored store has lost a claim's end or the pay link.
    """
    with world.database.reading() as session:
        ended = {
            claim.claim_no
            for claim in claims.claims_of(session, order_no)
            if claim.status in _ENDED
        }
        link_no = case_facts.facts_of(session, order_no).get("link_no")
        items = [item for item in money.items_of(session, order_no) if item.open]
    for item in items:
        if item.payer == PATIENT and link_no is None:
            raise StepOutOfOrder(order_no, "the pay link")
        if item.payer != PATIENT and item.item_no not in ended:
            raise StepOutOfOrder(item.item_no, "its end")
    return link_no, Money.total(item.open for item in items if item.payer == PATIENT)


def _book_patient_payment(world: World, order_no: str, link_no: str) -> None:
    payment = world.pay_channel.status(link_no).payment
    if payment is None:
        return
    with world.writing() as session:
        money.record_payment(
            session,
            payment_no=payment.payment_no,
            link_no=link_no,
            case_no=order_no,
            amount=payment.amount,
            paid_at=payment.paid_at,
        )
        ledger.post(
            session,
            payment_journal(
                order_no=order_no,
                payment_no=payment.payment_no,
                amount=payment.amount,
                on=_business_day(payment.paid_at),
            ),
            now=world.now(),
        )
        money.allocate(
            session,
            key=f"payment:{payment.payment_no}",
            item_no=patient_item_no(order_no),
            amount=payment.amount,
            why="paid over the pay link",
        )


def _compare(session: Session, world: World, order_no: str) -> SettlementFacts:
    items = [item for item in money.items_of(session, order_no) if item.open]
    announced = money.awaited_of_case(session, order_no)
    awaited = [t for t in announced if t.matched_line is None and not t.written_off]
    unsettled = [
        claim.claim_no
        for claim in claims.claims_of(session, order_no)
        if claim.status not in _SETTLED
    ]
    paid_out = any(transfer.payer == PAY_CHANNEL for transfer in announced)
    unpaid_out = [
        payment.payment_no for payment in money.payments_of(session, order_no) if not paid_out
    ]
    # Of what a bill in parts took, the channel's own bill announces the bank's credit.
    paying_out = world.pay_ways.paying_out()
    unpaid_out += channel_moves.unbilled_of_case(session, order_no, paying_out)
    owed = Money.total(item.open for item in items)
    closed = not (items or awaited or unsettled or unpaid_out)
    waits = [
        *(f"{item.payer} {item.open}" for item in items),
        *(f"bank credit for {transfer.advice_no}" for transfer in awaited),
        *(f"settlement of {number}" for number in unpaid_out),
    ]
    due = [*(t.due_on for t in awaited), *(item.due_on for item in items if item.due_on)]
    overdue_no, overdue = _overdue(world, awaited, items)
    return SettlementFacts(
        closed=closed,
        open=owed,
        look_again_s=world.counterparties.own.advice_wait_days * DAY_S,
        as_of=world.today(),
        due_on=min(due, default=None),
        waits_for="; ".join(waits) or "the claims 等待申报结果",
        overdue_advice=overdue_no,
        overdue=overdue,
    )


def _overdue(
    world: World, awaited: list[AwaitedView], items: list[money.ItemView]
) -> tuple[str, Money | None]:
    """The first announced or requested money that is later than its dated window allows."""
    today = world.today()
    for transfer in awaited:
        if today > transfer.due_on:
            return transfer.advice_no, transfer.amount
    for item in items:
        if item.payer == PATIENT and item.due_on is not None and today > item.due_on:
            return item.item_no, item.open
    return "", None


def _post_closing_voucher(world: World, order_no: str) -> None:
    """Tell the ERP what became of the receivable: every leg of the case's claims and payments."""
    with world.database.reading() as session:
        claim_nos = [claim.claim_no for claim in claims.claims_of(session, order_no)]
        documents = [*claim_nos, patient_item_no(order_no), order_no]
        legs = ledger.legs_of_docs(session, documents)
    asked = [leg for leg in legs if not leg.journal_key.startswith(("invoice:", "credit:"))]
    # One order for ever: the ERP compares a voucher that comes again with the first.
    posted = sorted(asked, key=lambda leg: documents.index(leg.leg.doc))
    if not posted:
        return
    post_voucher(
        world,
        Journal(
            key=f"close:{order_no}",
            effective=max(leg.effective for leg in posted),
            text=f"Receipts of {order_no}",
            source_type="case",
            source_id=order_no,
            legs=tuple(leg.leg for leg in posted),
        ),
    )


def _patient_open(session: Session, order_no: str) -> Money:
    return Money.total(
        item.open for item in money.items_of(session, order_no) if item.payer == PATIENT
    )


def _business_day(moment: datetime) -> date:
    return moment.astimezone(business_zone).date()
