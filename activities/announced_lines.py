"""A bank line that names announced money but is of another amount, as when a part is withheld.

Accepted, it is all that comes of the announcement: what is short is borne, what is above is income.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from activities.allowances import require_allowed
from activities.matching import tell
from activities.world import World
from domain.bookings import announced_journal
from domain.matching import DifferenceClass
from domain.money import Money
from domain.review import Decision
from domain.statement import StatementLine
from store import ledger, matches, money
from store.money import AwaitedView, DifferenceView
from store.reviews import ReviewView

_OF_ANOTHER_AMOUNT = (DifferenceClass.UNDER, DifferenceClass.OVER)


def announced(session: Session, line: StatementLine) -> AwaitedView | None:
    """What the line names by its reference, while that is still to come; None when it is nothing,
    or money that goes out."""
    found = matches.finding_of(session, line.line_id)
    if found is None or found.difference_class not in _OF_ANOTHER_AMOUNT or line.amount.minor <= 0:
        return None
    awaited = (t for t in money.awaited_transfers(session) if t.advice_no == found.item_no)
    return next((t for t in awaited if t.amount.minor > 0), None)


def sentences(line: StatementLine, transfer: AwaitedView) -> tuple[str, str]:
    """What came of which announcement, and what accepting it means, in Chinese and in English."""
    off, number = line.amount - transfer.amount, transfer.advice_no
    borne = Money(abs(off.minor), off.currency)
    accept_zh = "差额由我方承担" if off.minor < 0 else "多出部分作为其他收入入账"
    accept_en = "bear the rest ourselves" if off.minor < 0 else "take the rest as other income"
    return (
        f"流水 {line.line_id} 到账 {line.amount.grouped()} 元，{number} 通知的是"
        f" {transfer.amount.grouped()} 元，相差 {borne.grouped()} 元：就此了结、{accept_zh}，"
        "还是继续挂账？",
        f"Bank line {line.line_id}: {line.amount} came, {number} announced {transfer.amount},"
        f" {borne} off. Accept that this is all and {accept_en}, or keep it open?",
    )


def shortfall(session: Session, difference: DifferenceView) -> tuple[str, Money]:
    """Whose debt is borne when this difference is accepted, and how much of it; "" and nothing for
    a difference that names no announcement, or is not below it."""
    nothing = Money(0, difference.amount.currency)
    if difference.line_id is None:
        return "", nothing
    transfer = announced(session, money.line_of(session, difference.line_id))
    if transfer is None:
        return "", nothing
    return transfer.payer, max(nothing, transfer.amount - difference.amount)


def is_unannounced(session: Session, line: StatementLine, review: ReviewView, said: str) -> bool:
    """Whether a person was asked about a line, in the words `said`, that names nothing announced,
    and it names nothing still."""
    return said in review.sentence_en and announced(session, line) is None


def book(
    session: Session,
    world: World,
    difference: DifferenceView,
    line: StatementLine,
    decision: Decision,
    review: ReviewView,
    on: date,
) -> None:
    """Close line and announcement with each other, as the question said.

    When what it names was found after the question, or has come meanwhile, nothing is booked and it
    is asked about again: nobody decided about that. Raises: DecisionNotFound, NoLimitInForce.
    """
    transfer = announced(session, line)
    if transfer is None or sentences(line, transfer)[1] != review.sentence_en:
        return
    short = transfer.amount - difference.amount
    if short.minor > 0:
        require_allowed(session, world, transfer.payer, short, decision, on)
    journal = announced_journal(
        difference_no=difference.no,
        suspense_account=difference.suspense_account,
        payer=transfer.payer,
        came=difference.amount,
        announced=transfer.amount,
        on=on,
        approved_by=decision.person,
    )
    ledger.post(session, journal, now=world.now())
    money.match_line(
        session,
        line_id=line.line_id,
        advice_no=transfer.advice_no,
        key=journal.key,
        how=decision.outcome,
    )
    money.settle_difference(
        session,
        difference.no,
        how=decision.outcome,
        by_decision=decision.decision_no,
        now=world.now(),
    )
    tell(session, world, transfer, journal.key)
