"""Hold an insurer's settlements at the counter against ours, once a day; ask about what differs."""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.payment_signatures import PaymentSteps
    from domain.settlement_check import SettledDays
    from engine import search_attributes as shown
    from workflows.stepping import helped, put, take


@workflow.defn
class CheckSettlements:
    """One insurer's day, or days. Input {"insurer": "PA"}, or with "first" and "last"."""

    @workflow.run
    async def run(self, wanted: SettledDays) -> str:
        """Return both sides' totals in one sentence; it waits for nobody who is asked."""
        workflow.upsert_search_attributes([shown.Payer.value_set(wanted.insurer)])
        summary = f"{wanted.insurer}: are the settlements the same there and here?"
        checked = await helped(
            lambda: take(PaymentSteps.check_settlements, wanted, summary=summary),
            asker=workflow.info().workflow_id,
            summary=summary,
        )
        if checked is None:
            return f"{wanted.insurer}: given up, a person sees to it"
        if checked.question is not None:
            await put(checked.question)
        return checked.told
