"""Keeps time in the demo and the diaries: one clock for us, the sandbox, and every open life.

The clock of the business moves first, then the sandbox (which makes happen what is due), then
every open life, leaves before parents: a parent with an open child holds no timer of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from engine.clock import FileClock, business_zone

FIRST_MOMENT = datetime(2026, 1, 5, 8, 0, tzinfo=business_zone)
"""The fictional calendar starts on this Monday, so that no run depends on today."""

SETTLE_S = 0.03
LOOK_AGAIN_S = 0.25
QUIET_LOOKS = 2
SHORT_BACK_OFF = timedelta(seconds=4)
"""The first few new tries come by themselves: a day must not pass because an answer was lost."""


class LifeDidNotFollow(RuntimeError):
    """A life could not be brought to the conductor's time."""

    def __init__(self, workflow_id: str, patience_s: float) -> None:
        self.workflow_id = workflow_id
        super().__init__(f"{workflow_id} did not reach the new time within {patience_s:.0f} s.")


@dataclass(frozen=True)
class OpenLife:
    """A running life, and whether it has a running child."""

    workflow_id: str
    run_id: str
    is_leaf: bool


class Conductor:
    """Moves everything from one moment to the next, and waits until nothing runs any more."""

    def __init__(
        self,
        client: Client,
        clock: FileClock,
        sandbox: Mapping[str, str],
        *,
        patience_s: float = 300.0,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        # Without `disable_propagation` a child that starts during a fast-forward skips on with no
        # bound, and jumps over the person whom it waits for.
        self.skipper = TimeSkipper(
            client, config=TimeSkippingConfig(enabled=False, disable_propagation=True)
        )
        self.client, self.clock, self.sandbox = client, clock, sandbox
        self.patience_s, self.tell = patience_s, tell
        # A kept connection may be closed by the other side just as it is used again.
        fresh = httpx.Limits(max_keepalive_connections=0)
        self.http = httpx.AsyncClient(timeout=60.0, trust_env=False, limits=fresh)

    @property
    def now(self) -> datetime:
        """The moment that all are at."""
        return self.clock.now()

    async def move_to(self, moment: datetime) -> list[str]:
        """Bring everything to `moment`; return what happened outside, in words."""
        await self.settle()
        step = moment - self.clock.now()
        self.clock.set(moment)
        happened = await self._move_sandbox(moment)
        await self._follow(step)
        await self.settle()
        return happened

    async def _move_sandbox(self, moment: datetime) -> list[str]:
        happened: list[str] = []
        for url in self.sandbox.values():
            answer = await self.http.put(f"{url}/_sandbox/clock", json={"now": moment.isoformat()})
            answer.raise_for_status()
            happened += answer.json()["happened"]
        return happened

    async def _follow(self, step: timedelta) -> None:
        leaves = [life for life in await self.open_lives() if life.is_leaf]
        await asyncio.gather(*(self._fast_forward(life, step) for life in leaves))

    async def _fast_forward(self, life: OpenLife, step: timedelta) -> None:
        """Return when the life is there, has ended, or has begun to wait for a child."""
        handle = self.client.get_workflow_handle(life.workflow_id, run_id=life.run_id)
        forward = asyncio.create_task(self.skipper.fast_forward(handle, step))
        until = asyncio.get_running_loop().time() + self.patience_s
        try:
            while not (await asyncio.wait([forward], timeout=LOOK_AGAIN_S))[0]:
                if await self._waits_for_a_child(life):
                    return
                if asyncio.get_running_loop().time() > until:
                    raise LifeDidNotFollow(life.workflow_id, self.patience_s)
            await forward
        except RPCError as error:
            # It ended between the list and here: nothing is left to move.
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        finally:
            forward.cancel()

    async def _waits_for_a_child(self, life: OpenLife) -> bool:
        """A child that began on the way holds its parent's time; both go on with the next move."""
        handle = self.client.get_workflow_handle(life.workflow_id, run_id=life.run_id)
        described = (await handle.describe()).raw_description
        return bool(described.pending_children) and not _is_busy(described)

    async def open_lives(self) -> list[OpenLife]:
        """Every running life; a leaf has no running child."""
        found = [
            execution async for execution in self.client.list_workflows("ExecutionStatus='Running'")
        ]
        parents = {execution.parent_id for execution in found if execution.parent_id}
        return [
            OpenLife(execution.id, execution.run_id, execution.id not in parents)
            for execution in found
        ]

    async def result_or_question(self, workflow_id: str) -> None:
        """Return when this life has ended, or has asked a person and waits."""
        handle = self.client.get_workflow_handle(workflow_id)
        while True:
            described = await handle.describe()
            if described.status is not WorkflowExecutionStatus.RUNNING:
                return
            if described.raw_description.pending_children and not _is_busy(
                described.raw_description
            ):
                return
            await asyncio.sleep(SETTLE_S)

    async def settle(self) -> None:
        """Wait until no life has a step or a task under way, several looks in a row."""
        quiet = 0
        until = asyncio.get_running_loop().time() + self.patience_s
        while quiet < QUIET_LOOKS:
            busy = await self._busy()
            quiet = 0 if busy else quiet + 1
            # While one is busy there is no need to look at the others: they are many.
            is_busy = busy is not None
            while busy and is_busy:
                if asyncio.get_running_loop().time() > until:
                    raise LifeDidNotFollow(busy.id, self.patience_s)
                await asyncio.sleep(SETTLE_S)
                is_busy = await self._is_busy_now(busy, if_gone=False)
            if quiet and quiet < QUIET_LOOKS:
                await asyncio.sleep(SETTLE_S)

    async def _busy(self) -> WorkflowExecution | None:
        """A life that is doing something at this moment, if there is one."""
        lives = [life async for life in self.client.list_workflows("ExecutionStatus='Running'")]
        busy = await asyncio.gather(*(self._is_busy_now(life, if_gone=True) for life in lives))
        return next((life for life, is_busy in zip(lives, busy, strict=True) if is_busy), None)

    async def _is_busy_now(self, execution: WorkflowExecution, *, if_gone: bool) -> bool:
        """`if_gone`: the answer for one that the list shows, and that is not there."""
        handle = self.client.get_workflow_handle(execution.id, run_id=execution.run_id)
        try:
            described = (await handle.describe()).raw_description
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return if_gone
            raise
        return _is_busy(described)

    async def somebody_waits_for_time(self) -> bool:
        """Whether a case waits for anything but a person."""
        lives = [life async for life in self.client.list_workflows("ExecutionStatus='Running'")]
        asked = {life.parent_id for life in lives if life.workflow_type == "ReviewLife"}
        return any(
            life.workflow_type in ("OrderToCash", "ClaimLife")
            and life.id not in asked
            and life.id not in {other.parent_id for other in lives}
            for life in lives
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self.http.aclose()


def _is_busy(described: DescribeWorkflowExecutionResponse) -> bool:
    """Whether a task or a step is under way."""
    return described.HasField("pending_workflow_task") or any(
        not _waits_to_try_again(pending) for pending in described.pending_activities
    )


def _waits_to_try_again(pending: PendingActivityInfo) -> bool:
    """A step in a longer back-off is not under way: only time helps it."""
    return (
        pending.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
        and pending.attempt > 1
        and pending.current_retry_interval.ToTimedelta() > SHORT_BACK_OFF
    )
