"""The steps of a return: weighed, then each part sent back to where it came from."""

from __future__ import annotations

from sqlmodel import Session

from activities import goods_back, renewing, repaying, returning, weighing
from activities.beating import step
from activities.payment_signatures import ReturnSteps
from activities.world import World
from domain.pay_channel import RefundStatus
from domain.pay_return import (
    ReturnEvent,
    ReturnMove,
    ReturnRef,
    ReturnStage,
    ReturnStart,
    ReturnWanted,
)
from domain.payment_facts import ReturnFacts, WeighedFacts
from store import pay_returns, payments
from store.pay_refunds import RefundView
from store.payment_views import AttemptView


class ReturnActivities(ReturnSteps):
    """Each may run twice: a refund is on record before it is sent, and asked about first."""

    def __init__(self, world: World) -> None:
        self.world = world

    @step
    def open_return(self, start: ReturnStart) -> ReturnWanted:
        """The return that stands in the store under this number. Raises: NoSuchReturn."""
        with self.world.database.reading() as session:
            view = pay_returns.return_of(session, start.return_no)
            case_no = payments.bill_of(session, view.payment_no).case_no
        return ReturnWanted(
            view.return_no,
            view.payment_no,
            view.total,
            view.parts,
            view.stage,
            case_no,
            self.world.page_root,
        )

    @step
    def weigh_return(self, return_no: str) -> WeighedFacts:
        """Hold it against the risk rules before money moves."""
        return weighing.weigh_return(self.world, return_no)

    @step
    def send_back(self, ref: ReturnRef) -> ReturnFacts:
        """Send one part back the way it came, or ask how far it is; for goods, once they came.

        After a failure the next try has a number of its own. Of an insurer's part the settlement is
        cancelled whole, and what stays is settled anew before the next part goes.
        Raises: RefundFailed, SettlementNotRenewed, GoodsOfNoSale, GoodsReceiptWrong, GoodsNotThere.
        """
        rules, today = self.world.payment_rules, self.world.today()
        if not goods_back.have_come(self.world, ref.return_no):
            look_again_s = rules.goods_on(today).look_again_minutes * 60
            return ReturnFacts(False, look_again_s, waits_for_goods=True)
        with self.world.writing() as session:
            refund, whole = _to_send(session, ref)
        is_back = refund.status is RefundStatus.REFUNDED
        if not is_back:
            channel = self.world.pay_ways.of(whole.channel)
            is_back = returning.settle_refund(self.world, channel, refund, whole)
        is_back = is_back and renewing.settle_anew(self.world, ref)
        return ReturnFacts(is_back, rules.waits_on(today).look_again_s)

    @step
    def move_return(self, move: ReturnMove) -> ReturnStage:
        """Make a move of the table, once. It is cleared by its verdict or a person only.

        When all of it is back, what insurers get back with it is due.
        """
        with self.world.writing() as session:
            if move.event is ReturnEvent.CLEARED:
                weighing.require_release(session, move.return_no)
            if move.event is ReturnEvent.ALL_BACK:
                repaying.owe(self.world, session, move.return_no)
            return pay_returns.move_return(
                session, move.return_no, move.event, now=self.world.now(), why=move.why
            )


def _to_send(session: Session, ref: ReturnRef) -> tuple[RefundView, AttemptView]:
    """The sending of a part that went through or may; a further one when all failed."""
    view = pay_returns.return_of(session, ref.return_no)
    tried = view.refunds_of(ref.n)
    alive = [one for one in tried if one.status is not RefundStatus.FAILED]
    refund = alive[-1] if alive else pay_returns.reserve_again(session, ref.return_no, ref.n)
    return refund, payments.attempt_of(session, refund.pay_no)
