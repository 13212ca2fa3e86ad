"""Match one bank account for one day; ask a person about every difference, and do as decided."""

from __future__ import annotations

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import MoneySteps
    from domain.facts import AccountDay, OpenDifference
    from workflows.stepping import ask, helped, take


@workflow.defn
class ReconcileDay:
    """One reconciliation. Input {"account": "BA-01", "day": "2026-01-06"}; without a day, today."""

    @workflow.run
    async def run(self, wanted: AccountDay) -> int:
        """Return how many lines were matched; ends once every difference it asked is decided."""
        found = await take(
            MoneySteps.match_account, wanted, summary=f"{wanted.account}: match every open line"
        )
        await asyncio.gather(*(self._settle(difference) for difference in found.to_ask))
        return found.matched

    async def _settle(self, difference: OpenDifference) -> None:
        """Ask and book; one that a person gives up stays open, and is asked about again later."""
        number = difference.difference_no
        collect = f"{number}: collect evidence and proposals"
        question = await helped(
            lambda: take(MoneySteps.question_about, difference, summary=collect),
            asker=number,
            summary=collect,
        )
        if question is None:
            return
        decision = await ask(question)
        book = f"{number}: book as decided"
        await helped(
            lambda: take(MoneySteps.settle_difference, decision, summary=book),
            asker=number,
            summary=book,
        )
