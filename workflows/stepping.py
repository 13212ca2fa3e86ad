"""How every life takes a step, waits for news and asks a person; kept apart so lives stay short."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar, overload

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    CancelledError,
    ChildWorkflowError,
    FailureError,
    TerminatedError,
    WorkflowAlreadyStartedError,
)

with workflow.unsafe.imports_passed_through():
    from domain.money import Money
    from domain.review import Decision, Question, ReviewKind, review_no_of
    from engine import search_attributes as shown
    from engine.ids import review_id
    from engine.queues import is_slow
    from workflows.running_again import StoreIsBehind, store_is_behind

P = TypeVar("P")
R = TypeVar("R")

# A counterparty that is down is asked again for ever, at most an hour apart: only a person ends it.
RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(hours=1),
)
ONCE = RetryPolicy(maximum_attempts=1)
_STEP_TIMEOUT = timedelta(seconds=45)
# A person may have to read a one-time code on a telephone; a dead worker is noticed by its beats.
_SLOW_TIMEOUT = timedelta(minutes=15)
# A step without a sign of life for so long is taken again: its worker was killed.
_HEARTBEAT = timedelta(seconds=10)
_ENDING_CHILD_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=1)
_ENDED_BY_HAND = (TerminatedError, CancelledError)


@overload
async def take(
    step: Callable[[Any, P], Coroutine[Any, Any, R]],
    fact: P,
    *,
    summary: str,
    queue: str | None = None,
    once: bool = False,
) -> R: ...


@overload
async def take(
    step: Callable[[Any, P], R],
    fact: P,
    *,
    summary: str,
    queue: str | None = None,
    once: bool = False,
) -> R: ...


async def take(
    step: Any, fact: Any, *, summary: str, queue: str | None = None, once: bool = False
) -> Any:
    """Take one step and return its facts; `summary` is what people read in the Temporal UI.

    `once`: it is never taken again by itself, because it sends what nobody can take back.
    A cancelled life waits until the step has ended, so that what it did can be undone.
    """
    return await workflow.execute_activity_method(
        step,
        fact,
        task_queue=queue,
        start_to_close_timeout=_SLOW_TIMEOUT if is_slow(queue) else _STEP_TIMEOUT,
        heartbeat_timeout=_HEARTBEAT,
        retry_policy=ONCE if once else RETRY,
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=summary,
    )


def needs_a_person(failure: ActivityError) -> ApplicationError | None:
    """Return the named error behind a failed step when only a person can help, else None."""
    cause = failure.cause
    return cause if isinstance(cause, ApplicationError) and cause.non_retryable else None


def wait_after(failure: ActivityError, times: int) -> int:
    """Seconds to wait after a step that is not taken again by itself was interrupted so often.

    What the failure itself says comes first; else twice as long each time, up to an hour.
    Raises: the failure, when it is a cancellation or one that only a person can help.
    """
    if isinstance(failure.cause, CancelledError) or needs_a_person(failure) is not None:
        raise failure
    told = failure.cause.next_retry_delay if isinstance(failure.cause, ApplicationError) else None
    doubled: int = min(2**times, int(_LONGEST_PAUSE.total_seconds()))
    return int(told.total_seconds()) + 1 if told is not None else doubled


def goes_on() -> bool:
    """Whether nobody has asked this life to end."""
    return workflow.cancellation_reason() is None


async def live_through(
    life: Any,
    start: Any,
    *,
    life_id: str,
    summary: str,
    wanted: Callable[[], bool] = goes_on,
) -> Any:
    """Run a child life and return its outcome.

    After a Reset or a restart an earlier run of the same child may still be ending: wait for it,
    because two of them must never live at once. It may also be another life that asks the same
    question, and that for days: so each wait is twice the one before, up to an hour.
    One that somebody terminated or cancelled in the Temporal UI is begun again, as long as it is
    `wanted`: it finds what it did, and its parent does not fall with it.
    """
    pause = _ENDING_CHILD_PAUSE
    while True:
        try:
            return await workflow.execute_child_workflow(
                life,
                start,
                id=life_id,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                parent_close_policy=workflow.ParentClosePolicy.REQUEST_CANCEL,
                static_summary=summary,
            )
        except WorkflowAlreadyStartedError:
            await workflow.sleep(pause, summary=f"another run of {life_id} has not ended")
            pause = min(pause * 2, _LONGEST_PAUSE)
        except ChildWorkflowError as failure:
            if not (isinstance(failure.cause, _ENDED_BY_HAND) and wanted()):
                raise


async def start_apart(life: str, wanted: Any, *, life_id: str, summary: str) -> None:
    """Have one life of this id run, whoever starts it; it outlives who does."""
    try:
        await workflow.start_child_workflow(
            life,
            wanted,
            id=life_id,
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            static_summary=summary,
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.debug("%s runs already", life_id)


async def put(question: Question) -> None:
    """Start the question's own life; the same finding of yesterday is the same life."""
    await start_apart(
        "ReviewLife",
        question,
        life_id=review_id(review_no_of(question.natural_key)),
        summary=question.sentence_en,
    )


async def ask(question: Question, *, wanted: Callable[[], bool] = goes_on) -> Decision:
    """Put a question to a person and wait, days if need be, for the decision."""
    number = review_no_of(question.natural_key)
    try:
        decision = await live_through(
            "ReviewLife",
            question,
            life_id=review_id(number),
            summary=question.sentence_en,
            wanted=wanted,
        )
    except ChildWorkflowError as failure:
        if store_is_behind(failure):
            raise StoreIsBehind(number) from failure
        raise
    return decision if isinstance(decision, Decision) else Decision(**decision)


async def ask_shown(question: Question, *, wanted: Callable[[], bool] = goes_on) -> Decision:
    """Ask, with the search attribute NeedsPerson set while the question is open."""
    return await needing_a_person(ask(question, wanted=wanted))


async def needing_a_person(asking: Awaitable[R]) -> R:
    """Wait for whoever is asked; lists in the Temporal UI show meanwhile that somebody is."""
    workflow.upsert_search_attributes([shown.NeedsPerson.value_set(True)])
    try:
        told = await asking
    except (asyncio.CancelledError, FailureError, StoreIsBehind):
        if workflow.patched("broken-off-needs-nobody"):
            workflow.upsert_search_attributes([shown.NeedsPerson.value_set(False)])
        raise
    workflow.upsert_search_attributes([shown.NeedsPerson.value_set(False)])
    return told


def page_of(question: Question, page_root: str) -> str:
    """Where a person decides this question."""
    return f"{page_root}/reviews/{review_no_of(question.natural_key)}"


class GivenUp(Exception):
    """A step failed, and a person decided not to try again."""

    def __init__(self, decision: Decision, why: str) -> None:
        self.decision, self.why = decision, why
        super().__init__(decision.decision_no)


Asking = Callable[[Question], Awaitable[Decision]]


async def help_or_give_up(
    failure: ActivityError,
    *,
    asker: str,
    case_no: str | None,
    amount: Money,
    summary: str,
    asking: Asking = ask,
) -> None:
    """Ask ops about a step that only a person can help; return to try it again.

    `asker` is the number of the life that failed. Raises: GivenUp; the failure itself, when it is
    none for a person (a cancellation, say).
    """
    cause = needs_a_person(failure)
    if cause is None:
        raise failure
    # The length of the history tells two failures of the same step apart, also after a replay.
    moment = workflow.info().get_current_history_length()
    decision = await asking(
        Question(
            natural_key=f"{asker}:{ReviewKind.STEP_FAILED}:{failure.activity_type}:{moment}",
            kind=ReviewKind.STEP_FAILED,
            case_no=case_no,
            subject=asker,
            sentence_zh=f"步骤“{summary}”无法继续：{cause.message} 重试还是放弃？",
            sentence_en=f"The step “{summary}” cannot go on: {cause.message} Retry, or give up?",
            amount=amount,
        )
    )
    if decision.outcome == "give_up":
        raise GivenUp(decision, cause.message)


async def helped(step: Callable[[], Awaitable[R]], *, asker: str, summary: str) -> R | None:
    """Take a step that belongs to no case, asking for help when only a person can.

    None, when a person gives up.
    """
    while True:
        try:
            return await step()
        except ActivityError as failure:
            try:
                await help_or_give_up(
                    failure, asker=asker, case_no=None, amount=Money(0), summary=summary
                )
            except GivenUp:
                return None


class News:
    """Counts wake-ups, so that one that comes while a step runs is not lost."""

    def __init__(self) -> None:
        self.count = 0

    def arrived(self) -> None:
        """Something may have happened; whoever waits looks again."""
        self.count += 1

    async def wait(self, *, seen: int, at_most_s: int, summary: str) -> None:
        """Return when news came after `seen`, or after `at_most_s` seconds."""
        try:
            await workflow.wait_condition(
                lambda: self.count > seen,
                timeout=timedelta(seconds=at_most_s),
                timeout_summary=summary,
            )
        except TimeoutError:
            # No news is a reason to ask, not a fault: the caller looks again either way.
            return
