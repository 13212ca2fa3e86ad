"""The sandbox that lives run in, without two detours of the SDK's that cost more than the lives.

For every single payload the SDK asks the sandboxed life four times in which context it is to be
encoded, and each time it enters the sandbox. Our codec and converter know no context, and nothing
is stored outside, so the answer is known beforehand.

For every single life the SDK loads the module of its type anew. What the module imports is shared
in any case (`imports_passed_through`), and no module of ours keeps anything that changes
(`tests/house/test_code.py`): so the first life of a type loads it for all. What a life does is
watched as ever: a call that would not be the same on replay is refused.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox._importer import Importer
from temporalio.worker.workflow_sandbox._restrictions import RestrictionContext
from temporalio.worker.workflow_sandbox._runner import _Instance
from temporalio.workflow import Info

_NOWHERE = StorageDriverStoreContext(target=None)


@dataclass(frozen=True)
class LifeRunner(SandboxedWorkflowRunner):
    """Runs each life in the SDK's sandbox; a type is loaded once, payloads have no context."""

    _importers: dict[str, Importer] = field(default_factory=dict, init=False, compare=False)
    _loading: threading.Lock = field(default_factory=threading.Lock, init=False, compare=False)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Make the sandbox of one life."""
        return _WithoutContext(_Sandbox(det, self))

    def importer_of(self, module: str) -> Importer:
        """What the lives of this module share."""
        with self._loading:
            if module not in self._importers:
                self._importers[module] = Importer(self.restrictions, _PerThread(), module)
            return self._importers[module]


class _PerThread(threading.local, RestrictionContext):
    """Whether a life runs at this moment, for each thread: several run at once, each in its own."""


class _Sandbox(_Instance):
    def __init__(self, details: WorkflowInstanceDetails, runner: LifeRunner) -> None:
        self._runner = runner
        super().__init__(details, runner.runner_class, runner.restrictions)

    def _create_instance(self) -> None:
        self.importer = self._runner.importer_of(self._workflow_module_name())
        super()._create_instance()


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
