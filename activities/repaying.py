"""What insurers get back for goods that came back: owed with the patient's, and taken by them."""

from __future__ import annotations

from sqlmodel import Session

from activities import take_backs
from activities.world import World
from domain.money import Money
from domain.payment_bookings import repaid_journal, repayment_journal
from domain.remittance import RemittanceAdvice
from store import ledger, repayments


def owe(world: World, session: Session, return_no: str) -> None:
    """Owe each insurer its part of a return that is about to be done, once."""
    for one in repayments.of_return(session, return_no):
        repayments.hold(session, one)
        if one.is_due:
            continue
        journal = repayment_journal(
            return_no=return_no,
            claim_no=one.claim_no,
            payer=one.payer,
            amount=one.amount,
            on=world.today(),
        )
        ledger.post(session, journal, now=world.now())
        take_backs.settle(world, session, one)


def take(
    world: World, session: Session, advice: RemittanceAdvice, claim_no: str, taken: Money
) -> Money:
    """What of an amount that an advice takes back (above zero) was due; the rest is a question."""
    due = repayments.offset(session, claim_no, taken, by=advice.remittance_no)
    for one, part in due:
        journal = repaid_journal(
            return_no=one.return_no,
            claim_no=claim_no,
            payer=advice.payer,
            taken_by=advice.remittance_no,
            amount=part,
            on=advice.paid_on,
        )
        ledger.post(session, journal, now=world.now())
    return Money.total((part for _, part in due), taken.currency)
