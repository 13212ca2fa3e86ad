"""Puts a draft together: the browser, the person who walks, and the file."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from bots.portal.browser import PATH_VARIABLE, browser_path
from bots.portal.drafting.recording import recorded
from bots.portal.drafting.watching import Person, Watcher, watch
from bots.portal.drafting.writing import written

_WITH_A_WINDOW = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class WalkNotPossible(Exception):
    """The browser did not open, or the portal did not answer; nothing was written."""

    def __init__(self, url: str, why: str) -> None:
        self.url, self.why = url, why
        super().__init__(
            f"{url}: the walk could not be made ({why}). It needs a screen, a portal that answers,"
            f" and a browser with a window: install Chromium or Chrome, or name one in"
            f" {PATH_VARIABLE}. Or give a recording instead: --recording."
        )


async def draft_from_walk(
    url: str, file: Path, *, person: Person | None = None, home: Path = Path("var")
) -> None:
    """Let a person walk, in a window, until Enter or until it is closed; then write the file.

    A `person` who is a program walks without a window. Raises: WalkNotPossible, BrowserMissing.
    """
    found = browser_path(None, home)
    try:
        seen = await watch(
            url,
            person or _until_enter,
            executable=found if person is not None else with_a_window(found),
            headless=person is not None,
            # The sandbox of Chromium does not work for root; everybody else keeps it.
            sandboxed=os.geteuid() != 0,
        )
    except PlaywrightError as error:
        raise WalkNotPossible(url, str(error).splitlines()[0]) from error
    _write(file, written(seen, url))


def with_a_window(found: Path | None) -> Path | None:
    """The bots' browser may be the headless shell, which has no window: then another one."""
    if found is not None and "headless" not in found.name:
        return found
    names = (shutil.which(name) for name in _WITH_A_WINDOW)
    return next((Path(name) for name in names if name), None)


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
