"""Ask a person about a pay channel's bill that is overdue, until it is booked after all."""

from __future__ import annotations

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import MoneySteps
    from domain.facts import AccountDay
    from domain.review import Decision, Question
    from engine import search_attributes as shown
    from workflows.stepping import ask, ask_shown, helped, take


@workflow.defn
class AwaitBill:
    """One bill that is overdue. Workflow id `bill-{channel}-{day}`; outlives who starts it."""

    def __init__(self) -> None:
        self.has_news = False
        self.is_booked = False

    @workflow.run
    async def run(self, wanted: AccountDay) -> str:
        """Return "booked", or what a person decided; one who waits is asked again later."""
        question = await self._question(wanted)
        if question is None:
            return "booked"
        asking = asyncio.create_task(self._ask(question, wanted))
        if await self._is_booked_first(asking, wanted):
            self.is_booked = True
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            return "booked"
        decision = asking.result()
        if decision.outcome == "no_bill":
            summary = f"{question.subject}: what moved is unclear"
            await helped(
                lambda: take(MoneySteps.give_up_bill, decision, summary=summary),
                asker=question.subject,
                summary=summary,
            )
        return decision.outcome

    async def _ask(self, question: Question, wanted: AccountDay) -> Decision:
        """Ask, and show whose bill of which day it is; that it is asked about, too."""
        workflow.set_current_details(
            f"**Bill 渠道账单**: {wanted.account}, {wanted.day}\n\n"
            "**Waits for 等待**: the bill, or a decision 等待账单或人工决定:"
            f" {question.sentence_en}"
        )
        asking = ask
        if workflow.patched("bill-wait-in-lists"):
            workflow.upsert_search_attributes([shown.Account.value_set(wanted.account)])
            asking = ask_shown
        return await asking(question, wanted=lambda: not self.is_booked)

    async def _is_booked_first(self, asking: asyncio.Task[Decision], wanted: AccountDay) -> bool:
        """Wait for the answer; whether the bill was there before it."""
        while True:
            await workflow.wait_condition(lambda: asking.done() or self.has_news)
            if asking.done():
                return False
            if await self._question(wanted) is None:
                return not asking.done()

    async def _question(self, wanted: AccountDay) -> Question | None:
        # News that comes while the step runs is not lost.
        self.has_news = False
        return await take(
            MoneySteps.question_about_bill,
            wanted,
            summary=f"{wanted.account}: is the bill of {wanted.day} there?",
        )

    @workflow.signal(description="A wake-up: the bill may be booked.")
    def look(self, event_id: str) -> None:
        """Carries no fact, so a forged one only makes the life look once more."""
        self.has_news = True
