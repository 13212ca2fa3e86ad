"""The sandbox that lives run in, without a detour of the SDK's that costs more than the lives.

For every single payload the SDK asks the sandboxed life four times in which context it is to be
encoded, and each time it enters the sandbox. Our codec and converter know no context, and nothing
is stored outside, so the answer is known beforehand. What a life does is sandboxed as ever.
"""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

_NOWHERE = StorageDriverStoreContext(target=None)


@dataclass(frozen=True)
class LifeRunner(SandboxedWorkflowRunner):
    """Runs each life in the SDK's sandbox; payloads are encoded without a context."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Make the sandbox of one life."""
        return _WithoutContext(super().create_instance(det))


class _WithoutContext(WorkflowInstance):
    def __init__(self, life: WorkflowInstance) -> None:
        self._life = life

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._life.activate(act)

    def get_info(self) -> Info:
        return self._life.get_info()

    def get_thread_id(self) -> int | None:
        return self._life.get_thread_id()

    def get_serialization_context(self, command_info: object) -> None:
        """None: the codec is the same for every payload."""

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        """No payload is stored outside."""
        return _NOWHERE
