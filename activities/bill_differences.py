"""What a pay channel's bills leave unclear, as differences in suspense: opened, found, settled."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from activities.world import World
from domain.bill_comparison import BillDifference, Unclear, difference_key
from domain.ledger import suspense
from engine.paying_out import PaysOut
from store import money


def open_difference(
    session: Session, world: World, file: PaysOut, unclear: Unclear, settles_on: date
) -> None:
    """It ages from the day on which the bill's money should be in the bank."""
    wait = world.difference_rules.wait_days([file.code, file.pays_into], settles_on)
    ask_on, _provisional = world.calendar.add_working_days(settles_on, wait)
    money.open_difference(
        session,
        natural_key=difference_key(file.code, unclear.why, unclear.number),
        kind=unclear.why,
        amount=unclear.amount,
        suspense_account=suspense(file.code),
        case_no=None,
        line_id=None,
        claim_no=None,
        opened_on=settles_on,
        ask_on=ask_on,
    )


def _lack_of(session: Session, code: str, number: str) -> money.DifferenceView | None:
    """The difference that says, or said once, that no bill has a movement of ours."""
    key = difference_key(code, BillDifference.OURS_ONLY, number)
    try:
        return money.difference_of(session, money.difference_no_of(key))
    except money.NoSuchDifference:
        return None


def open_lack_of(session: Session, code: str, number: str) -> money.DifferenceView | None:
    """The same while it is open."""
    found = _lack_of(session, code, number)
    return found if found is not None and found.settled_at is None else None


def is_given_up(session: Session, code: str, number: str) -> bool:
    """A person decided about it: what comes of it now is money that we do not know."""
    found = _lack_of(session, code, number)
    return found is not None and found.settled_at is not None


def settle(session: Session, world: World, difference: money.DifferenceView) -> None:
    """It cleared up by itself."""
    money.settle_difference(session, difference.no, how="matched", by_decision="", now=world.now())
