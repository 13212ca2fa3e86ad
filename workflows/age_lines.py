"""Wait, with one timer, for the day on which somebody is asked what a day's bank lines are."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import MoneySteps
    from domain.facts import AccountDay
    from workflows.settling import settle
    from workflows.stepping import take


@workflow.defn
class AgeLines:
    """What an account's day in the bank, or a pay channel's settlement date, left unclear.

    Outlives the life that starts it.
    """

    @workflow.run
    async def run(self, wanted: AccountDay) -> int:
        """Return about how many lines a person was asked; ends when nothing waits any more."""
        asked = 0
        while True:
            left = await take(
                MoneySteps.lines_left,
                wanted,
                summary=f"{wanted.account}: what is unclear of {wanted.day}?",
            )
            if left.to_ask:
                asked = asked + len(left.to_ask)
                await asyncio.gather(*(settle(difference) for difference in left.to_ask))
            elif left.due_in_s is None:
                return asked
            else:
                await workflow.sleep(
                    timedelta(seconds=left.due_in_s), summary="working days of waiting 等待工作日"
                )
