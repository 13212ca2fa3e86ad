"""A step tells Temporal that it lives, so that a killed worker's steps begin again in seconds.

Without a sign of life a step of a killed worker would stand until its whole time is over.
"""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

BEAT_S = 2.0

# A sign of life brings a cancellation back. A step that has begun to write must end all the same:
# what it did can only be undone once it is written down.
step = activity.defn(no_thread_cancel_exception=True)


class SignsOfLife(Interceptor):
    """Beats for every step that takes longer than a moment."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap one step."""
        return _Beating(super().intercept_activity(next))


class _Beating(ActivityInboundInterceptor):
    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        # Kept, because `activity.heartbeat` of a step in a thread may not be called from the loop.
        self.outbound = outbound
        super().init(outbound)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        beating = _Beats(self.outbound)
        try:
            return await super().execute_activity(input)
        finally:
            beating.stop()


class _Beats:
    """Timers of the loop and not a task: most steps are over before the first beat."""

    def __init__(self, outbound: ActivityOutboundInterceptor) -> None:
        self._outbound = outbound
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.call_later(BEAT_S, self._beat)

    def _beat(self) -> None:
        self._outbound.heartbeat()
        self._next = self._loop.call_later(BEAT_S, self._beat)

    def stop(self) -> None:
        """No beat comes any more."""
        self._next.cancel()
