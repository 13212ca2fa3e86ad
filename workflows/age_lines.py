"""Wait, with one timer, for the day on which somebody is asked what a day's bank lines are."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import MoneySteps
    from domain.facts import AccountDay
    from engine import search_attributes as shown
    from workflows.settling import settle
    from workflows.stepping import needing_a_person, take

_IN_LISTS = "lines-in-lists"


@workflow.defn
class AgeLines:
    """What an account's day in the bank, or a pay channel's settlement date, left unclear.

    Outlives the life that starts it.
    """

    @workflow.run
    async def run(self, wanted: AccountDay) -> int:
        """Return about how many lines a person was asked; ends when nothing waits any more."""
        if workflow.patched(_IN_LISTS):
            workflow.upsert_search_attributes([shown.Account.value_set(wanted.account)])
        asked = 0
        while True:
            left = await take(
                MoneySteps.lines_left,
                wanted,
                summary=f"{wanted.account}: what is unclear of {wanted.day}?",
            )
            if left.to_ask:
                asked = asked + len(left.to_ask)
                self._tell(wanted, f"{len(left.to_ask)} decisions 等待人工决定")
                asking = asyncio.gather(*(settle(difference) for difference in left.to_ask))
                await (needing_a_person(asking) if workflow.patched(_IN_LISTS) else asking)
            elif left.due_in_s is None:
                return asked
            else:
                self._tell(wanted, f"{left.due_on or 'its day'}, then somebody is asked 届时询问")
                if left.due_on is not None and workflow.patched(_IN_LISTS):
                    workflow.upsert_search_attributes([shown.due_on(left.due_on)])
                await workflow.sleep(
                    timedelta(seconds=left.due_in_s), summary="working days of waiting 等待工作日"
                )

    def _tell(self, wanted: AccountDay, waits_for: str) -> None:
        """The text that the Temporal UI shows beside the life."""
        workflow.set_current_details(
            f"**Unclear money 未明款项**: {wanted.account}, {wanted.day}\n\n"
            f"**Waits for 等待**: {waits_for}"
        )
