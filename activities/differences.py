"""Unclear money: which of it to ask about today, in which words, and what a decision books."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import ceil

from sqlmodel import Session

from activities import announced_lines
from activities.allowances import require_allowed
from activities.bill_words import bill_sentences, keeping_open
from activities.days_without_bill import book_day, day_sentences, net_of, question_key
from activities.decisions import stored_decision
from activities.matching import UNMATCHED_LINE
from activities.unclear_words import unexplained, with_taken_back
from activities.world import World
from domain.bill_comparison import BILL_DIFFERENCES, BillDifference
from domain.bookings import difference_journal
from domain.difference_facts import LinesLeft
from domain.facts import AccountDay, OpenDifference
from domain.ledger import suspense
from domain.matching import proposal_words
from domain.review import Decision, Question, ReviewKind, review_no_of
from domain.statement import StatementLine
from engine.clock import business_zone
from store import ledger, matches, money, reviews
from store.money import DifferenceView
from store.reviews import NoSuchReview

TAKE_BACK = "take_back"
PAID_EXTRA = "paid_extra"
NOTHING_OPEN = "nothing_open"
_AGE = frozenset({UNMATCHED_LINE, *BILL_DIFFERENCES})
"""What may clear up by itself before somebody is asked."""


def to_ask(
    session: Session,
    world: World,
    account: str,
    day: date,
    *,
    life: str,
    only: Set[str] | None = None,
) -> list[OpenDifference]:
    """Differences of this account whose time has come and that no other life asks about; what is
    asked about together is named once."""
    found: dict[str, OpenDifference] = {}
    for difference in money.open_differences(session):
        if only is not None and difference.no not in only:
            continue
        if difference.ask_on > day or account not in _accounts(world, difference):
            continue
        key = question_key(session, difference, life)
        if _is_free(session, world, difference, day, mine=review_no_of(key)):
            money.attach_review(session, difference.no, review_no_of(key))
            found.setdefault(key, OpenDifference(difference.no, key))
    return list(found.values())


def ageing_days(session: Session, account: str, day: date) -> tuple[date, ...]:
    """The days in the bank that have unclear lines of this account whose time has not come."""
    waiting = [d for d in _unclear_lines(session, account) if d.review_no is None]
    return tuple(sorted({d.opened_on for d in waiting if d.ask_on > day}))


def ageing_at_channels(
    session: Session, world: World, account: str, day: date
) -> tuple[AccountDay, ...]:
    """The same of the pay channels that pay into this account, by settlement date."""
    return tuple(
        AccountDay(code, settles_on)
        for code, file in world.pay_ways.paying_out().items()
        if file.pays_into == account
        for settles_on in ageing_days(session, code, day)
    )


def left_of(
    session: Session, world: World, account: str, booked_on: date, *, life: str
) -> LinesLeft:
    """What of one day's lines is to be asked about now, and when the next of them is due."""
    today = world.today()
    waiting = [
        d
        for d in _unclear_lines(session, account)
        if d.opened_on == booked_on
        and not _was_asked(session, d, mine=review_no_of(question_key(session, d, life)))
    ]
    mine = {d.no for d in waiting if d.ask_on <= today}
    asked = to_ask(session, world, account, today, life=life, only=mine) if mine else []
    next_day = min((d.ask_on for d in waiting if d.ask_on > today), default=None)
    if next_day is None:
        return LinesLeft(tuple(asked))
    opens = world.difference_rules.office_hours(next_day).opens
    due_at = datetime.combine(next_day, opens, business_zone)
    return LinesLeft(tuple(asked), ceil((due_at - world.now()).total_seconds()), next_day)


def _unclear_lines(session: Session, account: str) -> list[DifferenceView]:
    return [
        d
        for d in money.open_differences(session)
        if d.kind in _AGE and d.suspense_account == suspense(account)
    ]


def _was_asked(session: Session, difference: DifferenceView, *, mine: str) -> bool:
    """Whether another life took it up, or mine has its answer; a step that runs twice has none.

    A withdrawn question has no answer: its life was terminated, and asks it again when it is run
    again.
    """
    if difference.review_no != mine:
        return difference.review_no is not None
    try:
        return reviews.review_of(session, mine).state == "decided"
    except NoSuchReview:
        return False


def _is_free(
    session: Session, world: World, difference: DifferenceView, day: date, *, mine: str
) -> bool:
    """Nobody asks about it any more, or I do, or it was left open long enough ago to ask again."""
    if difference.review_no in (None, mine):
        return True
    wait = timedelta(days=world.counterparties.own.advice_wait_days)
    try:
        asked = reviews.review_of(session, difference.review_no or "")
    except NoSuchReview:
        # Another reconciliation took it up and is about to ask; or it ended before it could.
        return day >= difference.ask_on + wait
    if asked.state == "cancelled":
        # Whoever asked was terminated. Run again, it leaves the line to whoever asks now.
        return True
    if asked.decided_at is None:
        return False
    return day >= asked.decided_at.astimezone(business_zone).date() + wait


def _accounts(world: World, difference: DifferenceView) -> set[str]:
    """Whose a difference is: a bank account's, or a payer's or pay channel's and that of the
    account that it pays into."""
    into = {p.code: p.pays_into for p in world.counterparties.payers()}
    into |= {code: file.pays_into for code, file in world.pay_ways.paying_out().items()}
    return {difference.owner, into.get(difference.owner, difference.owner)}


def question_about(world: World, asked: OpenDifference) -> Question:
    """Put a difference into words."""
    with world.database.reading() as session:
        difference = money.difference_of(session, asked.difference_no)
        if difference.kind == TAKE_BACK:
            return _take_back(difference, asked)
        together = money.differences_asked_in(session, review_no_of(asked.question_key))
        if difference.kind == BillDifference.OURS_ONLY and len(together) > 1:
            whole = replace(difference, amount=net_of(together))
            return _unclear(whole, asked, day_sentences(session, together))
        if difference.kind in BILL_DIFFERENCES:
            return _unclear(difference, asked, bill_sentences(difference))
        line = _line_of(session, difference)
        proposals = _proposals(session, line) if line else ()
        named = announced_lines.announced(session, difference)
        said = unexplained(difference, line)
        if line is not None:
            said = with_taken_back(session, line, said)
        question = _unclear(difference, asked, said, proposals)
        if named is None:
            return question
        said_zh, said_en = announced_lines.sentences(named)
        return replace(question, sentence_zh=said_zh, sentence_en=said_en, amount=named.came)


def _take_back(difference: DifferenceView, asked: OpenDifference) -> Question:
    amount, claim_no = -difference.amount, difference.claim_no or difference.no
    return Question(
        natural_key=asked.question_key,
        kind=ReviewKind.TAKE_BACK,
        case_no=difference.case_no,
        subject=difference.no,
        sentence_zh=f"付款方从后来的赔款中扣回 {claim_no} 的 {amount.grouped()} 元：接受还是争议？",
        sentence_en=f"The payer took {amount} of {claim_no} back. Accept, or dispute?",
        amount=amount,
    )


def _unclear(
    difference: DifferenceView,
    asked: OpenDifference,
    said: tuple[str, str],
    proposals: tuple[str, ...] = (),
) -> Question:
    """Whether to keep it open, after what is said of it in Chinese and in English."""
    came_in = difference.amount.minor > 0
    accept_zh = "作为其他收入入账" if came_in else "由我方承担"
    accept_en = "Accept as other income" if came_in else "Bear it ourselves"
    keep_zh, keep_en = keeping_open(difference)
    return Question(
        natural_key=asked.question_key,
        kind=ReviewKind.DIFFERENCE,
        case_no=difference.case_no,
        subject=difference.no,
        sentence_zh=f"{said[0]}：{accept_zh}，还是{keep_zh}？",
        sentence_en=f"{said[1]}. {accept_en}, or {keep_en}?",
        amount=difference.amount,
        proposals=proposals,
    )


def _proposals(session: Session, line: StatementLine) -> tuple[str, ...]:
    """What matching last thought it may be, as codes that the page puts into words."""
    found = matches.finding_of(session, line.line_id)
    amounts = {t.advice_no: t.amount for t in money.awaited_transfers(session, open_only=False)}
    amounts |= {item.item_no: item.open for item in money.open_items(session)}
    proposed = found.proposals if found else ()
    return tuple(proposal_words(p.item_no, amounts.get(p.item_no), p.why, p.fits) for p in proposed)


def settle(world: World, decision: Decision) -> None:
    """Book as decided; "keep_open" books nothing, and the difference is asked again later."""
    with world.writing() as session:
        stored = stored_decision(session, decision.review_no, decision.outcome)
        review = reviews.review_of(session, decision.review_no)
        difference = money.difference_of(session, review.subject)
        if stored.outcome == "keep_open":
            return
        on = _day_of(world, review)
        together = money.differences_asked_in(session, review.review_no)
        one_of_many = len(together) > 1 or review.amount != difference.amount
        if difference.kind == BillDifference.OURS_ONLY and one_of_many:
            book_day(session, world, together, stored, review, on)
        elif difference.settled_how is None:
            line = _line_of(session, difference)
            said = unexplained(difference, line)[1]
            if line is None or announced_lines.is_unannounced(session, difference, review, said):
                _book(session, world, difference, stored, on)
            else:
                announced_lines.book(session, world, difference, stored, review, on)


def _day_of(world: World, review: reviews.ReviewView) -> date:
    return (review.decided_at or world.now()).astimezone(business_zone).date()


def _book(
    session: Session, world: World, difference: DifferenceView, decision: Decision, on: date
) -> None:
    disputed = difference.owner if decision.outcome == "dispute" else None
    if difference.amount.minor < 0 and disputed is None:
        require_allowed(session, world, difference.owner, -difference.amount, decision, on)
    journal = difference_journal(
        difference_no=difference.no,
        suspense_account=difference.suspense_account,
        amount=difference.amount,
        disputed_with=disputed,
        on=on,
        approved_by=decision.person,
    )
    ledger.post(session, journal, now=world.now())
    if disputed and difference.case_no:
        money.raise_item(
            session,
            item_no=f"DP-{difference.no}",
            case_no=difference.case_no,
            payer=disputed,
            kind="disputed",
            amount=-difference.amount,
            due_on=on + timedelta(days=world.counterparties.payer(disputed).unpaid_review_days),
        )
    if difference.kind == UNMATCHED_LINE and difference.line_id:
        money.close_line(session, difference.line_id, key=journal.key, how=decision.outcome)
    money.settle_difference(
        session,
        difference.no,
        how=decision.outcome,
        by_decision=decision.decision_no,
        now=world.now(),
    )


def _line_of(session: Session, difference: DifferenceView) -> StatementLine | None:
    return money.line_of(session, difference.line_id) if difference.line_id else None
