"""Handing bank money to the ERP as vouchers, day by day, each journal exactly once."""

from __future__ import annotations

from datetime import date, timedelta

from activities.beating import step
from activities.fund_signatures import FundSteps
from activities.world import World
from store import fund_vouchers


class FundActivities(FundSteps):
    """The step behind the schedule, on the queue `cases`."""

    def __init__(self, world: World) -> None:
        self.world = world

    @step
    def hand_over_funds(self, nothing: None) -> int:
        """Hand over every day up to yesterday of which something is not; return the vouchers."""
        yesterday = self.world.today() - timedelta(days=1)
        with self.world.database.reading() as session:
            days = fund_vouchers.days_waiting(session, yesterday)
        return sum(len(hand_over(self.world, day)) for day in days)


def hand_over(world: World, day: date) -> list[str]:
    """Send what of this day stands in no voucher yet; return the ERP's numbers.

    A voucher is frozen before it is sent and sent under its own key. After a crash between the two,
    or before the answer was kept, the same one is sent again, and the ERP has it once.
    """
    sent: list[str] = []
    while True:
        with world.writing() as session:
            voucher = fund_vouchers.freeze(session, day, now=world.now())
        if voucher is None:
            return sent
        posted = world.erp.post_voucher(
            voucher.key, voucher.day, f"Funds of {voucher.day}", voucher.legs
        )
        with world.writing() as session:
            fund_vouchers.note_sent(session, voucher.key, posted.voucher_no)
        sent.append(posted.voucher_no)
