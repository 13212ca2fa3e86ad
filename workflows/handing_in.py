"""Handing something in at a portal: look, send once, look again; UNKNOWN is for looking, then for
a person. The same for a claim and for an appeal.

Apart from the lives, because what must never be sent twice is written once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from domain.facts import SubmissionFacts, SubmissionStatus
    from workflows.stepping import wait_after

_OPEN = (SubmissionStatus.UNKNOWN, SubmissionStatus.ABSENT)
Way = Callable[[], Awaitable[SubmissionFacts]]


class Asks(Protocol):
    """Puts what nobody can tell before a person, and does as that person says."""

    def __call__(self, submission: SubmissionFacts, /) -> Awaitable[SubmissionFacts]: ...


class Interruptions:
    """How often in a row a bot was broken off: each time it is left alone twice as long."""

    def __init__(self) -> None:
        self.count = 0

    async def once(self, look: Way, send: Way) -> SubmissionFacts:
        """Look, and send once if it is surely not there. An interruption is UNKNOWN, too."""
        looked = await look()
        if looked.status is not SubmissionStatus.ABSENT:
            return looked
        try:
            sent = await send()
        except ActivityError as failure:
            self.count = self.count + 1
            wait_s = wait_after(failure, self.count)
            return SubmissionFacts(SubmissionStatus.UNKNOWN, "", "the bot was interrupted", wait_s)
        self.count = 0
        return sent


async def until_known(submit: Way, ask: Asks, *, subject: str) -> SubmissionFacts:
    """Submit, and look again as long as looking may tell; return what is acknowledged or rejected.

    `subject` is named in the timers that people see.
    """
    while True:
        submission = await submit()
        if submission.status is SubmissionStatus.UNKNOWN:
            if submission.look_again_s:
                await workflow.sleep(
                    timedelta(seconds=submission.look_again_s),
                    summary=f"{subject}: outcome unknown, look again later",
                )
                continue
            submission = await ask(submission)
        if submission.status not in _OPEN:
            return submission
