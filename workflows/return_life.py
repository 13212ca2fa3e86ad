"""Money of a paid bill goes back the way it came: weighed first, the insurer's part before all."""

from __future__ import annotations

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.payment_signatures import ReturnSteps
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
    from domain.risk import Verdict
    from workflows.stepping import GivenUp, News, ask, help_or_give_up, take


@workflow.defn
class ReturnLife:
    """The life of a return. Workflow id `return-{return_no}`; the return stands in the store."""

    @workflow.init
    def __init__(self, start: ReturnStart) -> None:
        self.news = News()

    @workflow.run
    async def run(self, start: ReturnStart) -> ReturnOutcome:
        """Return when all of it is back, or none of it is to go."""
        wanted = await take(ReturnSteps.open_return, start, summary="what goes back, of what?")
        if wanted.stage in RETURN_ENDED:
            return ReturnOutcome(wanted.return_no, wanted.stage)
        if wanted.stage is ReturnStage.ASKED and not await self._may_pass(wanted):
            return ReturnOutcome(wanted.return_no, ReturnStage.BLOCKED)
        try:
            for part in wanted.parts:
                await self._send_back(wanted, part)
        except GivenUp as given_up:
            why = f"given up by {given_up.decision.decision_no}"
            return await self._move(wanted, ReturnEvent.FAILED, why)
        return await self._move(wanted, ReturnEvent.ALL_BACK)

    async def _may_pass(self, wanted: ReturnWanted) -> bool:
        """Whether the risk rules, or a person whom they ask, let money go back."""
        weighed = await take(
            ReturnSteps.weigh_return, wanted.return_no, summary="does anything look wrong?"
        )
        why, passes = weighed.why, weighed.verdict is Verdict.ALLOW
        if weighed.question is not None:
            decision = await ask(weighed.question)
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
                )
                continue
            if told.is_back:
                return
            waiting = f"{summary} {'等待退货入库' if told.waits_for_goods else '等待退款'}"
            workflow.set_current_details(waiting)
            await self.news.wait(seen=seen, at_most_s=told.look_again_s, summary=waiting)

    async def _move(self, wanted: ReturnWanted, event: ReturnEvent, why: str = "") -> ReturnOutcome:
        move = ReturnMove(wanted.return_no, event, why)
        stage = await take(ReturnSteps.move_return, move, summary=f"note it: {event}")
        return ReturnOutcome(wanted.return_no, stage)

    @workflow.signal(description="A wake-up: a channel or a person told something, look.")
    def look(self, event_id: str) -> None:
        """Carries no fact, so one that is forged, late or double only makes the life ask."""
        self.news.arrived()
