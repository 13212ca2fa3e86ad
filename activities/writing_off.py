"""Bearing an amount ourselves, as a stored decision allows, and never without one."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from activities.allowances import allowance, owed_by
from activities.decisions import stored_decision
from activities.filing import wake_warning
from activities.matching import claims_settled_by
from activities.refusals import DecisionNotFound
from activities.world import World
from domain.bookings import PAY_CHANNEL, write_off_journal
from domain.difference_facts import WriteOff
from domain.ledger import clearing, receivable
from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.review import SECOND, Decision, review_no_of
from engine.clock import business_zone
from store import claims, ledger, money, reviews
from store.reviews import ReviewView


def write_off(world: World, wanted: WriteOff) -> None:
    """Book the write-off of a claim, of announced money, or of the patient's share.

    Raises: DecisionNotFound, when no decision in the store allows it.
    """
    with world.writing() as session:
        review = reviews.review_of(session, wanted.review_no)
        if review.subject != (wanted.claim_no or wanted.advice_no):
            raise DecisionNotFound(
                review.review_no, f"write off {wanted.claim_no or wanted.advice_no}"
            )
        on = (review.decided_at or world.now()).astimezone(business_zone).date()
        decision = _allowed(session, world, review, on)
        if wanted.claim_no:
            _claim(session, world, wanted.claim_no, decision, on)
        elif any(i.item_no == wanted.advice_no for i in money.items_of(session, wanted.order_no)):
            _item(session, world, wanted.order_no, wanted.advice_no, decision, on)
        else:
            _announced(session, world, wanted.advice_no, decision, on)


def _allowed(session: Session, world: World, review: ReviewView, on: date) -> Decision:
    """Return the decision that allows it: above the caps, the finance head's, of another person."""
    decision = stored_decision(session, review.review_no, "write_off", "write off")
    payer = owed_by(session, review.subject)
    alone = allowance(session, world, payer, on, without=review.review_no)
    if review.amount <= alone:
        return decision
    wanted, second_no = f"write off above {alone}", review_no_of(f"{review.natural_key}{SECOND}")
    second = stored_decision(session, second_no, "approve", wanted)
    if second.person == decision.person:
        raise DecisionNotFound(second_no, wanted)
    return second


def _claim(session: Session, world: World, claim_no: str, decision: Decision, on: date) -> None:
    claim = claims.claim_of(session, claim_no)
    owed = _open(session, claim.case_no, claim_no)
    if owed:
        _post(session, world, decision, receivable(claim.payer), owed, claim_no, on)
        money.allocate(
            session,
            key=f"write_off:{decision.review_no}",
            item_no=claim_no,
            amount=owed,
            why=f"written off by {decision.decision_no}",
        )
    claims.move_claim(
        session,
        claim_no,
        ClaimStatus.WRITTEN_OFF,
        key=f"written_off:{decision.review_no}",
        now=world.now(),
        written_off=owed or claim.written_off,
    )
    wake_warning(session, world, claim)


def _item(
    session: Session, world: World, order_no: str, item_no: str, decision: Decision, on: date
) -> None:
    item = next(i for i in money.items_of(session, order_no) if i.item_no == item_no)
    if not item.open:
        return
    _post(session, world, decision, receivable(item.payer), item.open, item_no, on)
    money.allocate(
        session,
        key=f"write_off:{decision.review_no}",
        item_no=item_no,
        amount=item.open,
        why=f"written off by {decision.decision_no}",
    )


def _announced(
    session: Session, world: World, advice_no: str, decision: Decision, on: date
) -> None:
    """Give announced money up; nothing, when it has come, or another case gave it up before.

    One transfer pays many cases, and each of them asks about it on its own.
    """
    transfer = next(
        t for t in money.awaited_transfers(session, open_only=False) if t.advice_no == advice_no
    )
    if transfer.written_off or transfer.matched_line is not None:
        return
    account = clearing(transfer.payer)
    _post(session, world, decision, account, transfer.amount, advice_no, on)
    money.write_off_transfer(session, advice_no, key=f"write_off:{decision.review_no}")
    if transfer.payer == PAY_CHANNEL:
        return
    for claim in claims_settled_by(session, advice_no):
        claims.move_claim(
            session,
            claim.claim_no,
            ClaimStatus.UNPAID,
            key=f"unpaid:{decision.review_no}",
            now=world.now(),
        )
        claims.move_claim(
            session,
            claim.claim_no,
            ClaimStatus.WRITTEN_OFF,
            key=f"written_off:{decision.review_no}",
            now=world.now(),
            written_off=claim.paid,
        )


def _post(
    session: Session,
    world: World,
    decision: Decision,
    account: str,
    amount: Money,
    doc: str,
    on: date,
) -> None:
    journal = write_off_journal(
        review_no=decision.review_no,
        account=account,
        amount=amount,
        doc=doc,
        on=on,
        approved_by=decision.person,
    )
    ledger.post(session, journal, now=world.now())


def _open(session: Session, case_no: str, item_no: str) -> Money:
    return Money.total(i.open for i in money.items_of(session, case_no) if i.item_no == item_no)
