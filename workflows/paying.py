"""How a bill is paid in parts, and how it is undone; without Temporal, so that a test can drive it.

The insurer's part is asked for first and given back first. What others owe follows from it; and
only its cancelling can be refused for good, so it is asked while all the rest still stands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.payment_signatures import PaymentSteps
    from domain.payment import AttemptState, Part, PaymentEvent, PaymentStage
    from domain.payment_facts import (
        LateFacts,
        PartFacts,
        PartRef,
        PaymentFacts,
        PaymentMove,
        ReturnFacts,
    )
    from workflows.stepping import GivenUp

_SURE = (AttemptState.CAPTURED, AttemptState.REFUSED)


class Taking(Protocol):
    """Takes one step and returns its facts."""

    def __call__(self, step: Any, fact: Any, *, summary: str) -> Awaitable[Any]: ...


Helping = Callable[[ActivityError, Part, str], Awaitable[None]]
"""Asks a person about a failed step; returns to try again. Raises: GivenUp; the failure itself."""
Waiting = Callable[[int, str], Awaitable[None]]
"""Waits so many seconds, or until news comes; the words are what people read meanwhile."""


class PartFailed(Exception):
    """A part is surely not paid, so the bill is not."""

    def __init__(self, n: int, why: str) -> None:
        self.n, self.why = n, why
        super().__init__(f"Part {n}: {why}")


class Paying:
    """Pays every part in turn, or gives everything back."""

    def __init__(
        self, facts: PaymentFacts, *, taking: Taking, waiting: Waiting, helping: Helping
    ) -> None:
        self.facts = facts
        self.taking, self.waiting, self.helping = taking, waiting, helping

    async def pay(self) -> PaymentStage:
        """Return PAID or UNDONE, when no money is left where it does not belong."""
        try:
            for part in self.facts.parts:
                await self._get(part)
        except PartFailed as failed:
            return await self.undo(str(failed))
        stage: PaymentStage = await self._move(PaymentEvent.ALL_PAID)
        await self.return_late_money()
        return stage

    async def undo(self, why: str) -> PaymentStage:
        """Let nobody pay any more, give everything back, and wait for what may come late."""
        await self._move(PaymentEvent.PART_FAILED, why)
        for part in self.facts.parts:
            await self._close(part)
        for part in self.facts.parts:
            await self._give_back(part.n, surplus_only=False)
        await self.return_late_money()
        stage: PaymentStage = await self._move(PaymentEvent.ALL_RETURNED)
        return stage

    async def _get(self, part: Part) -> None:
        """Return when the part is surely paid. Raises: PartFailed, when it surely is not."""
        ref, summary = PartRef(self.facts.payment_no, part.n), f"part {part.n}: {part.kind}"
        while True:
            try:
                told: PartFacts = await self.taking(PaymentSteps.pay_part, ref, summary=summary)
            except ActivityError as failure:
                await self._help(part, failure, summary)
                continue
            if told.state is AttemptState.CAPTURED:
                return
            if told.closes_in_s == 0 and told.state not in _SURE:
                told = await self._close(part)
                if told.state is AttemptState.CAPTURED:
                    return
            may_try_anew = told.nobody_was_asked and told.closes_in_s > 0
            if told.state is AttemptState.REFUSED and not may_try_anew:
                raise PartFailed(part.n, told.why or "refused, or not paid in time")
            await self.waiting(told.look_again_s, f"{summary} 等待付款")

    async def _help(self, part: Part, failure: ActivityError, summary: str) -> None:
        try:
            await self.helping(failure, part, summary)
        except GivenUp as given_up:
            raise PartFailed(part.n, f"given up by {given_up.decision.decision_no}") from given_up

    async def _close(self, part: Part) -> PartFacts:
        """Return when it is sure that the part is paid, or never will be."""
        ref = PartRef(self.facts.payment_no, part.n)
        summary = f"part {part.n}: let nobody pay it any more"
        while True:
            told: PartFacts = await self._surely(PaymentSteps.close_part, ref, part, summary)
            if told.state in _SURE:
                return told
            await self.waiting(told.look_again_s, f"{summary} 等待渠道答复")

    async def _give_back(self, n: int, *, surplus_only: bool) -> None:
        part = next(one for one in self.facts.parts if one.n == n)
        ref = PartRef(self.facts.payment_no, n, surplus_only)
        summary = f"part {n}: give the money back"
        while True:
            told: ReturnFacts = await self._surely(PaymentSteps.return_part, ref, part, summary)
            if told.is_back:
                return
            await self.waiting(told.look_again_s, f"{summary} 等待退款")

    async def return_late_money(self) -> None:
        """Look as long as money may come for an attempt that was given up; it goes back at once."""
        summary = "did money come late?"
        while True:
            late: LateFacts = await self._surely(
                PaymentSteps.find_late_money, self.facts.payment_no, self.facts.parts[0], summary
            )
            for n in late.parts:
                await self._give_back(n, surplus_only=True)
            if not late.look_again_s:
                return
            await self.waiting(late.look_again_s, summary)

    async def _surely(self, step: Any, fact: Any, part: Part, summary: str) -> Any:
        """Take a step for as long as it needs: what is half done is never left so."""
        while True:
            try:
                return await self.taking(step, fact, summary=summary)
            except ActivityError as failure:
                try:
                    await self._help(part, failure, summary)
                except PartFailed:
                    # Whatever is answered: money that was taken is never left where it is.
                    continue

    async def _move(self, event: PaymentEvent, why: str = "") -> PaymentStage:
        move = PaymentMove(self.facts.payment_no, event, why)
        stage: PaymentStage = await self.taking(
            PaymentSteps.move_payment, move, summary=f"note it: {event}"
        )
        return stage
