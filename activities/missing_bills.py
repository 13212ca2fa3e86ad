"""A pay channel's bill that does not come: a person is asked once, and the days after it go on.

Nothing is booked for it until the bill is there, or a person decides that it never will be.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from activities.bill_differences import open_difference
from activities.decisions import stored_decision
from activities.world import World
from domain.bill_comparison import BillDifference, Unclear, no_bill_journal
from domain.channel_bill import bill_number, day_of
from domain.facts import AccountDay
from domain.money import Money
from domain.review import Decision, Question, ReviewKind, review_no_of
from engine.clock import business_zone
from engine.ids import bill_id
from store import channel_moves, ledger, outbox, reviews
from store.reviews import NoSuchReview


def overdue_on(world: World, channel: str, day: date) -> date:
    """The day from which a bill holds up no other one, and a person is asked about it.

    Raises: NoDifferenceRule.
    """
    wait = world.difference_rules.bill_wait_days(channel, day)
    return world.calendar.add_working_days(day, wait)[0]


def missing_days(session: Session, world: World, channel: str, today: date) -> tuple[date, ...]:
    """The days whose bill a person is to be asked about, oldest first.

    Not those of which a file is here that a person is asked about already.
    """
    untold = sorted(channel_moves.untold_days(session, channel, today))
    refused = _asked_about(session, ReviewKind.DOCUMENT_REFUSED) if untold else set()
    return tuple(
        day
        for day in untold
        if _ask_on(session, world, channel, day) <= today
        and bill_number(channel, day) not in refused
    )


def question_about(world: World, wanted: AccountDay) -> Question | None:
    """Whether to wait for the bill of a day; None when nothing of ours lacks it any more."""
    channel, day = wanted.account, wanted.day or world.today()
    with world.database.reading() as session:
        moved = channel_moves.untold_days(session, channel, day).get(day)
        if moved is None:
            return None
        ask_on = _ask_on(session, world, channel, day)
    amount = Money.total(one.amount for one in moved)
    return Question(
        natural_key=_key(channel, day, ask_on),
        kind=ReviewKind.BILL_MISSING,
        case_no=None,
        subject=bill_number(channel, day),
        sentence_zh=f"渠道 {channel} 没有 {day} 的账单，当日收退款净额"
        f" {amount.grouped()} 元：继续等待，还是确认没有？",
        sentence_en=f"{channel} has no bill of {day}, and {amount} net moved that day."
        " Keep waiting, or will there be none?",
        amount=amount,
    )


def give_up(world: World, decision: Decision) -> None:
    """No bill will tell of what moved on that day, so it is unclear; what a bill has after all
    leaves suspense by itself.

    Raises: DecisionNotFound, NoDifferenceRule.
    """
    with world.writing() as session:
        stored = stored_decision(session, decision.review_no, "no_bill")
        subject = reviews.review_of(session, decision.review_no).subject
        day, today = day_of(subject), world.today()
        channel = subject.removesuffix(f"-{day:%Y%m%d}")
        moved = channel_moves.untold_days(session, channel, day).get(day, [])
        lacking = [Unclear(BillDifference.OURS_ONLY, one.number, -one.amount) for one in moved]
        journal = no_bill_journal(
            channel=channel, day=day, lacking=lacking, decision_no=stored.decision_no, on=today
        )
        if journal is not None:
            ledger.post(session, journal, now=world.now())
        file = world.pay_ways.paying_out()[channel]
        for unclear in lacking:
            open_difference(session, world, file, unclear, today)


def tell_booked(session: Session, world: World, channel: str, day: date) -> None:
    """Wake the life that asks about a bill which is booked after all: its question is withdrawn."""
    number = bill_number(channel, day)
    if number in _asked_about(session, ReviewKind.BILL_MISSING):
        life = bill_id(channel, day)
        outbox.put(session, workflow_id=life, name="look", arg=number, now=world.now())


def _ask_on(session: Session, world: World, channel: str, day: date) -> date:
    """When it is asked about next: as long after an answer as after the day itself."""
    asked_on = overdue_on(world, channel, day)
    while (answered := _answered_on(session, _key(channel, day, asked_on))) is not None:
        asked_on = overdue_on(world, channel, answered)
    return asked_on


def _answered_on(session: Session, natural_key: str) -> date | None:
    try:
        asked = reviews.review_of(session, review_no_of(natural_key))
    except NoSuchReview:
        return None
    if asked.state != "decided" or asked.decided_at is None:
        return None
    return asked.decided_at.astimezone(business_zone).date()


def _asked_about(session: Session, kind: ReviewKind) -> set[str]:
    return {review.subject for review in reviews.inbox(session, kinds=[kind])}


def _key(channel: str, day: date, asked_on: date) -> str:
    return f"{bill_number(channel, day)}:missing:{asked_on}"
