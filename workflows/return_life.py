"""Money of a paid bill goes back the way it came: weighed first, the insurer's part before all."""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.payment_signatures import ReturnSteps
    from domain.money import Money
    from domain.pay_return import (
        RETURN_ENDED,
        ReturnEvent,
        ReturnMove,
        ReturnOutcome,
        ReturnPart,
        ReturnRef,
        ReturnStage,
        ReturnStart,
        ReturnWanted,
    )
    from domain.review import Decision, Question
    from domain.risk import Verdict
    from engine import search_attributes as shown
    from workflows.stepping import GivenUp, News, ask, ask_shown, help_or_give_up, page_of, take

_IN_LISTS = "return-in-lists"


@workflow.defn
class ReturnLife:
    """The life of a return. Workflow id `return-{return_no}`; the return stands in the store."""

    @workflow.init
    def __init__(self, start: ReturnStart) -> None:
        self.news = News()
        self.wanted: ReturnWanted | None = None
        self.back = Money(0)

    @workflow.run
    async def run(self, start: ReturnStart) -> ReturnOutcome:
        """Return when all of it is back, or none of it is to go."""
        wanted = await take(ReturnSteps.open_return, start, summary="what goes back, of what?")
        if wanted.stage in RETURN_ENDED:
            return ReturnOutcome(wanted.return_no, wanted.stage)
        self.wanted, self.back = wanted, Money(0, wanted.total.currency)
        self._show_due(wanted, wanted.total)
        outcome = await self._live(wanted)
        if outcome.stage is not ReturnStage.DONE:
            self._show_due(wanted, Money(0, wanted.total.currency))
        return outcome

    async def _live(self, wanted: ReturnWanted) -> ReturnOutcome:
        if wanted.stage is ReturnStage.ASKED and not await self._may_pass(wanted):
            return ReturnOutcome(wanted.return_no, ReturnStage.BLOCKED)
        try:
            for part in wanted.parts:
                await self._send_back(wanted, part)
                self.back = self.back + part.amount
                self._show_due(wanted, wanted.total - self.back)
        except GivenUp as given_up:
            why = f"given up by {given_up.decision.decision_no}"
            return await self._move(wanted, ReturnEvent.FAILED, why)
        return await self._move(wanted, ReturnEvent.ALL_BACK)

    def _show_due(self, wanted: ReturnWanted, amount: Money) -> None:
        """What lists in the Temporal UI filter by: how much is still to go back."""
        self._tell("the next step 下一步")
        if not workflow.patched(_IN_LISTS):
            return
        due = [shown.AmountDue.value_set(amount.minor / 100)]
        is_first = amount == wanted.total
        of_case = [shown.OrderNo.value_set(wanted.case_no)] if wanted.case_no and is_first else []
        workflow.upsert_search_attributes([*due, *of_case])

    def _tell(self, waits_for: str) -> None:
        """The text that the Temporal UI shows beside the return."""
        wanted = self.wanted
        assert wanted is not None, "nothing is told before the return was read"
        workflow.set_current_details(
            f"**Return 退款**: {wanted.return_no} of {wanted.payment_no}, {wanted.total}\n\n"
            f"**Back so far 已退回**: {self.back}\n\n"
            f"**Waits for 等待**: {waits_for}\n\n"
            "Parts and history 分项与经过: "
            f"{wanted.page_root}/payments/{wanted.payment_no}"
        )

    async def _ask(self, question: Question) -> Decision:
        """Ask, with the search attribute NeedsPerson set while the question is open."""
        page = page_of(question, self.wanted.page_root if self.wanted else "")
        self._tell(
            f"a decision 等待人工决定: {question.sentence_en}\n\n**Decide here 决定**: {page}"
        )
        decision = await (ask_shown if workflow.patched(_IN_LISTS) else ask)(question)
        self._tell("the next step 下一步")
        return decision

    async def _may_pass(self, wanted: ReturnWanted) -> bool:
        """Whether the risk rules, or a person whom they ask, let money go back."""
        weighed = await take(
            ReturnSteps.weigh_return, wanted.return_no, summary="does anything look wrong?"
        )
        why, passes = weighed.why, weighed.verdict is Verdict.ALLOW
        if weighed.question is not None:
            decision = await self._ask(weighed.question)
            why = f"{decision.outcome} by {decision.decision_no}"
            passes = decision.outcome == "approve"
        await self._move(wanted, ReturnEvent.CLEARED if passes else ReturnEvent.BLOCKED, why)
        return passes

    async def _send_back(self, wanted: ReturnWanted, part: ReturnPart) -> None:
        """Return when the part is back. Raises: GivenUp, when a person says so."""
        ref = ReturnRef(wanted.return_no, part.n)
        summary = f"part {part.n}: {part.kind} goes back"
        while True:
            seen = self.news.count
            try:
                told = await take(ReturnSteps.send_back, ref, summary=summary)
            except ActivityError as failure:
                await help_or_give_up(
                    failure,
                    asker=wanted.return_no,
                    case_no=None,
                    amount=part.amount,
                    summary=summary,
                    asking=self._ask,
                )
                continue
            if told.is_back:
                return
            waiting = f"{summary} {'等待退货入库' if told.waits_for_goods else '等待退款'}"
            self._tell(waiting)
            await self.news.wait(seen=seen, at_most_s=told.look_again_s, summary=waiting)

    async def _move(self, wanted: ReturnWanted, event: ReturnEvent, why: str = "") -> ReturnOutcome:
        move = ReturnMove(wanted.return_no, event, why)
        stage = await take(ReturnSteps.move_return, move, summary=f"note it: {event}")
        return ReturnOutcome(wanted.return_no, stage)

    @workflow.signal(description="A wake-up: a channel or a person told something, look.")
    def look(self, event_id: str) -> None:
        """Carries no fact, so one that is forged, late or double only makes the life ask."""
        self.news.arrived()
