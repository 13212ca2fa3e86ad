"""The life of a sending, as `workflows.claim_life` leads it, over the real steps and no server.

Apart from the submitter so that it can be read beside the workflow: look; if it is surely absent,
hand in once; UNKNOWN waits as told and looks again; what looking cannot tell goes to a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from temporalio.testing import ActivityEnvironment

from activities.failures import as_told_to_temporal
from activities.portal_steps import PortalActivities
from bots.portal.definition import FormKind
from domain.facts import SubmissionFacts, SubmissionStatus
from tests.faults.portals.telling import Ended, How

MOST_STEPS = 24
"""The budget: a sound life takes a look, a hand-in and two looks more for each of two attempts."""
_LONGEST_PAUSE_S = 3600
# A portal that a person must see to first: the step waits for that, and does nothing.
_WITH_A_PERSON = ("PortalPaused", "PortalLoginLocked", "PortalCoolingDown")

Wait = Callable[[int], Awaitable[None]]
Stop = Callable[[str], Awaitable[None]]
Step = Callable[[str], Awaitable[SubmissionFacts]]


class Life:
    """One claim, or one appeal, at one portal, from the first look to its end."""

    def __init__(
        self,
        steps: PortalActivities,
        claim_no: str,
        wait: Wait,
        stop: Stop,
        form: FormKind = "claim",
    ) -> None:
        self._claim_no = claim_no
        self._look: Step = steps.look_for_claim_at_portal
        self._hand_in: Step = steps.hand_in_at_portal
        if form == "appeal":
            self._look, self._hand_in = (
                steps.look_for_appeal_at_portal,
                steps.hand_in_appeal_at_portal,
            )
        self._wait, self._stop = wait, stop
        self._interruptions = 0
        self.troubles: list[str] = []

    async def live(self, *, abandon: bool) -> Ended:
        """Until it is confirmed, rejected, with a person, or the budget is used up."""
        for _ in range(MOST_STEPS):
            ended = await self._once(abandon=abandon)
            if ended is not None:
                return ended
        return self._ended("undecided", f"after {MOST_STEPS} steps")

    async def look(self) -> SubmissionFacts | Ended:
        """Look at the portal; a person's case is told as an end."""
        told = await self._taken(self._look)
        if not isinstance(told, BaseException):
            return told
        return await self._after(told)

    async def _once(self, *, abandon: bool) -> Ended | None:
        looked = await self.look()
        if isinstance(looked, Ended):
            return None if looked.how == "undecided" else looked
        if looked.status is not SubmissionStatus.ABSENT:
            return await self._decided(looked)
        await self._stop("before prepared")
        told = await self._taken(self._hand_in)
        await self._stop("after confirmed")
        if abandon:
            return self._ended("abandoned")
        if isinstance(told, BaseException):
            ended = await self._after(told)
            return None if ended.how == "undecided" else ended
        self._interruptions = 0
        return await self._decided(told)

    async def _decided(self, facts: SubmissionFacts) -> Ended | None:
        match facts.status:
            case SubmissionStatus.ACKNOWLEDGED:
                return self._ended("confirmed", facts.receipt_no)
            case SubmissionStatus.REJECTED:
                return self._ended("rejected", facts.detail)
            case SubmissionStatus.UNKNOWN if not facts.look_again_s:
                return self._ended("person", facts.detail)
            case SubmissionStatus.UNKNOWN:
                await self._wait(facts.look_again_s)
        return None

    async def _taken(self, step: Step) -> SubmissionFacts | BaseException:
        (told,) = await asyncio.gather(
            ActivityEnvironment().run(step, self._claim_no), return_exceptions=True
        )
        if isinstance(told, BaseException):
            self.troubles.append(f"{step.__name__}: {type(told).__name__}: {told}"[:300])
        return told

    async def _after(self, error: BaseException) -> Ended:
        """What a failed step means; "undecided" has waited and goes on with a look."""
        named = as_told_to_temporal(error) if isinstance(error, Exception) else None
        if named is not None and (named.non_retryable or named.type in _WITH_A_PERSON):
            return self._ended("person", f"{named.type}")
        self._interruptions += 1
        pause_s = min(2**self._interruptions, _LONGEST_PAUSE_S)
        if named is not None and named.next_retry_delay is not None:
            pause_s = int(named.next_retry_delay.total_seconds()) + 1
        await self._wait(pause_s)
        return self._ended("undecided")

    def _ended(self, how: How, why: str = "") -> Ended:
        return Ended(how, why, tuple(self.troubles))
