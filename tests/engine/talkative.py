"""A life that says a patient's name wherever it can: input, summary, details, errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ValidationError
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine.failures import readable

CANARY = "测试甲 Canary-7731"
ASCII_CANARY = "Canary-7731"
QUEUE = "secrecy"
NAMED = "Portal PB closed for SO-1."

readable("PortalClosed")


class Asked(BaseModel):
    """`order_no` names the ending: waits, named or stumbles."""

    order_no: str
    patient: str = CANARY


@activity.defn
async def ask_portal(asked: Asked) -> str:
    """Fail with a named error; its details and cause are personal."""
    raise ApplicationError(NAMED, asked.patient, type="PortalClosed") from KeyError(asked.patient)


@activity.defn
async def stumble(asked: Asked) -> str:
    """Fail with an error that nobody named."""
    raise ValueError(f"unexpected, with {asked.patient}")


@workflow.defn
class Talkative:
    """Waits to be woken, or fails in one of two ways."""

    def __init__(self) -> None:
        self.woken = ""

    @workflow.run
    async def run(self, asked: Asked) -> str:
        """Return who woke it."""
        workflow.set_current_details(f"waiting for {asked.patient}")
        if asked.order_no == "waits":
            await workflow.wait_condition(
                lambda: bool(self.woken), timeout=timedelta(days=30), timeout_summary=CANARY
            )
            return f"{self.woken} {asked.patient}"
        return await workflow.execute_activity(
            ask_portal if asked.order_no == "named" else stumble,
            asked,
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(maximum_attempts=1),
            summary=CANARY,
        )

    @workflow.signal
    def look(self, number: str) -> None:
        """Wake it."""
        self.woken = number

    @workflow.update
    async def look_now(self, number: str) -> None:
        """Wake it, or be refused."""
        self.woken = number

    @look_now.validator
    def _check(self, number: str) -> None:
        if number == "DC-0":
            raise ApplicationError(f"DC-0 is no decision, says {CANARY}", type="ValueError")
        if number == "DC-1":
            raise ApplicationError("DC-1 is closed.", type="PortalClosed")


@asynccontextmanager
async def working(client: Client) -> AsyncIterator[None]:
    """A worker for this life, while the block lasts."""
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Talkative],
        activities=[ask_portal, stumble],
        workflow_runner=UnsandboxedWorkflowRunner(),
        workflow_failure_exception_types=[ValidationError],
    ):
        yield


async def begun(client: Client, name: str, argument: Any) -> WorkflowHandle[Any, Any]:
    """Start it under the id `{name}-1`."""
    return await client.start_workflow(
        "Talkative", argument, id=f"{name}-1", task_queue=QUEUE, static_summary=CANARY
    )
