"""One claim with one payer: prepare, hand in once, wait for the answer, correct or give up."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar, overload

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.signatures import ClaimSteps, PortalSteps
    from domain.appeal import NoAppeal
    from domain.facts import (
        Cancelling,
        ClaimFacts,
        ClaimOutcome,
        ClaimPlan,
        ClaimStart,
        SubmissionFacts,
        SubmissionStatus,
    )
    from domain.lifecycle import WITH_THE_PAYER, ClaimStatus
    from domain.money import Money
    from domain.review import Decision, Question
    from engine import search_attributes as shown
    from engine.queues import bots_of
    from workflows import claim_questions
    from workflows.claim_appeal import hand_in_appeal
    from workflows.claim_hand_in import hand_in_claim
    from workflows.handing_in import Interruptions
    from workflows.running_again import StoreIsBehind, store_is_behind
    from workflows.stepping import GivenUp, News, ask_shown, help_or_give_up, page_of, take
    from workflows.write_offs import may_write_off, write_off

P = TypeVar("P")
R = TypeVar("R")

_NOT_TAKEN = {
    SubmissionStatus.REJECTED: claim_questions.rejected,
    SubmissionStatus.LATE: claim_questions.too_late,
}
"""What is asked when the payer does not have the claim."""


@workflow.defn
class ClaimLife:
    """The life of a claim. Workflow id `claim-{claim_no}`, a child of its case.

    When it is cancelled it just ends: the case that cancelled it takes the claim back.
    """

    @workflow.init
    def __init__(self, start: ClaimStart) -> None:
        self.start = start
        self.billed = Money(0)
        self.news = News()
        self.held = False
        self.waits_for = "the next step 下一步"
        self.questions = 0
        self.interruptions = Interruptions()
        self.file_by: date | None = None
        self.due_shown: date | None = None

    @workflow.run
    async def run(self, start: ClaimStart) -> ClaimOutcome:
        """Return when the payer's advice is booked, the claim is written off, or given up."""
        try:
            return await self._live(start)
        except GivenUp as given_up:
            cancelling = Cancelling(start.order_no, given_up.decision.person, given_up.why)
            return ClaimOutcome(start.claim_no, ClaimStatus.UNKNOWN, self.billed, cancelling)
        except StoreIsBehind:
            return ClaimOutcome(start.claim_no, ClaimStatus.UNKNOWN, self.billed, run_again=True)

    async def _live(self, start: ClaimStart) -> ClaimOutcome:
        workflow.upsert_search_attributes(
            [
                shown.ClaimNo.value_set(start.claim_no),
                shown.OrderNo.value_set(start.order_no),
                shown.Payer.value_set(start.payer),
            ]
        )
        while True:
            plan = await self._step(ClaimSteps.prepare_claim, start, summary="prepare the claim")
            self.billed = plan.billed
            # Counted before: the answer may come while the step that hands in is still ending.
            seen = self.news.count
            submission = await self._hand_in(start, plan)
            if (put := _NOT_TAKEN.get(submission.status)) is not None:
                decision = await self._resolve(put(start, plan, submission))
                outcome = decision.outcome
            else:
                facts = await self._wait_for_answer(start, plan, submission, seen)
                if facts.status is ClaimStatus.DENIED:
                    facts, outcome = await self._contest(start, plan, facts)
                if facts.status is not ClaimStatus.DENIED:
                    return ClaimOutcome(start.claim_no, facts.status, facts.shifted)
            if outcome == "write_off":
                nothing = Money(0, plan.billed.currency)
                return ClaimOutcome(start.claim_no, ClaimStatus.WRITTEN_OFF, nothing)
            if outcome == "hand_in":
                await self._step(ClaimSteps.let_late_in, decision, summary="may it go in late?")
                continue
            await self._step(ClaimSteps.correct_claim, start.claim_no, summary="correct it")

    async def _contest(
        self, start: ClaimStart, plan: ClaimPlan, facts: ClaimFacts
    ) -> tuple[ClaimFacts, str]:
        """Ask what to do about a denial, and appeal if a person says so; with the last answer."""
        decision = await self._resolve(claim_questions.denied(start, facts))
        if decision.outcome != "appeal":
            return facts, decision.outcome
        chance = await self._step(ClaimSteps.open_appeal, decision, summary="may we appeal?")
        if chance.closed is None:
            seen = self.news.count
            submission = await self._appeal(start, plan)
            if submission.status is SubmissionStatus.REJECTED:
                chance = replace(chance, closed=NoAppeal.REFUSED, told=submission.detail)
            else:
                facts = await self._wait_for_answer(start, plan, submission, seen)
                if facts.status is not ClaimStatus.DENIED:
                    return facts, ""
                chance = facts.appeal or chance
        still = claim_questions.denied_still(start, replace(facts, appeal=chance))
        return facts, (await self._resolve(still)).outcome

    async def _appeal(self, start: ClaimStart, plan: ClaimPlan) -> SubmissionFacts:
        """Hand the appeal in exactly once, as the claim was."""
        self._tell("the appeal is handed in 申诉提交中")
        return await hand_in_appeal(
            start,
            step=self._step,
            interruptions=self.interruptions,
            ask=lambda submission: self._ask_about_submission(
                claim_questions.appeal_unknown(start, plan, submission, self._next_question()),
                ClaimSteps.settle_appeal,
            ),
        )

    async def _hand_in(self, start: ClaimStart, plan: ClaimPlan) -> SubmissionFacts:
        """Hand the claim in exactly once; UNKNOWN is resolved by looking, else by a person."""
        self.file_by = plan.file_by
        self._tell(f"handing in version {plan.version} 申报中")
        submission = await hand_in_claim(
            start,
            plan,
            step=self._step,
            interruptions=self.interruptions,
            ask=lambda submission: self._ask_about_submission(
                claim_questions.unknown(start, plan, submission, self._next_question()),
                ClaimSteps.settle_submission,
            ),
        )
        if submission.status is SubmissionStatus.ACKNOWLEDGED:
            self.file_by = None
            self._show_due()
        return submission

    async def _wait_for_answer(
        self, start: ClaimStart, plan: ClaimPlan, submission: SubmissionFacts, seen: int
    ) -> ClaimFacts:
        """Wait until the payer denied, or its remittance advice is booked."""
        look_again_s = submission.look_again_s
        while True:
            self._tell(f"{start.payer}'s answer 等待审核与赔付, since {plan.as_of}")
            await self.news.wait(
                seen=seen, at_most_s=look_again_s, summary=f"{start.payer}'s answer"
            )
            seen = self.news.count
            facts = await self._ask_payer(start.claim_no, plan)
            if facts.status not in WITH_THE_PAYER:
                return facts
            look_again_s = facts.look_again_s

    async def _ask_payer(self, claim_no: str, plan: ClaimPlan) -> ClaimFacts:
        if plan.by_portal:
            return await self._step(
                PortalSteps.ask_portal,
                claim_no,
                summary="look at the portal",
                queue=bots_of(self.start.payer),
            )
        return await self._step(ClaimSteps.ask_payer, claim_no, summary="ask the payer")

    @overload
    async def _step(
        self,
        step: Callable[[Any, P], Coroutine[Any, Any, R]],
        fact: P,
        *,
        summary: str,
        queue: str | None = None,
        once: bool = False,
    ) -> R: ...

    @overload
    async def _step(
        self,
        step: Callable[[Any, P], R],
        fact: P,
        *,
        summary: str,
        queue: str | None = None,
        once: bool = False,
    ) -> R: ...

    async def _step(
        self, step: Any, fact: Any, *, summary: str, queue: str | None = None, once: bool = False
    ) -> Any:
        """Take a step of the claim; when only a person can help, ask, and do as decided."""
        named = f"{self.start.claim_no}: {summary}"
        while True:
            await workflow.wait_condition(lambda: not self.held)
            try:
                return await take(step, fact, summary=named, queue=queue, once=once)
            except ActivityError as failure:
                is_behind = store_is_behind(failure)
                if not (is_behind and self.start.may_run_again):
                    await help_or_give_up(
                        failure,
                        asker=self.start.claim_no,
                        case_no=self.start.order_no,
                        amount=self.billed,
                        summary=named,
                        asking=self._ask,
                    )
                if is_behind:
                    raise StoreIsBehind(named) from failure

    async def _ask(self, question: Question) -> Decision:
        """Ask, with the search attribute NeedsPerson set while the question is open."""
        page = page_of(question, self.start.page_root)
        self._show_due()
        self._tell(
            f"a decision 等待人工决定: {question.sentence_en}\n\n**Decide here 决定**: {page}"
        )
        decision = await ask_shown(question)
        self._tell("the next step 下一步")
        return decision

    async def _resolve(self, question: Question) -> Decision:
        """Ask until the answer can be followed; what is written off is booked then."""
        attempt = question
        while True:
            decision = await self._ask(attempt)
            if decision.outcome != "write_off":
                return decision
            if await may_write_off(attempt, asking=self._ask):
                await write_off(attempt, decision, claim_no=self.start.claim_no)
                return decision
            attempt = claim_questions.again(question, self._next_question())

    def _next_question(self) -> int:
        self.questions = self.questions + 1
        return self.questions

    async def _ask_about_submission(
        self, question: Question, settle: Callable[[Any, Decision], SubmissionFacts]
    ) -> SubmissionFacts:
        decision = await self._ask(question)
        return await take(settle, decision, summary=f"{self.start.claim_no}: as the person says")

    def _show_due(self) -> None:
        """Beside a question, until when the claim must be in (midnight in UTC of that day).

        Only then: a claim that goes in at once has no use for it.
        """
        if self.due_shown == self.file_by or not workflow.patched("due-day-of-filing"):
            return
        self.due_shown = day = self.file_by
        due = shown.DueDate.value_unset() if day is None else shown.due_on(day)
        workflow.upsert_search_attributes([due])

    def _tell(self, waits_for: str) -> None:
        self.waits_for, start = waits_for, self.start
        held = "the case is on hold 案件暂停; then " if self.held else ""
        until = f"**To be in by 申报截止**: {self.file_by}\n\n" if self.file_by else ""
        workflow.set_current_details(
            f"**Claim 申报**: {start.claim_no} → {start.payer}, {self.billed}\n\n"
            f"**Waits for 等待**: {held}{waits_for}\n\n"
            f"{until}"
            f"Evidence and history 证据与经过: {start.page_root}/cases/{start.order_no}"
        )

    @workflow.signal(description="From the case: take no further step, or go on.")
    def stand_still(self, held: bool) -> None:
        """Hold the claim with its case; what runs already is not broken off."""
        self.held = held
        self._tell(self.waits_for)

    @workflow.signal(description="A wake-up: an advice or an answer may have come.")
    def look(self, event_id: str) -> None:
        """Carries no fact, so a forged one only makes the claim look once more."""
        self.news.arrived()
