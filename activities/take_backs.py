"""What an insurer took back before our return was done: it settles the repayment all the same.

The take-back stands where a person's decision put it meanwhile: in suspense while nobody decided,
in write-offs once it was accepted, or as a disputed item of the insurer.
"""

from __future__ import annotations

from sqlmodel import Session

from activities.differences import TAKE_BACK
from activities.world import World
from domain.ledger import WRITE_OFFS, receivable
from domain.money import Money
from domain.payment_bookings import repaid_journal
from store import claims, ledger, money, pay_returns, repayments
from store.money import DifferenceView
from store.repayments import RepaymentView


def settle(world: World, session: Session, due: RepaymentView) -> None:
    """Set what was taken back of the claim already off against a repayment that becomes due.

    What a person decided before the return was asked for was about something else, and stands.
    """
    for taken in _take_backs(session, due):
        if taken.settled_at is None:
            _settle_open(world, session, due, taken)
        elif taken.settled_how == "accept":
            _repay(world, session, due, taken, _free(session, taken), stood_on=WRITE_OFFS)
        elif taken.settled_how == "dispute":
            _settle_disputed(world, session, due, taken)


def _take_backs(session: Session, due: RepaymentView) -> list[DifferenceView]:
    """Those of the claim that may be for these goods, the oldest first."""
    asked_at = pay_returns.return_of(session, due.return_no).asked_at
    case_no = claims.claim_of(session, due.claim_no).case_no
    return [
        one
        for one in money.differences_of_case(session, case_no)
        if one.kind == TAKE_BACK
        and one.claim_no == due.claim_no
        and (one.settled_at is None or one.settled_at >= asked_at)
    ]


def _settle_open(world: World, session: Session, due: RepaymentView, taken: DifferenceView) -> None:
    """It is unclear no more; what is above the repayment is asked about on its own."""
    part = _repay(world, session, due, taken, -taken.amount)
    if not part:
        return
    money.settle_difference(session, taken.no, how="matched", by_decision="", now=world.now())
    if rest := taken.amount + part:
        money.open_difference(
            session,
            natural_key=f"{taken.natural_key}:{due.return_no}",
            kind=TAKE_BACK,
            amount=rest,
            suspense_account=taken.suspense_account,
            case_no=taken.case_no,
            line_id=None,
            claim_no=taken.claim_no,
            opened_on=taken.opened_on,
            ask_on=world.today(),
        )


def _settle_disputed(
    world: World, session: Session, due: RepaymentView, taken: DifferenceView
) -> None:
    """The insurer owes that much less: it was right."""
    item = money.item_of(session, f"DP-{taken.no}")
    free = min(_free(session, taken), item.open)
    part = _repay(world, session, due, taken, free, stood_on=receivable(due.payer))
    if part:
        money.allocate(
            session,
            key=f"repaid:{taken.no}:{due.return_no}",
            item_no=item.item_no,
            amount=part,
            why=f"return {due.return_no} is done",
        )


def _free(session: Session, taken: DifferenceView) -> Money:
    """What of a take-back no other return has used."""
    return -taken.amount - repayments.set_off_by(session, taken.claim_no or "", taken.no)


def _repay(
    world: World,
    session: Session,
    due: RepaymentView,
    taken: DifferenceView,
    amount: Money,
    *,
    stood_on: str = "",
) -> Money:
    part = repayments.set_off(session, due, amount, by=taken.no)
    if part:
        journal = repaid_journal(
            return_no=due.return_no,
            claim_no=due.claim_no,
            payer=due.payer,
            taken_by=taken.no,
            amount=part,
            on=world.today(),
            stood_on=stood_on,
        )
        ledger.post(session, journal, now=world.now())
    return part
