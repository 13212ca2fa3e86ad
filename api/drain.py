"""Sending the wake-ups that a commit has left in the outbox, right after that commit.

A Schedule drains what stays behind, so nothing here may make a recorded decision look failed.
"""

from __future__ import annotations

import asyncio
import logging

from starlette.concurrency import run_in_threadpool
from temporalio.exceptions import TemporalError

from api.parts import Parts, Wake
from engine.wake import WakeRefused
from store import outbox
from store.outbox import OutboxView

LOG = logging.getLogger(__name__)
EACH_S = 5.0
ALL_S = 8.0
# What a way to Temporal raises when it is not there: RPCError, no connection, not yet healthy.
_MAY_PASS = (TemporalError, OSError, RuntimeError)


async def drain(parts: Parts) -> int:
    """Deliver what is due and return how many rows that were.

    When the engine is away, the first failure ends it: the caller is a person who waits. A life
    that refuses is no reason to keep the others asleep.
    """
    if parts.wake is None:
        return 0
    delivered = 0
    ends = asyncio.get_running_loop().time() + ALL_S
    for row in await run_in_threadpool(_due, parts):
        if asyncio.get_running_loop().time() > ends:
            break
        try:
            delivered += await _send(parts, parts.wake, row)
        except _EngineAway:
            break
    return delivered


class _EngineAway(Exception):
    """Nothing can be sent now."""


async def _send(parts: Parts, wake: Wake, row: OutboxView) -> bool:
    try:
        async with asyncio.timeout(EACH_S):
            answer = await wake(row.workflow_id, row.name, row.arg)
    except _MAY_PASS as failed:
        why = type(failed).__name__
        LOG.warning("Wake-up %s of %s stays in the outbox: %s", row.id, row.workflow_id, why)
        await run_in_threadpool(_keep, parts, row, why)
        if not isinstance(failed, WakeRefused):
            raise _EngineAway from failed
        return False
    await run_in_threadpool(_tick_off, parts, row, answer)
    return True


def _due(parts: Parts) -> list[OutboxView]:
    with parts.database.reading() as s:
        return list(outbox.due(s))


def _keep(parts: Parts, row: OutboxView, why: str) -> None:
    with parts.database.transaction() as s:
        outbox.postpone(s, row.id, why, parts.clock.now())


def _tick_off(parts: Parts, row: OutboxView, answer: str) -> None:
    with parts.database.transaction() as s:
        if answer == "gone":
            outbox.gone(s, row.id, "no such workflow runs")
        else:
            outbox.delivered(s, row.id, parts.clock.now())
