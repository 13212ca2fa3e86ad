"""Match one bank account for one day; ask a person about every difference, and do as decided."""

from __future__ import annotations

import asyncio
from datetime import date

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import MoneySteps
    from domain.facts import AccountDay
    from engine.ids import age_id
    from workflows.settling import settle
    from workflows.stepping import start_apart, take


@workflow.defn
class ReconcileDay:
    """One reconciliation. Input {"account": "BA-01", "day": "2026-01-06"}; without a day, today."""

    @workflow.run
    async def run(self, wanted: AccountDay) -> int:
        """Return how many lines were matched; ends once every difference it asked is decided."""
        found = await take(
            MoneySteps.match_account, wanted, summary=f"{wanted.account}: match every open line"
        )
        if found.ageing and workflow.patched("age-lines"):
            for day in found.ageing:
                await _let_age(wanted.account, day)
        for waiting in found.at_channels:
            if waiting.day is not None:
                await _let_age(waiting.account, waiting.day)
        await asyncio.gather(*(settle(difference) for difference in found.to_ask))
        return found.matched


async def _let_age(account: str, day: date) -> None:
    """Have one timer run for all that one day left unclear at a bank or a pay channel, whoever
    starts it."""
    await start_apart(
        "AgeLines",
        AccountDay(account, day),
        life_id=age_id(account, day),
        summary=f"{account}: what {day} left unclear",
    )
