"""The process that is killed: store, journal, lease and a bot with a real browser.

It lives through one claim after the other, and stops at the moments that it is told. The points
are met by a bot and a journal that stand around ours: nothing of ours knows of them.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path

from activities.portal_steps import PortalActivities
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser
from bots.portal.definition import load
from bots.portal.handed_in import HandedIn
from bots.portal.sessions import Sessions
from bots.portal.values import Credentials, Journal, Note, Seen, SubmitOutcome
from domain.facts import SubmissionFacts
from store.database import Database
from tests.browser import browser as installed_browser
from tests.faults.portals.codes import codes_of
from tests.faults.portals.life import Life
from tests.faults.portals.stock import world_at
from tests.faults.portals.telling import Broken, Ended, Stopped, Task, Waits
from tests.store.samples import XorSealer

LEASE_S = 3
"""A killed bot keeps the account so long from the next one: short, for a matrix has many."""
PAGE_WAIT_S = 20.0

Stop = Callable[[str], Awaitable[None]]


class StoppingJournal:
    """Our journal, with a moment before and after each note."""

    def __init__(self, inner: Journal, stop: Stop) -> None:
        self._inner, self._stop = inner, stop

    async def note(self, note: Note) -> None:
        """The receipt is confirmed by the step, not by the bot: its moments lie there."""
        if note.state == "confirmed":
            await self._inner.note(note)
            return
        await self._stop(f"before {note.state}")
        await self._inner.note(note)
        await self._stop(f"after {note.state}")

    async def release(self, sha256: str) -> None:
        """The last word at the network gate."""
        await self._stop("before release")
        await self._inner.release(sha256)
        await self._stop("after release")

    def holds(self) -> bool:
        """Whether the account is still ours."""
        return self._inner.holds()


class StoppingBot(PortalBot):
    """Our bot, with a moment between the intent and the first page, and one after the last."""

    stop: Stop

    async def submit(self, thing: HandedIn, journal: Journal) -> Seen[SubmitOutcome]:
        """See `PortalBot.submit`."""
        await self.stop("after prepared")
        seen = await super().submit(thing, StoppingJournal(journal, self.stop))
        await self.stop("before confirmed")
        return seen


class Submitter:
    """Takes tasks from the pipe until it is told to end."""

    def __init__(self, pipe: Connection, browser: PortalBrowser) -> None:
        self._pipe, self._browser = pipe, browser
        self._points: set[str] = set()

    async def serve(self) -> None:
        """One task after the other; None ends it."""
        while (task := await self._heard()) is not None:
            assert isinstance(task, Task)
            self._pipe.send(await self._lived(task))

    async def _lived(self, task: Task) -> Ended:
        self._points = set(task.points)
        database = Database(f"sqlite:///{task.store}", XorSealer())
        try:
            world = world_at(database, task.evidence, task.clock, task.account.payer)
            steps, form = self._steps(world, task), task.account.form
            life = Life(steps, task.claim_no, self._wait, self._stop, form)
            ended = await life.live(abandon=task.abandon)
            if ended.how in ("abandoned", "undecided"):
                return ended
            self._points = set()
            again = await life.look()
            told = again.status.value if isinstance(again, SubmissionFacts) else again.why
            return Ended(ended.how, ended.why, tuple(life.troubles), told)
        finally:
            database.dispose()

    def _steps(self, world: World, task: Task) -> PortalActivities:
        account = task.account
        waits = {"page_wait_s": PAGE_WAIT_S, "answer_wait_s": task.answer_wait_s}
        definition = load(account.definition, url=account.url).model_copy(update=waits)
        credentials = Credentials(account.username, account.password)
        bot = StoppingBot(definition, credentials, self._browser, codes_of(account))
        bot.stop = self._stop
        return PortalActivities(world, {account.payer: bot}, lease_s=LEASE_S)

    async def _stop(self, point: str) -> None:
        if point in self._points:
            self._points.discard(point)
            self._pipe.send(Stopped(point))
            await self._heard()

    async def _wait(self, seconds: int) -> None:
        self._pipe.send(Waits(seconds))
        await self._heard()

    async def _heard(self) -> object:
        """The loop goes on meanwhile: whoever is killed must be noticed, the lease renewed."""
        return await asyncio.to_thread(self._pipe.recv)


def main(pipe: Connection, sessions: Path) -> None:
    """Serve until the harness has gone."""
    asyncio.run(_main(pipe, sessions))


async def _main(pipe: Connection, sessions: Path) -> None:
    kept = Sessions(sessions, XorSealer())
    async with PortalBrowser(installed_browser(), sessions=kept) as browser:
        try:
            await Submitter(pipe, browser).serve()
        except EOFError:
            return
        except BaseException:
            pipe.send(Broken(traceback.format_exc()))
            raise
