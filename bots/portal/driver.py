"""Starts Playwright's driver, the process between us and a browser."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Playwright, async_playwright

_GONE = "Connection closed while reading from the driver"


async def start_driver() -> Playwright:
    """Start one. That it dies is told by the next call, not by the loop besides."""
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    if not isinstance(before, _Handler):
        loop.set_exception_handler(_Handler(before))
    return await async_playwright().start()


class _Handler:
    """Passes on all but one complaint of the loop.

    Playwright keeps a future for a driver that ends while it starts. It is read no more once the
    driver runs, so the loop calls it "never retrieved" when the driver is killed.
    """

    def __init__(self, before: Any) -> None:
        self._before = before

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(context.get("future"), asyncio.Future) and (
            str(context.get("exception")) == _GONE
        ):
            return
        if self._before is None:
            loop.default_exception_handler(context)
        else:
            self._before(loop, context)
