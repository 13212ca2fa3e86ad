"""Drives a life's own code without a server: its steps run for real, on a store and a clock.

A failed step comes back as Temporal would bring it: what may pass is taken again, what needs a
person goes to the life. With `twice`, each step runs a second time, as after a killed worker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio.exceptions import ActivityError, ApplicationError, RetryState
from temporalio.testing import ActivityEnvironment

from activities.failures import as_told_to_temporal
from domain.payment import Part
from domain.review import Decision, ReviewKind
from tests.activities.desk import StandingClock
from workflows.stepping import GivenUp, needs_a_person

LONGEST = 400
"""Steps until a test says that a life runs in circles."""


class RunsInCircles(AssertionError):
    """A life takes steps without end."""


@dataclass
class Driver:
    """Takes steps of `steps`, waits on `clock`, and answers every question with `answers`."""

    steps: Any
    clock: StandingClock
    twice: bool = False
    answers: Callable[[str], str] = lambda what: "retry"
    taken: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    async def take(self, step: Any, fact: Any, *, summary: str) -> Any:
        for _attempt in range(LONGEST):
            self.taken.append(step.__name__)
            if len(self.taken) > LONGEST:
                raise RunsInCircles(self.taken[-20:])
            try:
                facts = self._run(step, fact)
                return self._run(step, fact) if self.twice else facts
            except Exception as error:
                told = as_told_to_temporal(error)
                if told is None:
                    raise
                self._pass_or_raise(step.__name__, told)
        raise RunsInCircles(step.__name__)

    async def wait(self, seconds: int, summary: str) -> None:
        self.meanwhile()
        self.clock.moment += timedelta(seconds=max(1, seconds))

    async def help(self, failure: ActivityError, part: Part, summary: str) -> None:
        """Answer as a person would; `answers` gets what went wrong and says retry or give_up."""
        cause = needs_a_person(failure)
        assert cause is not None
        self.questions.append(cause.message)
        if self.answers(cause.message) == "give_up":
            said = Decision("D-1", "RV-1", ReviewKind.STEP_FAILED, "give_up", "", "li.finance")
            raise GivenUp(said, cause.message)

    def _run(self, step: Any, fact: Any) -> Any:
        return ActivityEnvironment().run(getattr(self.steps, step.__name__), fact)

    def _pass_or_raise(self, name: str, told: ApplicationError) -> None:
        if not told.non_retryable:
            self.clock.moment += timedelta(seconds=1)
            return
        failure = ActivityError(
            "a step failed",
            scheduled_event_id=1,
            started_event_id=2,
            identity="test",
            activity_type=name,
            activity_id="1",
            retry_state=RetryState.NON_RETRYABLE_FAILURE,
        )
        failure.__cause__ = told
        raise failure
