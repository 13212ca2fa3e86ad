"""The steps of a bill that is paid in parts, on the queue `cases`."""

from __future__ import annotations

from activities import paying, payment_booking, returning, settlement_check, weighing
from activities.beating import step
from activities.payment_signatures import PaymentSteps
from activities.world import World
from domain.payment import PaymentEvent, PaymentStage, in_order
from domain.payment_facts import (
    LateFacts,
    PartFacts,
    PartRef,
    PaymentFacts,
    PaymentMove,
    PaymentStart,
    ReturnFacts,
    WeighedFacts,
)
from domain.settlement_check import SettledDays, SettlementsChecked
from store import payments


class PaymentActivities(PaymentSteps):
    """Each may run twice: an attempt and a refund are on record before they are sent."""

    def __init__(self, world: World) -> None:
        self.world = world

    @step
    def open_payment(self, start: PaymentStart) -> PaymentFacts:
        """The bill that stands in the store under this number. Raises: NoSuchPayment."""
        with self.world.database.reading() as session:
            view = payments.bill_of(session, start.payment_no)
        return PaymentFacts(
            start.payment_no,
            view.bill.total,
            in_order(view.bill.parts),
            view.stage,
            self.world.page_root,
            view.case_no,
        )

    @step
    def close_pay_link(self, payment_no: str) -> str:
        """Let nobody pay the share over the case's old link; "" or why the bill is over."""
        return paying.close_pay_link(self.world, payment_no)

    @step
    def weigh_payment(self, payment_no: str) -> WeighedFacts:
        """Hold it against the risk rules before money moves; see activities/weighing.py."""
        return weighing.weigh_payment(self.world, payment_no)

    @step
    def pay_part(self, ref: PartRef) -> PartFacts:
        """Ask about a part, or ask for it; see activities/paying.py."""
        return paying.pay_part(self.world, ref)

    @step
    def close_part(self, ref: PartRef) -> PartFacts:
        """Let nobody pay it any more."""
        return paying.close_part(self.world, ref)

    @step
    def return_part(self, ref: PartRef) -> ReturnFacts:
        """Give back what its channels hold; see activities/returning.py."""
        return returning.return_part(self.world, ref)

    @step
    def find_late_money(self, payment_no: str) -> LateFacts:
        """Ask once more about what was given up."""
        return returning.find_late_money(self.world, payment_no)

    @step
    def move_payment(self, move: PaymentMove) -> PaymentStage:
        """Make a move of the table, once, and book what it means. A bill is cleared by its verdict
        or a person only."""
        with self.world.writing() as session:
            if move.event is PaymentEvent.CLEARED:
                weighing.require_release(session, move.payment_no)
            is_done = payments.has_happened(session, move.payment_no, move.event)
            stage = payments.move_payment(
                session, move.payment_no, move.event, now=self.world.now(), why=move.why
            )
            if move.event is PaymentEvent.ALL_PAID and not is_done:
                payment_booking.book_paid_bill(self.world, session, move.payment_no)
            return stage

    @step
    def check_settlements(self, days: SettledDays) -> SettlementsChecked:
        """Hold an insurer's settlements against ours; see activities/settlement_check.py."""
        return settlement_check.check_settlements(self.world, days)
