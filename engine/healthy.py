"""Whether this machine's worker polls its queue: the health check of a worker's container.

`python -m engine.healthy cases` ends with status 0 or 1 and one line that says why.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from engine.client import TemporalNotReachable, connect
from engine.counterparties import Counterparties
from engine.queues import ALL, BOTS, bots_of
from engine.settings import Settings, load_settings

# A poll is answered after a minute at the latest, so a living worker is seen at least that often.
FRESH = timedelta(minutes=2)


async def pollers(client: Client, queue: str) -> list[PollerInfo]:
    """Who asks this queue for activities."""
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
    )
    return list(answer.pollers)


async def is_polled_from(client: Client, queue: str, host: str) -> bool:
    """Whether a worker on `host` asked within the last two minutes (identity is pid@host)."""
    oldest = datetime.now(UTC) - FRESH
    return any(
        poller.identity.endswith(f"@{host}")
        and poller.last_access_time.ToDatetime(tzinfo=UTC) >= oldest
        for poller in await pollers(client, queue)
    )


def queues_behind(name: str, settings: Settings) -> list[str]:
    """The task queues that a worker of this name serves: the bots' worker one for each portal."""
    if name != BOTS:
        return [name]
    payers = Counterparties.load(settings.counterparties_folder).payers()
    return [bots_of(payer.code) for payer in payers if payer.way == "portal"]


async def _answer(name: str) -> tuple[int, str]:
    settings = load_settings()
    try:
        client = await connect(settings, patience_s=3)
    except TemporalNotReachable as silent:
        return 1, str(silent)
    host = socket.gethostname()
    for queue in queues_behind(name, settings):
        if not await is_polled_from(client, queue, host):
            return 1, f"{queue} is not polled from {host}"
    return 0, f"{name} is polled from {host}"


def main(arguments: list[str]) -> int:
    """Return 0 when the worker of the named queue lives here, else 1; 2 for a wrong call."""
    if len(arguments) != 1 or arguments[0] not in ALL:
        sys.stderr.write(f"usage: python -m engine.healthy {'|'.join(ALL)}\n")
        return 2
    status, told = asyncio.run(_answer(arguments[0]))
    sys.stdout.write(told + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
