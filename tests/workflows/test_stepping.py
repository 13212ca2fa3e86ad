"""How lives step, as far as no server is needed; the rest is told in the diaries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    CancelledError,
    RetryState,
    TimeoutError,
    TimeoutType,
)

from domain.money import Money
from domain.review import Decision, Question, ReviewKind
from workflows.stepping import RETRY, News, help_or_give_up, needs_a_person, page_of

REFUSED = ApplicationError(
    "PA, POST /claims: refused with 422.", type="Refused", non_retryable=True
)
QUESTION = Question("SO-2026-0001:x", ReviewKind.DENIAL, None, "CL", "？", "?", Money(1))


def failed(cause: BaseException | None) -> ActivityError:
    """A step that failed, as a life sees it."""
    failure = ActivityError(
        "a step failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="worker",
        activity_type="submit_claim",
        activity_id="1",
        retry_state=RetryState.NON_RETRYABLE_FAILURE,
    )
    failure.__cause__ = cause
    return failure


def test_a_named_failure_that_is_not_tried_again_needs_a_person() -> None:
    assert needs_a_person(failed(REFUSED)) is REFUSED


@pytest.mark.parametrize(
    "cause",
    [
        None,
        CancelledError("cancelled"),
        ApplicationError("PA is down", type="TemporarilyDown"),
        TimeoutError("late", type=TimeoutType.HEARTBEAT, last_heartbeat_details=[]),
    ],
    ids=["nothing", "cancelled", "may pass", "timed out"],
)
async def test_what_is_nothing_for_a_person_stays_the_failure_that_it_is(
    cause: BaseException | None,
) -> None:
    failure = failed(cause)
    assert needs_a_person(failure) is None

    async def nobody(question: Question) -> Decision:
        raise AssertionError(question.subject)

    with pytest.raises(ActivityError) as raised:
        await help_or_give_up(
            failure,
            asker="CL-2026-0001-1",
            case_no=None,
            amount=Money(0),
            summary="hand in",
            asking=nobody,
        )
    assert raised.value is failure


def test_a_step_is_tried_for_ever_and_at_most_an_hour_apart() -> None:
    assert RETRY.maximum_attempts == 0
    assert RETRY.maximum_interval == timedelta(hours=1)
    assert not RETRY.non_retryable_error_types


def test_every_wake_up_counts() -> None:
    news = News()
    seen = news.count
    news.arrived()
    news.arrived()
    assert news.count == seen + 2


def test_a_question_has_the_page_of_its_review() -> None:
    assert page_of(QUESTION, "http://127.0.0.1:18090") == (
        "http://127.0.0.1:18090/reviews/RV-E2428EBD433D"
    )
