"""The peer: a workflow that takes twelve steps which do nothing.

Data converter and interpreter are set as in our own workers.
"""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from engine.client import connect
    from engine.settings import load_settings
    from runtime.interpreter import prepare_to_serve

QUEUE = "noop"
STEPS = 12


@activity.defn
async def nothing(number: int) -> int:
    """Do nothing, and say so."""
    return number


@workflow.defn
class TwelveSteps:
    """Twelve steps, one after the other."""

    @workflow.run
    async def run(self, number: int) -> int:
        """Return how many steps were taken."""
        for _ in range(STEPS):
            await workflow.execute_activity(
                nothing, number, start_to_close_timeout=timedelta(seconds=45)
            )
        return STEPS


async def serve() -> None:
    """Serve the queue until SIGTERM."""
    client = await connect(load_settings())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Worker(client, task_queue=QUEUE, workflows=[TwelveSteps], activities=[nothing]):
        prepare_to_serve()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve())
