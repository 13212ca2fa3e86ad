"""What a card network did to earlier payments, told beside a day's bill: out of clearing, into
suspense, and before a person at once.

Nothing of it is in our books, so nothing of it is booked as a loss or as income without a decision.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from activities.bill_differences import settle
from activities.bill_words import UNKNOWN
from activities.world import World
from domain.bill_comparison import BillDifference, difference_key
from domain.channel_adjustment import CONTESTABLE, adjustments_journal
from domain.channel_bill import ChannelBill
from domain.ledger import suspense
from engine.paying_out import PaysOut
from store import channel_adjustments, channel_moves, ledger, money
from store.channel_adjustments import BookedAdjustment


def book_adjustments(
    session: Session,
    world: World,
    file: PaysOut,
    bill: ChannelBill,
    *,
    day: date,
    settles_on: date,
) -> None:
    """Book all of a bill that is on record since a moment ago. Raises: BillDiffers, FactDiffers."""
    journal = adjustments_journal(channel=file.code, day=day, adjustments=bill.adjustments)
    if journal is not None:
        ledger.post(session, journal, now=world.now())
    for one in bill.adjustments:
        pay_no = channel_adjustments.payment_behind(session, file.code, one)
        channel_adjustments.record_adjustment(session, file.code, day, one, pay_no)
    # An answer may stand above what it answers, and its day's bill may be booked before.
    for one in bill.adjustments:
        booked = channel_adjustments.adjustment_of(session, file.code, one.number)
        if booked.net:
            _open(session, world, file, booked, settles_on)
    for one in bill.adjustments:
        for linked in channel_adjustments.chain_of(session, file.code, one.number):
            _undo(session, world, file, linked)
            _name_again(session, world, file, linked)


def _open(
    session: Session, world: World, file: PaysOut, one: BookedAdjustment, settles_on: date
) -> None:
    cases = channel_moves.cases_of(session, [one.pay_no]) if one.pay_no else []
    money.open_difference(
        session,
        natural_key=_key(file.code, one, one.pay_no),
        kind=_why(one),
        amount=one.net,
        suspense_account=suspense(file.code),
        case_no=cases[0] if cases else None,
        line_id=None,
        claim_no=None,
        opened_on=settles_on,
        ask_on=world.today(),
    )


def _undo(session: Session, world: World, file: PaysOut, answer: BookedAdjustment) -> None:
    """When it undoes to the fen what it is about, and nobody decided yet, both leave suspense."""
    answered = channel_adjustments.answered_by(session, file.code, answer.number)
    if answered is None or answered.net != -answer.net:
        return
    was, now = (_unclear(session, file.code, one) for one in (answered, answer))
    if was is not None and now is not None:
        settle(session, world, was)
        settle(session, world, now)


def _name_again(session: Session, world: World, file: PaysOut, one: BookedAdjustment) -> None:
    """It was about no payment of ours until what it is about was booked: it is asked anew."""
    known = _unclear(session, file.code, one)
    if known is not None and known.natural_key != _key(file.code, one, one.pay_no):
        settle(session, world, known)
        _open(session, world, file, one, known.opened_on)


def _unclear(session: Session, code: str, one: BookedAdjustment) -> money.DifferenceView | None:
    """What it left unclear, while it is; it may have been opened without its payment."""
    for pay_no in dict.fromkeys((one.pay_no, "")):
        no = money.difference_no_of(_key(code, one, pay_no))
        try:
            known = money.difference_of(session, no)
        except money.NoSuchDifference:
            continue
        if known.settled_at is None:
            return known
    return None


def _key(code: str, one: BookedAdjustment, pay_no: str) -> str:
    return difference_key(code, _why(one), f"{pay_no or UNKNOWN}/{one.number}")


def _why(one: BookedAdjustment) -> BillDifference:
    is_chargeback = one.kind in CONTESTABLE
    return BillDifference.CHARGEBACK if is_chargeback else BillDifference.ADJUSTMENT
