"""What a run that failed leaves for whoever must find out why: Playwright's trace of its tab.

Apart from the pictures, because a trace cannot be masked: it is kept sealed and opened by few. It
begins after the sign-in, and keys, files and what was posted are cut out before it is kept.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext
from playwright.async_api import Error as PlaywrightError

from bots.portal.trace_file import without_secrets

_STOPS_WITHIN_S = 15.0
_LEFT_BEHIND_AFTER_S = 86_400.0
_SHORTEST_KEY = 8
"""What a portal stores in the browser and is shorter is a setting, no key to a session."""


@dataclass
class TracedRun:
    """One run: whether it is traced, and the trace that it leaves, b"" when it went well."""

    is_wanted: bool
    trace: bytes = b""


@dataclass
class Watched:
    """One visit of a run; a failure that is no exception says so here."""

    has_failed: bool = False


_RUN: ContextVar[TracedRun | None] = ContextVar("traced_run", default=None)


@contextmanager
def traced(run: TracedRun) -> Iterator[None]:
    """What bots do in here is this run."""
    token = _RUN.set(run)
    try:
        yield
    finally:
        _RUN.reset(token)


class Tracer:
    """Traces one tab at a time, for it costs a fifth of a run; other tabs meanwhile have none.

    The browser writes in clear while it traces: into a folder that nobody else may read and that
    is emptied after each trace. What a killed worker leaves there goes a day later.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self._folder: Path | None = None
        self._busy = asyncio.Lock()

    def folder(self) -> Path:
        """Where the browser writes; made when it is first asked for."""
        if self._folder is None:
            if self._home is not None:
                self._home.mkdir(parents=True, exist_ok=True)
                _sweep(self._home)
            self._folder = Path(tempfile.mkdtemp(prefix="huikuan-trace-", dir=self._home))
        return self._folder

    def close(self) -> None:
        """Leave nothing behind."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None

    @asynccontextmanager
    async def watching(
        self, context: BrowserContext, secrets: Sequence[str]
    ) -> AsyncIterator[Watched]:
        """Trace what is done in here, for the run at hand; `secrets` are cut out of the trace.

        A visit that goes well takes back what an earlier one of the same run left.
        """
        run, watched = _RUN.get(), Watched()
        if run is None or not run.is_wanted or self._busy.locked():
            yield watched
            return
        async with self._busy:
            try:
                await _start(context)
                yield watched
            except Exception:
                watched.has_failed = True
                raise
            finally:
                # Also when the start was called off: the browser may write already.
                run.trace = await self._stopped(context, secrets, watched.has_failed)

    async def _stopped(
        self, context: BrowserContext, secrets: Sequence[str], has_failed: bool
    ) -> bytes:
        """The trace when it is wanted; b"" when there is none, or its browser has died."""
        folder = self.folder()
        file = folder / "trace.zip"
        try:
            async with asyncio.timeout(_STOPS_WITHIN_S):
                if not has_failed:
                    await context.tracing.stop()
                    return b""
                hidden = [*secrets, *await _keys(context)]
                await context.tracing.stop(path=file)
            return await asyncio.to_thread(lambda: without_secrets(file.read_bytes(), hidden))
        except (PlaywrightError, TimeoutError):
            return b""
        finally:
            await asyncio.to_thread(_empty, folder)


async def _start(context: BrowserContext) -> None:
    with suppress(PlaywrightError):
        # No film: its pictures cannot be masked. What the pages were is told by their snapshots.
        await context.tracing.start(snapshots=True, screenshots=False, sources=False)


async def _keys(context: BrowserContext) -> list[str]:
    """What the portal has stored in this browser: whoever has it may be signed in."""
    state = await context.storage_state()
    stored = [cookie.get("value", "") for cookie in state.get("cookies", [])]
    for origin in state.get("origins", []):
        stored += [item.get("value", "") for item in origin.get("localStorage", [])]
    return [value for value in stored if len(value) >= _SHORTEST_KEY]


def _empty(folder: Path) -> None:
    for inside in folder.iterdir():
        if inside.is_dir():
            shutil.rmtree(inside, ignore_errors=True)
        else:
            inside.unlink(missing_ok=True)


def _sweep(home: Path) -> None:
    """Remove what workers that were killed left behind; no run lasts for a day."""
    long_ago = time.time() - _LEFT_BEHIND_AFTER_S
    for folder in home.glob("huikuan-trace-*"):
        if folder.stat().st_mtime < long_ago:
            shutil.rmtree(folder, ignore_errors=True)
