"""One real browser for a whole worker process; a fresh context, behind its own gate, per item."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, cast

from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    StorageState,
    async_playwright,
)
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.portal.desk import plain_failures
from bots.portal.guard import Guard
from bots.portal.socks import Gate

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
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
)


class Sealer(Protocol):
    """Seals bytes for the disk; see `engine.codec.Sealer`."""

    def seal(self, data: bytes) -> bytes: ...

    def open(self, data: bytes) -> bytes: ...


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


class Sessions:
    """Sign-ins of portal accounts, kept in memory, and sealed on disk if there is a sealer."""

    def __init__(self, folder: Path | None = None, sealer: Sealer | None = None) -> None:
        self._folder = folder if sealer is not None else None
        self._sealer = sealer
        self._kept: dict[str, str] = {}
        self._ended: dict[str, str] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._refused: dict[tuple[str, str], int] = {}

    def lock(self, account: str) -> asyncio.Lock:
        """One sign-in of an account at a time."""
        return self._locks.setdefault(account, asyncio.Lock())

    def note_refused(self, account: str, password: str, unlocks: int) -> None:
        """The portal refused the password with this digest, after so many unlocks by people."""
        self._refused[account, password] = unlocks

    def is_refused(self, account: str, password: str, unlocks: int) -> bool:
        """Whether it was refused, and nobody has unlocked the account since: not tried again."""
        return self._refused.get((account, password), -1) >= unlocks

    def of(self, account: str) -> str | None:
        """Return the storage state of an account as JSON, if it signed in before."""
        return self._read(self._kept, account, "session")

    def left_behind(self, account: str) -> str | None:
        """What a sign-in that has ended left in the browser: the mark of a known device."""
        return self._read(self._ended, account, "ended")

    def keep(self, account: str, state: Mapping[str, Any]) -> str:
        """Remember a sign-in; return it as it is kept."""
        text = json.dumps(state)
        self._write(self._kept, account, "session", text)
        return text

    def forget(self, account: str, state: str | None, *, is_remembered: bool = False) -> None:
        """Drop a sign-in that has ended, unless somebody else has renewed it meanwhile.

        `is_remembered`: the portal knows the browser again, so what it left there is kept.
        """
        if self._kept.get(account) == state:
            self._kept.pop(account, None)
            if self._folder is not None:
                self._file(account, "session").unlink(missing_ok=True)
            if is_remembered and state is not None:
                self._write(self._ended, account, "ended", state)

    def _read(self, known: dict[str, str], account: str, kind: str) -> str | None:
        if account not in known and self._folder is not None and self._sealer is not None:
            file = self._file(account, kind)
            if file.is_file():
                known[account] = self._sealer.open(file.read_bytes()).decode()
        return known.get(account)

    def _write(self, known: dict[str, str], account: str, kind: str, text: str) -> None:
        known[account] = text
        if self._folder is not None and self._sealer is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = self._file(account, "new")
            fresh.write_bytes(self._sealer.seal(text.encode()))
            fresh.replace(self._file(account, kind))

    def _file(self, account: str, kind: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{sha256(account.encode()).hexdigest()[:16]}.{kind}"


class PortalBrowser:
    """Starts the browser when it is first needed, again when it has died, and after many visits:
    what a browser has once taken of the memory it does not give back."""

    def __init__(
        self,
        executable: Path | None = None,
        *,
        headless: bool = True,
        sessions: Sessions | None = None,
        most_contexts: int = MOST_CONTEXTS,
        recycled_after: int = RECYCLED_AFTER,
    ) -> None:
        self.sessions = sessions or Sessions()
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
                    self._playwright = await async_playwright().start()
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
