"""Matching the bank's lines with what should come; what is unclear becomes a difference.

The engine decides from a snapshot; booked is only what it is sure of, and everything else waits
for a person, with what it may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from activities.match_words import Matched
from activities.snapshots import snapshot_of
from activities.telling_credits import book_told, told_by_credits
from activities.world import World
from domain.bookings import PAY_CHANNEL, identified_journal, match_journal
from domain.ledger import suspense
from domain.lifecycle import ClaimStatus
from domain.matching import MatchRule
from domain.money import Money
from domain.statement import StatementLine
from engine.ids import case_id
from reconciliation.engine import Explained, match
from store import claims, ledger, matches, money, outbox
from store.claims import ClaimView
from store.money import AwaitedView

UNMATCHED_LINE = "unmatched_line"


def remitted_key(advice_no: str) -> str:
    """The key of the move that an advice makes with each claim that it settles."""
    return f"remitted:{advice_no}"


def line_difference_key(line_id: str) -> str:
    """The natural key of the difference that an unexplained line opens."""
    return f"line:{line_id}"


def match_lines(world: World, account: str, day: date) -> int:
    """Match one account up to a day; return how many lines were booked.

    Looks in one transaction and books in another: what somebody else explained in between is
    refused by the store, and the step looks again. Raises: MatchingRulesNotUsable,
    LineAlreadyMatched, TransferAlreadySettled.
    """
    _settle_identified(world, account, day)
    with world.database.reading() as session:
        snapshot = snapshot_of(session, world, account, day)
    if not snapshot.lines:
        return 0
    rules = world.matching_rules(day)
    outcome = match(snapshot, rules, today=day)
    fees = world.fee_rules.in_force(day)
    with world.database.reading() as session:
        told = told_by_credits(session, world, snapshot, outcome)
    matched = Matched(snapshot, outcome, rules, snapshot.digest(), fees, told)
    with world.writing() as session:
        return _book_all(session, world, account, day, matched)


def _settle_identified(world: World, account: str, day: date) -> None:
    """Meet what is announced by a line of the same reference and amount that a person accepted as
    income before anybody announced it; of several that fit none is taken."""
    with world.database.reading() as session:
        accepted = money.accepted_lines(session, account, day)
    if not accepted:
        return
    with world.writing() as session:
        for transfer in money.awaited_transfers(session):
            lines = [
                line_id
                for line_id, reference, amount in accepted
                if reference and (reference, amount) == (transfer.trace_number, transfer.amount)
            ]
            if transfer.account_hint == account and transfer.amount.minor > 0 and len(lines) == 1:
                _identify(session, world, transfer, lines[0], day)


def _identify(
    session: Session, world: World, transfer: AwaitedView, line_id: str, day: date
) -> None:
    journal = identified_journal(
        line_id=line_id,
        payer=transfer.payer,
        advice_no=transfer.advice_no,
        amount=transfer.amount,
        on=day,
    )
    if ledger.is_posted(session, journal.key):
        # The line has met another announcement, which came first.
        return
    ledger.post(session, journal, now=world.now())
    money.identify_transfer(session, transfer.advice_no, line_id)
    tell(session, world, transfer, journal.key)


def _book_all(session: Session, world: World, account: str, day: date, matched: Matched) -> int:
    lines = {one.line_id: one for one in money.unmatched_lines(session, account, day)}
    awaited = {one.advice_no: one for one in money.awaited_transfers(session)}
    sure = matched.sure()
    for explained in sure:
        line, transfer = lines.get(explained.line_id), awaited.get(explained.item_id)
        if line is None:
            raise money.LineAlreadyMatched(explained.line_id, "somebody else")
        if explained.rule is MatchRule.OFFSET:
            _offset(session, world, line, explained, matched)
            continue
        if transfer is None:
            raise money.TransferAlreadySettled(explained.item_id, "somebody else")
        _book(session, world, account, line, transfer, explained, matched)
    _book_told(session, world, lines, matched)
    for line_id in matched.unclear():
        if line_id in lines:
            matches.record_finding(session, matched.finding(line_id, day), now=world.now())
            _open_difference(session, world, account, lines[line_id], matched.payer_of(line_id))
    return len(sure) + len(matched.told)


def _book_told(
    session: Session, world: World, lines: Mapping[str, StatementLine], matched: Matched
) -> None:
    gone = sorted(set(matched.told) - set(lines))
    if gone:
        raise money.LineAlreadyMatched(gone[0], "somebody else")
    book_told(session, world, lines, matched.told, matched.fees)
    for line_id in sorted(matched.told):
        matches.record_decision(session, matched.claims_told(line_id), now=world.now())
        _close_difference(session, world, lines[line_id])


def _book(
    session: Session,
    world: World,
    account: str,
    line: StatementLine,
    transfer: AwaitedView,
    explained: Explained,
    matched: Matched,
) -> None:
    off = Money(explained.off_minor, line.amount.currency)
    is_fee = explained.rule is MatchRule.FEE
    journal = match_journal(
        account=account,
        payer=transfer.payer,
        line_id=line.line_id,
        advice_no=transfer.advice_no,
        amount=line.amount,
        on=line.booked_on,
        off=None if is_fee else off,
        fee=matched.fees[transfer.payer].of(transfer.amount) if is_fee else None,
    )
    ledger.post(session, journal, now=world.now())
    parts = [e.line_id for e in matched.sure() if e.item_id == explained.item_id]
    if line.line_id == parts[0]:
        money.match_line(
            session, line_id=line.line_id, advice_no=transfer.advice_no, key=journal.key
        )
    else:
        # The first part settles the transfer; the others are explained by their decision.
        money.close_line(session, line.line_id, key=journal.key, how="part")
    matches.record_decision(session, matched.decision(explained), now=world.now())
    _close_difference(session, world, line)
    if line.line_id == parts[-1]:
        tell(session, world, transfer, journal.key)


def _offset(
    session: Session, world: World, line: StatementLine, explained: Explained, matched: Matched
) -> None:
    """Close a line that another one undoes: in suspense both come to nothing already."""
    key = f"offset:{line.line_id}"
    money.close_line(session, line.line_id, key=key, how=MatchRule.OFFSET.value)
    matches.record_decision(session, matched.decision(explained), now=world.now())
    _close_difference(session, world, line)


def tell(session: Session, world: World, transfer: AwaitedView, key: str) -> None:
    """All of the money is there: the claims are paid, and their cases may look."""
    if transfer.payer != PAY_CHANNEL:
        mark_paid(session, world, transfer.advice_no)
    for case_no in transfer.case_nos:
        outbox.put(session, workflow_id=case_id(case_no), name="look", arg=key, now=world.now())


def mark_paid(session: Session, world: World, advice_no: str) -> None:
    """The money of an advice is in the bank: the claims that it settled are paid."""
    for claim in claims_settled_by(session, advice_no):
        if claim.status is not ClaimStatus.REMITTED:
            continue
        whole = claim.paid == claim.billed
        claims.move_claim(
            session,
            claim.claim_no,
            ClaimStatus.PAID if whole else ClaimStatus.PARTLY_PAID,
            key=f"paid:{advice_no}",
            now=world.now(),
        )


def claims_settled_by(session: Session, advice_no: str) -> list[ClaimView]:
    """The claims of an advice, without those that another advice had settled before it.

    What it says of the others waits in suspense, and their own money is still to come.
    """
    named = money.claims_named(session, advice_no)
    return claims.claims_moved(session, named, key=remitted_key(advice_no))


def _open_difference(
    session: Session, world: World, account: str, line: StatementLine, payer: str
) -> None:
    """It ages by the rule of who paid it, else of the account, until a person is asked."""
    wait_days = world.difference_rules.wait_days([payer, account], line.booked_on)
    ask_on, _provisional = world.calendar.add_working_days(line.booked_on, wait_days)
    money.open_difference(
        session,
        natural_key=line_difference_key(line.line_id),
        kind=UNMATCHED_LINE,
        amount=line.amount,
        suspense_account=suspense(account),
        case_no=None,
        line_id=line.line_id,
        claim_no=None,
        opened_on=line.booked_on,
        ask_on=ask_on,
    )


def _close_difference(session: Session, world: World, line: StatementLine) -> None:
    number = money.difference_no_of(line_difference_key(line.line_id))
    try:
        difference = money.difference_of(session, number)
    except money.NoSuchDifference:
        return
    if difference.settled_how is None:
        money.settle_difference(session, number, how="matched", by_decision="", now=world.now())
