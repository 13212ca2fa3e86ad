"""How a start that cannot become a case is refused, as the Temporal UI and its reader see it."""

from __future__ import annotations

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from engine.queues import CASES
from tests.lifecycle.house import House


async def refusal_of(here: House, start: object, workflow_id: str) -> str:
    """Start as the UI does, and return the words of the refusal."""
    handle = await here.client.start_workflow(
        "OrderToCash", start, id=workflow_id, task_queue=CASES
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    return f"{cause.type}: {cause.message}"


async def failure_as_stored(here: House, workflow_id: str) -> str:
    """The failure's words as anyone reads them in the history, who has none of our keys."""
    handle = here.client.get_workflow_handle(workflow_id)
    async for event in handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
            return event.workflow_execution_failed_event_attributes.failure.message
    raise AssertionError(f"{workflow_id} did not fail")
