"""By schedule: hand the bank money of the days before today to the ERP, late bookings included."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.fund_signatures import FundSteps
    from workflows.stepping import helped, take


@workflow.defn
class HandOverFunds:
    """One handing over; what a person gives up is taken up by the next one."""

    @workflow.run
    async def run(self) -> int:
        """Return how many vouchers the ERP took."""
        summary = "hand bank money to the ERP"
        sent = await helped(
            lambda: take(FundSteps.hand_over_funds, None, summary=summary),
            asker="funds",
            summary=summary,
        )
        return sent or 0
