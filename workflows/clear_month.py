"""Clear a month with a payer that has a portal: hand the application in once, hear the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.signatures import ClearingSteps
    from domain.clearing import Clearing, ClearingDecided, ClearingFacts, ClearingWanted
    from domain.facts import SubmissionFacts, SubmissionStatus
    from domain.review import Question, ReviewKind
    from engine import search_attributes as shown
    from engine.queues import bots_of
    from workflows.handing_in import Interruptions, until_known
    from workflows.stepping import ask, helped, put, take

R = TypeVar("R")


class _GivenUp(Exception):
    """A step failed, and a person decided that this month is seen to by hand."""


@workflow.defn
class ClearMonth:
    """One month's clearing at one portal. Input {"portal": "PB", "month": "2026-01"}."""

    def __init__(self) -> None:
        self.interruptions = Interruptions()
        self.questions = 0

    @workflow.run
    async def run(self, wanted: ClearingWanted) -> str:
        """Return in one sentence how the month ended; it waits for nobody who is asked why."""
        workflow.upsert_search_attributes([shown.Payer.value_set(wanted.portal)])
        try:
            return await self._live(wanted)
        except _GivenUp:
            return f"{wanted.portal}: given up, a person sees to it"

    async def _live(self, wanted: ClearingWanted) -> str:
        queue = bots_of(wanted.portal)
        clearing = await self._step(
            wanted.portal,
            lambda: take(
                ClearingSteps.prepare_clearing, wanted, summary="add the month up", queue=queue
            ),
        )
        if not clearing.count:
            return f"{clearing.number}: nothing was paid in {clearing.month}"
        submission = await until_known(
            lambda: self._submit(clearing),
            lambda submission: self._ask(clearing, submission),
            subject=clearing.number,
        )
        if submission.status is SubmissionStatus.REJECTED:
            await put(_refused(clearing, submission))
            return f"{clearing.number}: not taken, a person is asked"
        facts = await self._answer(clearing)
        if facts.state == "agreed":
            return f"{clearing.number}: {_claims(clearing)}, {clearing.total}, agreed"
        await put(_differs(clearing, facts))
        return f"{clearing.number}: differs, a person is asked"

    async def _submit(self, clearing: Clearing) -> SubmissionFacts:
        queue = bots_of(clearing.portal)
        return await self.interruptions.once(
            lambda: self._step(
                clearing.number,
                lambda: take(
                    ClearingSteps.look_for_clearing_at_portal,
                    clearing,
                    summary=f"{clearing.number}: is it at the portal?",
                    queue=queue,
                ),
            ),
            lambda: self._step(
                clearing.number,
                lambda: take(
                    ClearingSteps.hand_in_clearing_at_portal,
                    clearing,
                    summary=f"{clearing.number}: hand it in once",
                    queue=queue,
                    once=True,
                ),
            ),
        )

    async def _answer(self, clearing: Clearing) -> ClearingFacts:
        while True:
            facts = await self._step(
                clearing.number,
                lambda: take(
                    ClearingSteps.ask_about_clearing,
                    clearing,
                    summary=f"{clearing.number}: the payer's answer",
                    queue=bots_of(clearing.portal),
                ),
            )
            if facts.state != "waiting":
                return facts
            await workflow.sleep(
                timedelta(seconds=facts.look_again_s), summary=f"{clearing.number}: look again"
            )

    async def _ask(self, clearing: Clearing, submission: SubmissionFacts) -> SubmissionFacts:
        self.questions = self.questions + 1
        decision = await ask(_unknown(clearing, submission, self.questions))
        return await take(
            ClearingSteps.settle_clearing,
            ClearingDecided(clearing, decision),
            summary=f"{clearing.number}: as the person says",
            queue=bots_of(clearing.portal),
        )

    async def _step(self, asker: str, step: Callable[[], Awaitable[R]]) -> R:
        """Take a step, asking for help when only a person can. Raises: _GivenUp."""
        result = await helped(step, asker=asker, summary=f"{asker}: clear the month")
        if result is None:
            raise _GivenUp
        return result


def _differs(clearing: Clearing, facts: ClearingFacts) -> Question:
    """The payer counts otherwise than our books: whose figures are right?"""
    return Question(
        natural_key=f"{clearing.number}:differs:{facts.receipt}",
        kind=ReviewKind.CLEARING,
        case_no=None,
        subject=clearing.number,
        sentence_zh=f"{clearing.portal} {clearing.month} 清算：我方 {clearing.count} 笔"
        f" {clearing.total.grouped()} 元，付款方{facts.answer}。认可还是提出异议？",
        sentence_en=f"{clearing.portal} clears {clearing.month} otherwise: we have"
        f" {_claims(clearing)}, {clearing.total}; the payer says {facts.answer}.",
        amount=clearing.total,
    )


def _claims(clearing: Clearing) -> str:
    return "1 claim" if clearing.count == 1 else f"{clearing.count} claims"


def _refused(clearing: Clearing, submission: SubmissionFacts) -> Question:
    """The portal did not take the application."""
    return Question(
        natural_key=f"{clearing.number}:refused",
        kind=ReviewKind.CLEARING,
        case_no=None,
        subject=clearing.number,
        sentence_zh=f"{clearing.portal} 未收下 {clearing.month} 的清算申请"
        f"（{submission.detail}）。",
        sentence_en=f"{clearing.portal} did not take the clearing of {clearing.month}:"
        f" {submission.detail}",
        amount=clearing.total,
    )


def _unknown(clearing: Clearing, submission: SubmissionFacts, attempt: int) -> Question:
    """Nobody but a person can tell whether the payer has the application."""
    return Question(
        natural_key=f"{clearing.number}:unknown:{attempt}",
        kind=ReviewKind.SUBMISSION_UNKNOWN,
        case_no=None,
        subject=clearing.number,
        sentence_zh=f"{clearing.number} 是否已送达 {clearing.portal} 不明（{submission.detail}）。",
        sentence_en=f"Whether {clearing.number} reached {clearing.portal} is unknown:"
        f" {submission.detail}",
        amount=clearing.total,
    )
