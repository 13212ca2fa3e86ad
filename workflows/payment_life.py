"""One bill paid in parts over several channels: all parts, or everything goes back."""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ChildWorkflowError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.payment_signatures import PaymentSteps
    from domain.money import Money
    from domain.payment import PAYMENT_ENDED, Part, PaymentEvent, PaymentStage
    from domain.payment_facts import PaymentFacts, PaymentMove, PaymentOutcome, PaymentStart
    from domain.risk import Verdict
    from engine import search_attributes as shown
    from workflows.paying import Paying
    from workflows.stepping import News, ask, ask_shown, goes_on, help_or_give_up, take


_IN_LISTS = "bill-in-lists"


@workflow.defn
class PaymentLife:
    """The life of a bill. Workflow id `payment-{payment_no}`.

    The bill stands in the store; a life whose number nobody opened ends with NoSuchPayment.
    """

    @workflow.init
    def __init__(self, start: PaymentStart) -> None:
        self.payment_no = start.payment_no
        self.news = News()
        self.seen = 0
        self.facts: PaymentFacts | None = None

    @workflow.run
    async def run(self, start: PaymentStart) -> PaymentOutcome:
        """Return when every part is paid, or all money is back."""
        facts = await take(PaymentSteps.open_payment, start, summary="which bill, in which parts?")
        self.facts = facts
        self._show_due(facts.total)
        paying = Paying(facts, taking=self._take, waiting=self._wait, helping=self._help)
        try:
            stage = await self._live(facts, paying)
        except (asyncio.CancelledError, ActivityError, ChildWorkflowError) as ended:
            if goes_on() or not is_cancelled_exception(ended):
                raise
            # The Temporal UI's own Cancel: what is not paid in full goes back.
            facts = await take(PaymentSteps.open_payment, start, summary="is it paid already?")
            await self._end(facts, paying, "cancelled")
            self._show_due(Money(0, facts.total.currency))
            raise
        self._show_due(Money(0, facts.total.currency))
        return PaymentOutcome(facts.payment_no, stage)

    def _show_due(self, amount: Money) -> None:
        """What lists in the Temporal UI filter by: at the end nothing is due any more."""
        self._tell("the next step 下一步")
        if not workflow.patched(_IN_LISTS):
            return
        due = [shown.AmountDue.value_set(amount.minor / 100)]
        case_no = self.facts.case_no if self.facts else None
        of_case = [shown.OrderNo.value_set(case_no)] if case_no and amount else []
        workflow.upsert_search_attributes([*due, *of_case])

    def _tell(self, waits_for: str) -> None:
        """The text that the Temporal UI shows beside the bill."""
        if self.facts is None:
            return
        workflow.set_current_details(
            f"**Bill 账单**: {self.payment_no}, {self.facts.total}\n\n"
            f"**Waits for 等待**: {waits_for}\n\n"
            f"Parts and history 分项与经过: {self.facts.page_root}/payments/{self.payment_no}"
        )

    async def _end(self, facts: PaymentFacts, paying: Paying, why: str) -> PaymentStage:
        if facts.stage in PAYMENT_ENDED:
            await paying.return_late_money()
            return facts.stage
        return await paying.undo(why)

    async def _live(self, facts: PaymentFacts, paying: Paying) -> PaymentStage:
        if facts.stage in (*PAYMENT_ENDED, PaymentStage.UNDOING):
            return await self._end(facts, paying, "taken up again")
        if not await self._may_pass(facts.payment_no):
            return PaymentStage.UNDONE
        return await paying.pay()

    async def _may_pass(self, payment_no: str) -> bool:
        """Whether nobody paid the share elsewhere, and the risk rules, or a person whom they ask,
        let money move."""
        paid_elsewhere = await take(
            PaymentSteps.close_pay_link, payment_no, summary="let nobody pay over the old link"
        )
        if paid_elsewhere:
            return await self._noted(payment_no, PaymentEvent.BLOCKED, paid_elsewhere)
        weighed = await take(
            PaymentSteps.weigh_payment, payment_no, summary="does anything look wrong?"
        )
        why, passes = weighed.why, weighed.verdict is Verdict.ALLOW
        if weighed.question is not None:
            question = weighed.question
            self._tell(f"a decision 等待人工决定: {question.sentence_en}")
            asking = ask_shown if workflow.patched(_IN_LISTS) else ask
            decision = await asking(question)
            self._tell("the next step 下一步")
            why = f"{decision.outcome} by {decision.decision_no}"
            passes = decision.outcome == "approve"
        event = PaymentEvent.CLEARED if passes else PaymentEvent.BLOCKED
        return await self._noted(payment_no, event, why)

    async def _noted(self, payment_no: str, event: PaymentEvent, why: str) -> bool:
        move = PaymentMove(payment_no, event, why)
        await take(PaymentSteps.move_payment, move, summary=f"note it: {event}")
        return event is PaymentEvent.CLEARED

    async def _take(self, step: Any, fact: Any, *, summary: str) -> Any:
        # Counted before: news may come while the step runs.
        self.seen = self.news.count
        return await take(step, fact, summary=summary)

    async def _wait(self, seconds: int, summary: str) -> None:
        self._tell(summary)
        await self.news.wait(seen=self.seen, at_most_s=seconds, summary=summary)

    async def _help(self, failure: ActivityError, part: Part, summary: str) -> None:
        await help_or_give_up(
            failure,
            asker=self.payment_no,
            case_no=None,
            amount=part.amount,
            summary=summary,
            asking=ask_shown if workflow.patched(_IN_LISTS) else ask,
        )

    @workflow.signal(description="A wake-up: a channel told something, ask it.")
    def look(self, event_id: str) -> None:
        """Carries no fact, so one that is forged, late or double only makes the life ask."""
        self.news.arrived()
