"""Puts a draft together: the browser, the person who walks, and the file."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from playwright.async_api import Page

from bots.portal.browser import browser_path
from bots.portal.drafting.recording import recorded
from bots.portal.drafting.watching import Person, Watcher, watch
from bots.portal.drafting.writing import written


async def draft_from_walk(
    url: str, file: Path, *, person: Person | None = None, home: Path = Path("var")
) -> None:
    """Let a person walk, in a window, until Enter or until it is closed; then write the file.

    A `person` who is a program walks without a window.
    """
    seen = await watch(
        url,
        person or _until_enter,
        executable=browser_path(None, home),
        headless=person is not None,
        # The sandbox of Chromium does not work for root; everybody else keeps it.
        sandboxed=os.geteuid() != 0,
    )
    _write(file, written(seen, url))


def draft_from_recording(recording: Path, file: Path) -> None:
    """Write the file from a recording. Raises: RecordingUnreadable."""
    seen, url = recorded(recording)
    _write(file, written(seen, url))


async def _until_enter(page: Page, _watcher: Watcher) -> None:
    """Wait for Enter in the terminal, or for the end of the window."""
    entered = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    closed = asyncio.create_task(page.wait_for_event("close", timeout=0))
    _, waiting = await asyncio.wait({entered, closed}, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
