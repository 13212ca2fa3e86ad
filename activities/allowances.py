"""How much one person alone may still write off: for one item, today, and of one payer's debt.

Above any of the three caps a second person must agree; all that was written off counts.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from activities.refusals import DecisionNotFound
from activities.world import World
from domain.money import Money
from domain.review import (
    WRITE_OFF_DAY_LIMIT,
    WRITE_OFF_LIMIT,
    WRITE_OFF_PAYER_LIMIT,
    Decision,
)
from store import claims, money, reviews
from store.claims import NoSuchClaim
from store.write_offs import written_off


def allowance(
    session: Session, world: World, payer: str | None, on: date, *, without: str = ""
) -> Money:
    """The amount up to which one person decides alone, inclusive; nothing when a cap is used up.

    `without` names the review or difference that asks, as its journals do. Raises: NoLimitInForce.
    """
    limit = world.counterparties.limit
    today = written_off(session, first=on, last=on, without=without)
    left = [limit(WRITE_OFF_LIMIT, on), limit(WRITE_OFF_DAY_LIMIT, on) - today]
    if payer is not None:
        month = written_off(session, first=on.replace(day=1), last=on, payer=payer, without=without)
        left.append(limit(WRITE_OFF_PAYER_LIMIT, on) - month)
    return max(Money(0), min(left))


def require_allowed(
    session: Session, world: World, owner: str, amount: Money, decision: Decision, on: date
) -> None:
    """Money that left us is written off by one person within the caps, and by two above them.

    Raises: DecisionNotFound, when one person alone decided about more; NoLimitInForce.
    """
    asked = reviews.review_of(session, decision.review_no)
    allowed = allowance(session, world, owner, on, without=asked.subject)
    if amount > allowed and asked.needed_approvals < 2:
        raise DecisionNotFound(decision.review_no, f"write off above {allowed}")


def owed_by(session: Session, subject: str) -> str | None:
    """Whose debt a claim, an announced transfer or a patient's item is; None when it is unknown."""
    try:
        return claims.claim_of(session, subject).payer
    except NoSuchClaim:
        awaited = money.awaited_transfers(session, open_only=False)
    found = next((one.payer for one in awaited if one.advice_no == subject), None)
    if found is not None:
        return found
    try:
        return money.item_of(session, subject).payer
    except money.NoSuchItem:
        return None
