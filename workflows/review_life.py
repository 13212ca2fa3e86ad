"""Ask a person and wait. The decision is a row in the store; a message is only a wake-up."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.signatures import ReviewSteps
    from domain.facts import Asked
    from domain.review import EXPLAINED, Decision, Question, review_no_of
    from engine import search_attributes as shown
    from workflows.stepping import goes_on, take


@workflow.defn
class ReviewLife:
    """The life of one question. Workflow id `review-{review_no}`."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.is_nudged = False
        self.is_moot = False

    @workflow.run
    async def run(self, question: Question) -> Decision:
        """Return the decision that stands in the store, however long it takes; or EXPLAINED, when
        what is asked about cleared up before anybody decided."""
        workflow.upsert_search_attributes(
            [
                shown.NeedsPerson.value_set(True),
                shown.ReviewKind.value_set(question.kind),
                shown.OrderNo.value_set(question.case_no or "-"),
            ]
        )
        try:
            decision = await self._ask_and_wait(question)
        except (asyncio.CancelledError, ActivityError) as ended:
            if not is_cancelled_exception(ended):
                raise
            number = review_no_of(question.natural_key)
            await take(ReviewSteps.withdraw_question, number, summary="no longer asked")
            if workflow.patched("withdrawn-needs-nobody"):
                workflow.upsert_search_attributes([shown.NeedsPerson.value_set(False)])
            raise
        workflow.upsert_search_attributes([shown.NeedsPerson.value_set(False)])
        return decision

    async def _ask_and_wait(self, question: Question) -> Decision:
        asked = await take(ReviewSteps.ask_person, question, summary="put it into the inbox")
        workflow.upsert_search_attributes([shown.DueDate.value_set(asked.due_at)])
        workflow.set_current_details(
            f"{question.sentence_zh}\n\n{question.sentence_en}\n\n"
            f"Decide here 在此决定: {asked.page}\n\n"
            "A message sent from this page decides nothing. 在本页发送消息不能代替决定。"
        )
        return await self._wait(question, asked)

    async def _wait(self, question: Question, asked: Asked) -> Decision:
        remind_in_s = asked.remind_in_s
        self.is_moot = asked.is_moot
        if asked.decision_no:
            self.said.append(asked.decision_no)
        while not self.is_moot:
            if not (self.said or goes_on()):
                # It was asked to end while a step of it ran, and that step came to its end.
                raise asyncio.CancelledError
            try:
                await workflow.wait_condition(
                    lambda: bool(self.said) or self.is_nudged,
                    timeout=timedelta(seconds=remind_in_s),
                    timeout_summary="reminder 催办",
                )
            except TimeoutError:
                if not await self._is_decided(question):
                    remind_in_s = await take(
                        ReviewSteps.remind_person, asked.review_no, summary="remind and escalate"
                    )
                continue
            if not self.said:
                await self._is_decided(question)
                continue
            claimed = self.said.pop(0)
            decision = await take(
                ReviewSteps.load_decision,
                replace(asked, decision_no=claimed),
                summary="is there really such a decision?",
            )
            if decision is not None:
                return decision
        return Decision("", asked.review_no, question.kind, EXPLAINED, "", "")

    async def _is_decided(self, question: Question) -> bool:
        """Ask again, which is once: one of the two databases may have been restored meanwhile.

        Then the question may be gone from the inbox, or its decision be there without a wake-up.
        Or nobody needs to decide any more.
        """
        self.is_nudged = False
        asked = await take(ReviewSteps.ask_person, question, summary="is it in the inbox?")
        if asked.decision_no:
            self.said.append(asked.decision_no)
        self.is_moot = asked.is_moot
        return self.is_moot or bool(asked.decision_no)

    @workflow.signal(description="A wake-up: look whether the question stands in the inbox.")
    def look(self, event_id: str) -> None:
        """Carries no fact, so a forged one only makes the review look once more."""
        self.is_nudged = True

    @workflow.update(description="A wake-up with a decision's number; sent by the inbox only.")
    def decided(self, decision_no: str) -> str:
        """Look whether this decision exists. A forged number changes nothing and is reported."""
        self.said.append(decision_no)
        return "The review looks into the decision table."

    @decided.validator
    def _check_number(self, decision_no: str) -> None:
        if not decision_no:
            raise ApplicationError("decision_no is empty.", type="BadInput")
