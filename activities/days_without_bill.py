"""What moved on a day of a pay channel whose bill will not come: one question, decided at once.

Each payment and refund keeps a difference of its own, so that a bill that comes after all clears
just what it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from activities.allowances import require_allowed
from activities.bill_words import number_in
from activities.world import World
from domain.bill_comparison import BillDifference, Moved, given_up_journal
from domain.channel_bill import BillKind, bill_number
from domain.money import Money
from domain.review import Decision
from store import channel_bills, channel_moves, ledger, money
from store.money import DifferenceView
from store.reviews import ReviewView


def question_key(session: Session, difference: DifferenceView, life: str) -> str:
    """Under which key a life asks: the same for all that moved on one day without a bill."""
    one = _moved(session, difference)
    if one is None or channel_bills.is_booked(session, difference.owner, one.on):
        return f"{difference.no}:{life}"
    return f"{bill_number(difference.owner, one.on)}:{life}"


def day_sentences(session: Session, together: Sequence[DifferenceView]) -> tuple[str, str]:
    """What one question says of several movements, in Chinese and in English."""
    first, count, net = together[0], len(together), net_of(together)
    one = _moved(session, first)
    assert one is not None, "asked about together is only what moved over a channel"
    return (
        f"渠道 {first.owner} 没有 {one.on} 的账单，当日收退款 {count} 笔（净额"
        f" {net.grouped()} 元）在暂记款",
        f"{first.owner} has no bill of {one.on}: {count} payments and refunds, {net} net,"
        " are in suspense",
    )


def net_of(together: Sequence[DifferenceView]) -> Money:
    """What several differences come to."""
    return Money.total(one.amount for one in together)


def book_day(
    session: Session,
    world: World,
    together: Sequence[DifferenceView],
    decision: Decision,
    review: ReviewView,
    on: date,
) -> None:
    """Empty the suspense of all of them in one journal, as one decision said.

    When a part of the day cleared up meanwhile nothing is booked, and the rest is asked again
    later: nobody decided about that amount. Raises: DecisionNotFound, NoLimitInForce.
    """
    net = net_of(together) if together else None
    if net is None or net != review.amount:
        return
    if net.minor < 0:
        require_allowed(session, world, together[0].owner, -net, decision, on)
    journal = given_up_journal(
        subject=review.subject,
        suspense_account=together[0].suspense_account,
        unclear=[(one.no, one.amount) for one in together],
        decision_no=decision.decision_no,
        on=on,
        approved_by=decision.person,
    )
    ledger.post(session, journal, now=world.now())
    for one in together:
        money.settle_difference(
            session,
            one.no,
            how=decision.outcome,
            by_decision=decision.decision_no,
            now=world.now(),
        )


def _moved(session: Session, difference: DifferenceView) -> Moved | None:
    """The payment or refund of ours that no bill has; None for any other difference."""
    if difference.kind != BillDifference.OURS_ONLY:
        return None
    number = number_in(difference)
    told = (channel_moves.moved(session, difference.owner, kind, number) for kind in BillKind)
    return next((one for one in told if one is not None), None)
