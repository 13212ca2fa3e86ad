"""Bank lines that name announced money but are of another amount, as when a part is withheld.

Accepted, they are all that comes of the announcement: what is short is borne, what is above is
income.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from activities.allowances import require_allowed
from activities.matching import tell
from activities.world import World
from domain.bookings import announced_journal
from domain.matching import DifferenceClass
from domain.money import Money
from domain.review import Decision
from engine.ids import review_id
from store import ledger, matches, money, outbox
from store.money import AwaitedView, DifferenceView
from store.reviews import ReviewView

_OF_ANOTHER_AMOUNT = (DifferenceClass.UNDER, DifferenceClass.OVER, DifferenceClass.SPLIT_PARTIAL)
PART = "part"
"""How a credit is explained that is one of several for an announcement; another settled it."""


@dataclass(frozen=True)
class Announced:
    """What is still to come, and the open credits that name it, by line: one, or several parts."""

    transfer: AwaitedView
    credits: tuple[DifferenceView, ...]

    @property
    def came(self) -> Money:
        """What all of them come to."""
        return Money.total(one.amount for one in self.credits)


def announced(session: Session, difference: DifferenceView) -> Announced | None:
    """What an unclear line names by its reference, while that is still to come; None when it is
    nothing, or money that goes out."""
    item_no = _named(session, difference)
    awaited = (t for t in money.awaited_transfers(session) if t.advice_no == item_no)
    transfer = next((t for t in awaited if t.amount.minor > 0), None)
    if transfer is None:
        return None
    credits = [
        one
        for one in money.open_differences(session)
        if one.suspense_account == difference.suspense_account and _named(session, one) == item_no
    ]
    return Announced(transfer, tuple(sorted(credits, key=lambda one: one.line_id or "")))


def _named(session: Session, difference: DifferenceView) -> str:
    """The announcement that a credit names and does not pay; "" when it names none."""
    if difference.line_id is None or difference.amount.minor <= 0:
        return ""
    found = matches.finding_of(session, difference.line_id)
    is_of_another = found is not None and found.difference_class in _OF_ANOTHER_AMOUNT
    return found.item_no if found is not None and is_of_another else ""


def sentences(named: Announced) -> tuple[str, str]:
    """What came of which announcement, and what accepting it means, in Chinese and in English."""
    came, transfer = named.came, named.transfer
    off, number = came - transfer.amount, transfer.advice_no
    borne = Money(abs(off.minor), off.currency)
    accept_zh = "差额由我方承担" if off.minor < 0 else "多出部分作为其他收入入账"
    accept_en = "bear the rest ourselves" if off.minor < 0 else "take the rest as other income"
    lines = [one.line_id or "" for one in named.credits]
    together = "共" if len(lines) > 1 else ""
    plural = "s" if len(lines) > 1 else ""
    return (
        f"流水 {'、'.join(lines)} {together}到账 {came.grouped()} 元，{number} 通知的是"
        f" {transfer.amount.grouped()} 元，相差 {borne.grouped()} 元：就此了结、{accept_zh}，"
        "还是继续挂账？",
        f"Bank line{plural} {', '.join(lines)}: {came} came, {number} announced"
        f" {transfer.amount}, {borne} off. Accept that this is all and {accept_en}, or keep it"
        " open?",
    )


def shortfall(session: Session, difference: DifferenceView) -> tuple[str, Money]:
    """Whose debt is borne when this difference is accepted, and how much of it; "" and nothing for
    a difference that names no announcement, or is not below it."""
    nothing = Money(0, difference.amount.currency)
    named = announced(session, difference)
    if named is None:
        return "", nothing
    return named.transfer.payer, max(nothing, named.transfer.amount - named.came)


def is_unannounced(
    session: Session, difference: DifferenceView, review: ReviewView, said: str
) -> bool:
    """Whether a person was asked about a line, in the words `said`, that names nothing announced,
    and it names nothing still."""
    return said in review.sentence_en and announced(session, difference) is None


def book(
    session: Session,
    world: World,
    difference: DifferenceView,
    decision: Decision,
    review: ReviewView,
    on: date,
) -> None:
    """Close all its credits and the announcement with each other, as the question said.

    When what it names was found after the question, or more or all of it has come meanwhile,
    nothing is booked and it is asked about again: nobody decided about that.
    Raises: DecisionNotFound, NoLimitInForce.
    """
    named = announced(session, difference)
    if named is None or sentences(named)[1] != review.sentence_en:
        return
    transfer, line_id = named.transfer, difference.line_id or ""
    short = transfer.amount - named.came
    if short.minor > 0:
        require_allowed(session, world, transfer.payer, short, decision, on)
    journal = announced_journal(
        difference_no=difference.no,
        suspense_account=difference.suspense_account,
        payer=transfer.payer,
        came=named.came,
        announced=transfer.amount,
        on=on,
        approved_by=decision.person,
    )
    ledger.post(session, journal, now=world.now())
    money.match_line(
        session,
        line_id=line_id,
        advice_no=transfer.advice_no,
        key=journal.key,
        how=decision.outcome,
    )
    for one in named.credits:
        if one.no != difference.no:
            _close_part(session, world, one, decision, key=f"{journal.key}:{one.line_id}")
    money.settle_difference(
        session,
        difference.no,
        how=decision.outcome,
        by_decision=decision.decision_no,
        now=world.now(),
    )
    tell(session, world, transfer, journal.key)


def _close_part(
    session: Session, world: World, credit: DifferenceView, decision: Decision, *, key: str
) -> None:
    """Another credit of the same announcement: nobody needs to decide about it any more."""
    money.close_line(session, credit.line_id or "", key=key, how=PART)
    money.settle_difference(
        session, credit.no, how=PART, by_decision=decision.decision_no, now=world.now()
    )
    if credit.review_no is not None:
        outbox.put(
            session,
            workflow_id=review_id(credit.review_no),
            name="look",
            arg=credit.no,
            now=world.now(),
        )
