"""A life that does what no life may: it reads the machine's clock. Only for test_life_runner.py."""

from __future__ import annotations

import time

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from tests.runtime.meanwhile import ELSEWHERE


@workflow.defn
class Careless:
    """Replayed an hour later, it would tell another time."""

    @workflow.run
    async def run(self) -> float:
        """Return the machine's own time, after what happens elsewhere."""
        ELSEWHERE["happens"]()
        return time.time()


@workflow.defn
class Careful:
    """It asks the engine."""

    @workflow.run
    async def run(self) -> float:
        """Return the engine's time."""
        return workflow.time()
