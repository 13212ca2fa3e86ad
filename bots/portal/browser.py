"""One real browser for a whole worker process; a fresh context, behind its own gate, per item."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    StorageState,
)
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.portal.desk import plain_failures
from bots.portal.driver import start_driver
from bots.portal.guard import Guard
from bots.portal.sessions import Sessions
from bots.portal.socks import Gate
from bots.portal.tracing import Tracer

PATH_VARIABLE = "HUIKUAN_BROWSER_PATH"
RECYCLED_AFTER = 200
"""Visits until a browser is ended and another started, as soon as nobody uses it."""
MOST_CONTEXTS = 4
"""Measured: about four contexts for two cores; more only lengthen every one."""

# Nothing of the browser's own may reach the network: updates, field trials, safe browsing, sync.
_FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)


class BrowserMissing(Exception):
    """The file that is configured as the browser is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"No browser at {path}. Set {PATH_VARIABLE}, or run `playwright install chromium`."
        )


class BrowserDoesNotStart(Exception):
    """The browser cannot be started: no portal is to blame, and none is asked."""

    def __init__(self, path: Path | None, why: str) -> None:
        self.path, self.why = path, why
        super().__init__(
            f"The browser {path or 'of Playwright itself'} does not start: {why}."
            f" Run `make setup`, or set {PATH_VARIABLE}."
        )


def browser_path(configured: str | None, home: Path) -> Path | None:
    """Return the browser to start: the configured one, HUIKUAN_BROWSER_PATH, the one that the
    set-up wrote to `home/browser.path`, or None for Playwright's own. Raises: BrowserMissing."""
    noted = home / "browser.path"
    found = configured or os.environ.get(PATH_VARIABLE)
    if not found and noted.is_file():
        found = noted.read_text(encoding="utf-8").strip()
    if not found:
        return None
    if not Path(found).is_file():
        raise BrowserMissing(Path(found))
    return Path(found)


@dataclass(frozen=True)
class Visit:
    """One fresh tab behind its guard and its gate; `session` is the sign-in that it began with."""

    page: Page
    guard: Guard
    socks: Gate
    session: str | None


class PortalBrowser:
    """Starts the browser when it is first needed, again when it has died, and after many visits:
    what a browser has once taken of the memory it does not give back."""

    def __init__(
        self,
        executable: Path | None = None,
        *,
        headless: bool = True,
        sessions: Sessions | None = None,
        tracer: Tracer | None = None,
        most_contexts: int = MOST_CONTEXTS,
        recycled_after: int = RECYCLED_AFTER,
    ) -> None:
        self.sessions = sessions or Sessions()
        self.tracer = tracer or Tracer()
        self._executable = executable
        self._headless = headless
        self._places = asyncio.Semaphore(most_contexts)
        self._recycled_after = recycled_after
        self._visits = 0
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def __aenter__(self) -> PortalBrowser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the browser and its driver."""
        browser, driver = self._browser, self._playwright
        self._browser = self._playwright = None
        if browser is not None:
            await browser.close()
        if driver is not None:
            await driver.stop()
        self.tracer.close()

    @asynccontextmanager
    async def visit(
        self, url: str, account: str, guard: Guard, *, wait_s: float
    ) -> AsyncIterator[Visit]:
        """Open a fresh tab that can reach `url` and nothing else, signed in if it was before."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._places)
            socks = await stack.enter_async_context(Gate(url))
            session = self.sessions.of(account)
            kept = session or self.sessions.left_behind(account)
            state = None if kept is None else cast(StorageState, json.loads(kept))
            async with plain_failures(wait_s):
                context = await self._fresh_context(url, socks, state)
            stack.push_async_callback(_close, context)
            context.set_default_timeout(wait_s * 1000)
            await guard.attach(context)
            async with plain_failures(wait_s):
                page = await context.new_page()
            yield Visit(page, guard, socks, session)

    async def _fresh_context(
        self, url: str, socks: Gate, state: StorageState | None
    ) -> BrowserContext:
        """A context of the running browser; if that turns out to be dead, of another one."""
        for is_last in (False, True):
            browser = await self._running()
            try:
                return await browser.new_context(
                    base_url=url,
                    storage_state=state,
                    proxy={"server": socks.address},
                    locale="zh-CN",
                    timezone_id="Asia/Shanghai",
                    viewport={"width": 1024, "height": 768},
                    service_workers="block",
                )
            except PlaywrightTimeout:
                raise
            except PlaywrightError:
                await self._drop(browser)
                if is_last:
                    raise
        raise AssertionError("the last round returns or raises")

    async def _drop(self, lost: Browser) -> None:
        """Start anew with the next visit. A browser whose driver died still counts as connected,
        and neither can be used again."""
        if self._browser is lost:
            with suppress(PlaywrightError):
                await self.close()

    async def _running(self) -> Browser:
        async with self._starting:
            self._visits += 1
            if self._visits > self._recycled_after and self._browser and not self._browser.contexts:
                await self.close()
            if self._browser is None or not self._browser.is_connected():
                self._visits = 1
                if self._playwright is None:
                    self._playwright = await start_driver()
                self._browser = await self._launched(self._playwright)
            return self._browser

    async def _launched(self, driver: Playwright) -> Browser:
        try:
            return await driver.chromium.launch(
                executable_path=self._executable,
                headless=self._headless,
                # The sandbox of Chromium does not work for root; everybody else keeps it.
                chromium_sandbox=os.geteuid() != 0,
                args=list(_FLAGS),
                traces_dir=self.tracer.folder(),
            )
        except PlaywrightTimeout:
            raise
        except PlaywrightError as failed:
            # Its first line; what follows is the browser's whole command line, or a drawing.
            why = failed.message.partition("\n")[0].rstrip(".")
            # A driver that has died starts no browser ever again.
            self._playwright = None
            with suppress(PlaywrightError):
                await driver.stop()
            raise BrowserDoesNotStart(self._executable, why) from failed


async def _close(context: BrowserContext) -> None:
    """Close a context whose browser may have died: what was found out must not be lost for that."""
    with suppress(PlaywrightError):
        await context.close()
