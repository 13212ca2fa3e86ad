"""What a card network did to earlier payments, told beside a day's bill: out of clearing, into
suspense, and before a person at once.

Nothing of it is in our books, so nothing of it is booked as a loss or as income without a decision.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from activities.bill_words import UNKNOWN
from activities.world import World
from domain.bill_comparison import BillDifference, difference_key
from domain.channel_adjustment import CONTESTABLE, Adjustment, adjustments_journal
from domain.channel_bill import ChannelBill
from domain.ledger import suspense
from engine.paying_out import PaysOut
from store import channel_adjustments, channel_moves, ledger, money


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
        answered = channel_adjustments.answered_by(session, file.code, one)
        channel_adjustments.record_adjustment(session, file.code, day, one, pay_no)
        if not one.net:
            continue
        opened = _open(session, world, file, one, pay_no, settles_on)
        if answered is not None and answered[1] == -one.net:
            _undo(session, world, file, answered[0], pay_no, opened)


def _open(
    session: Session,
    world: World,
    file: PaysOut,
    one: Adjustment,
    pay_no: str,
    settles_on: date,
) -> money.DifferenceView:
    why = BillDifference.CHARGEBACK if one.kind in CONTESTABLE else BillDifference.ADJUSTMENT
    cases = channel_moves.cases_of(session, [pay_no]) if pay_no else []
    return money.open_difference(
        session,
        natural_key=difference_key(file.code, why, _named(pay_no, one.number)),
        kind=why,
        amount=one.net,
        suspense_account=suspense(file.code),
        case_no=cases[0] if cases else None,
        line_id=None,
        claim_no=None,
        opened_on=settles_on,
        ask_on=world.today(),
    )


def _undo(
    session: Session,
    world: World,
    file: PaysOut,
    number: str,
    pay_no: str,
    opened: money.DifferenceView,
) -> None:
    """What this one is about is undone to the fen: while nobody decided, both leave suspense."""
    for why in (BillDifference.CHARGEBACK, BillDifference.ADJUSTMENT):
        key = difference_key(file.code, why, _named(pay_no, number))
        try:
            known = money.difference_of(session, money.difference_no_of(key))
        except money.NoSuchDifference:
            continue
        if known.settled_at is None:
            for one in (known, opened):
                money.settle_difference(
                    session, one.no, how="matched", by_decision="", now=world.now()
                )


def _named(pay_no: str, number: str) -> str:
    return f"{pay_no or UNKNOWN}/{number}"
