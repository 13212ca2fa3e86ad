"""A process that drives one commit up to a door and stops there, to be killed from outside."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bots.portal.browser import PortalBrowser
from bots.portal.guard import Guard, WriteRequest
from tests.bots.portal.guarded import WAYS, At
from tests.browser import browser as installed_browser

_CHECKOUT = Path(__file__).parents[3]


class _Stuck:
    """Says so at one door, and never comes back from there."""

    def __init__(self, door: str) -> None:
        self._door = door

    async def approve(self, _request: WriteRequest) -> None:
        await self._stop("approve")

    async def release(self, _request: WriteRequest, _body_digest: str) -> None:
        await self._stop("release")

    async def _stop(self, here: str) -> None:
        if here == self._door:
            os.write(sys.stdout.fileno(), b"stuck\n")
            await asyncio.Event().wait()


async def drive(url: str, way: str, door: str) -> None:
    """Send a commit that gets stuck at a door."""
    clerk = _Stuck(door)
    guard = Guard(At("/commit"), [])
    async with (
        PortalBrowser(installed_browser()) as browser,
        browser.visit(url, "killed", guard, wait_s=30) as visit,
    ):
        await visit.page.goto("/")
        guard.arm(clerk.approve, clerk.release)
        await visit.page.evaluate(WAYS[way], "/commit")
        await guard.ended()


@contextmanager
def stuck(url: str, way: str, door: str) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the process when it stands at the door; afterwards it is killed, and its browser with
    it has ended: the driver holds our end of the error pipe until then."""
    script = f"import asyncio; from {__name__} import drive; asyncio.run(drive(*{url, way, door}))"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=_CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = process.stdout.readline()
        if said != b"stuck\n":
            raise RuntimeError(process.stderr.read().decode())
        yield process
        process.kill()
        process.wait(20)
        process.stderr.read()
