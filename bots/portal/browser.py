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

from bots.portal.desk import plain_failures
from bots.portal.gate import Gate

PATH_VARIABLE = "HUIKUAN_BROWSER_PATH"
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
    """One fresh tab with its gate; `session` is the stored sign-in that it began with."""

    page: Page
    gate: Gate
    session: str | None


class Sessions:
    """Sign-ins of portal accounts, kept in memory, and sealed on disk if there is a sealer."""

    def __init__(self, folder: Path | None = None, sealer: Sealer | None = None) -> None:
        self._folder = folder if sealer is not None else None
        self._sealer = sealer
        self._kept: dict[str, str] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self.refused: set[tuple[str, str]] = set()
        """Accounts with the digest of a password that the portal refused: not tried again."""

    def lock(self, account: str) -> asyncio.Lock:
        """One sign-in of an account at a time."""
        return self._locks.setdefault(account, asyncio.Lock())

    def of(self, account: str) -> str | None:
        """Return the storage state of an account as JSON, if it signed in before."""
        if account not in self._kept and self._folder is not None and self._sealer is not None:
            file = self._file(account)
            if file.is_file():
                self._kept[account] = self._sealer.open(file.read_bytes()).decode()
        return self._kept.get(account)

    def keep(self, account: str, state: Mapping[str, Any]) -> str:
        """Remember a sign-in; return it as it is kept."""
        text = json.dumps(state)
        self._kept[account] = text
        if self._folder is not None and self._sealer is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = self._file(account).with_suffix(".new")
            fresh.write_bytes(self._sealer.seal(text.encode()))
            fresh.replace(self._file(account))
        return text

    def forget(self, account: str, state: str | None) -> None:
        """Drop a sign-in that has ended, unless somebody else has renewed it meanwhile."""
        if self._kept.get(account) == state:
            self._kept.pop(account, None)
            if self._folder is not None:
                self._file(account).unlink(missing_ok=True)

    def _file(self, account: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{sha256(account.encode()).hexdigest()[:16]}.session"


class PortalBrowser:
    """Starts the browser when it is first needed, and again when it has died."""

    def __init__(
        self,
        executable: Path | None = None,
        *,
        headless: bool = True,
        sessions: Sessions | None = None,
        most_contexts: int = MOST_CONTEXTS,
    ) -> None:
        self.sessions = sessions or Sessions()
        self._executable = executable
        self._headless = headless
        self._places = asyncio.Semaphore(most_contexts)
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def __aenter__(self) -> PortalBrowser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the browser and its driver."""
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()
        self._browser = self._playwright = None

    @asynccontextmanager
    async def visit(self, url: str, account: str, *, wait_s: float) -> AsyncIterator[Visit]:
        """Open a fresh tab that can reach `url` and nothing else, signed in if it was before."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._places)
            browser = await self._running()
            gate = await stack.enter_async_context(Gate(url))
            session = self.sessions.of(account)
            state = None if session is None else cast(StorageState, json.loads(session))
            async with plain_failures(wait_s):
                context = await browser.new_context(
                    base_url=url,
                    storage_state=state,
                    proxy={"server": gate.address},
                    locale="zh-CN",
                    timezone_id="Asia/Shanghai",
                    viewport={"width": 1024, "height": 768},
                    service_workers="block",
                )
            stack.push_async_callback(_close, context)
            context.set_default_timeout(wait_s * 1000)
            async with plain_failures(wait_s):
                page = await context.new_page()
            yield Visit(page, gate, session)

    async def _running(self) -> Browser:
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                if self._playwright is None:
                    self._playwright = await async_playwright().start()
                self._browser = await self._playwright.chromium.launch(
                    executable_path=self._executable,
                    headless=self._headless,
                    # The sandbox of Chromium does not work for root; everybody else keeps it.
                    chromium_sandbox=os.geteuid() != 0,
                    args=list(_FLAGS),
                )
            return self._browser


async def _close(context: BrowserContext) -> None:
    """Close a context whose browser may have died: what was found out must not be lost for that."""
    with suppress(PlaywrightError):
        await context.close()
