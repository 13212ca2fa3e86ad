"""Matching the bank's lines with announced transfers; what does not match becomes a difference."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session

from activities.world import World
from domain.bookings import PAY_CHANNEL, match_journal
from domain.ledger import suspense
from domain.lifecycle import ClaimStatus
from domain.statement import StatementLine
from engine.ids import case_id
from reconciliation.exact import match_exactly
from store import claims, ledger, money, outbox
from store.claims import ClaimView
from store.money import AwaitedView

UNMATCHED_LINE = "unmatched_line"


def remitted_key(advice_no: str) -> str:
    """The key of the move that an advice makes with each claim that it settles."""
    return f"remitted:{advice_no}"


def line_difference_key(line_id: str) -> str:
    """The natural key of the difference that an unexplained line opens."""
    return f"line:{line_id}"


def match_lines(session: Session, world: World, account: str, day: date) -> int:
    """Match exactly by trace number and amount; return how many lines found their advice."""
    lines = money.unmatched_lines(session, account, day)
    awaited = [t for t in money.awaited_transfers(session) if t.account_hint == account]
    by_no = {transfer.advice_no: transfer for transfer in awaited}
    found = match_exactly(
        [(line.line_id, line.trace_number, line.amount) for line in lines],
        [(t.advice_no, t.trace_number, t.amount) for t in awaited],
    )
    for line in lines:
        advice_no = found.get(line.line_id)
        if advice_no is None:
            _open_difference(session, world, account, line)
        else:
            _book(session, world, account, line, by_no[advice_no])
    return len(found)


def _book(
    session: Session, world: World, account: str, line: StatementLine, transfer: AwaitedView
) -> None:
    journal = match_journal(
        account=account,
        payer=transfer.payer,
        line_id=line.line_id,
        advice_no=transfer.advice_no,
        amount=line.amount,
        on=line.booked_on,
    )
    ledger.post(session, journal, now=world.now())
    money.match_line(session, line_id=line.line_id, advice_no=transfer.advice_no, key=journal.key)
    _close_difference(session, world, line)
    if transfer.payer != PAY_CHANNEL:
        mark_paid(session, world, transfer.advice_no)
    for case_no in transfer.case_nos:
        outbox.put(
            session, workflow_id=case_id(case_no), name="look", arg=journal.key, now=world.now()
        )


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


def _open_difference(session: Session, world: World, account: str, line: StatementLine) -> None:
    wait = timedelta(days=world.counterparties.own.advice_wait_days)
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
        ask_on=line.booked_on + wait,
    )


def _close_difference(session: Session, world: World, line: StatementLine) -> None:
    number = money.difference_no_of(line_difference_key(line.line_id))
    try:
        difference = money.difference_of(session, number)
    except money.NoSuchDifference:
        return
    if difference.settled_how is None:
        money.settle_difference(session, number, how="matched", by_decision="", now=world.now())
