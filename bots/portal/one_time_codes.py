"""Computes one-time codes from a secret, as the token in somebody's pocket would; each one once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pyotp

_STEP_S = 30
# A code that is shown so late may be over when it arrives.
_LEAST_LEFT_S = 2.0


class TotpCodes:
    """Codes by RFC 6238 (six digits, thirty seconds); see `bots.portal.signing_in.Codes`.

    Portals take each code once. `now` are seconds since 1970, real ones, for a token knows no
    simulated clock. The secret is in no repr.
    """

    def __init__(
        self,
        secret: str,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._totp = pyotp.TOTP(secret, interval=_STEP_S)
        self._now = now
        self._sleep = sleep
        self._last_step = 0
        self._one_at_a_time = asyncio.Lock()

    async def code(self) -> str:
        """The code of this half minute; when that was given already, or is nearly over, the next.

        Waits up to half a minute for it.
        """
        async with self._one_at_a_time:
            step = max(int(self._now() + _LEAST_LEFT_S) // _STEP_S, self._last_step + 1)
            while (wait_s := step * _STEP_S - self._now()) > 0:
                await self._sleep(wait_s)
            self._last_step = step
            return self._totp.at(datetime.fromtimestamp(step * _STEP_S, UTC))
