"""Sends wake-ups right after a commit, off the thread that committed; many commits, one round."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from activities.waking import drain
from engine.clock import Clock
from store.database import Database

log = logging.getLogger(__name__)


class Drainer:
    """One background task per process; what it misses, the schedule `drain-outbox` sends."""

    def __init__(self, database: Database, client: Client, clock: Clock) -> None:
        self._database, self._client, self._clock = database, client, clock
        self._loop = asyncio.get_running_loop()
        self._due = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def poke(self) -> None:
        """Something was committed; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._due.set)

    async def _run(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            try:
                await drain(self._database, self._client, self._clock)
            except (RPCError, SQLAlchemyError) as away:
                # The rows stay in the outbox; the schedule tries again. Say so, and live on.
                log.warning("wake-ups wait for the schedule: %s", type(away).__name__)

    async def close(self) -> None:
        """Stop after the round that runs."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
