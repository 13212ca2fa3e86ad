"""Wake a life by its id: the message says "look now" and is never itself the decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError, RPCStatusCode

Delivered = Literal["delivered", "gone"]


class WakeRefused(RuntimeError):
    """The life's validator refused the update; the life stands where it stood."""

    def __init__(self, workflow_id: str, name: str) -> None:
        self.workflow_id, self.name = workflow_id, name
        super().__init__(f"{workflow_id} refused {name}.")


class LifeDidNotAnswer(RuntimeError):
    """The update was not handled in time, as when no worker runs: try again, same update id."""

    def __init__(self, workflow_id: str, name: str, patience_s: float) -> None:
        self.workflow_id, self.name = workflow_id, name
        super().__init__(f"{workflow_id} did not answer {name} within {patience_s:g} s.")


async def deliver(
    client: Client,
    workflow_id: str,
    name: str,
    arg: Any,
    *,
    how: Literal["signal", "update"] = "signal",
    update_id: str | None = None,
    patience_s: float = 10.0,
) -> Delivered:
    """Send `name` with one argument to the running workflow; "gone" when none runs.

    A signal is kept by the server even while no worker runs. An update waits until the life has
    handled it, at most `patience_s`; with the same `update_id` it is handled once.
    Raises: WakeRefused; LifeDidNotAnswer and RPCError for what may pass (try again).
    """
    patience = timedelta(seconds=patience_s)
    handle = client.get_workflow_handle(workflow_id)
    try:
        if how == "signal":
            await handle.signal(name, arg, rpc_timeout=patience)
        else:
            await handle.execute_update(name, arg, id=update_id, rpc_timeout=patience)
    except WorkflowUpdateFailedError as refused:
        raise WakeRefused(workflow_id, name) from refused
    except WorkflowUpdateRPCTimeoutOrCancelledError as silent:
        raise LifeDidNotAnswer(workflow_id, name, patience_s) from silent
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            return "gone"
        raise
    return "delivered"
