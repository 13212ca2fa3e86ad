"""One tab at one portal: goes to pages, presses buttons, and says what stands there."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Dialog, Frame, Locator, Page
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.portal.anchors import Dissent
from bots.portal.camera import Camera
from bots.portal.definition import PortalDefinition
from bots.portal.obstacles import obstacle_of
from bots.portal.page import script
from bots.portal.payload import Value, put
from bots.portal.refusals import PortalDown, PortalLayoutChanged
from bots.portal.traffic import Traffic

_MARK = "huikuan.pressed"
_LOOK_PAUSE_S = 0.02
# Nothing under way and nothing known on the page for so long: it will not change by itself.
_QUIET_S = 1.0


@dataclass(frozen=True)
class Shown:
    """What stands in a page's frame: the known pages that fit, marks, complaints, address.

    `instead` is what the heading of the page that was expected first says.
    """

    pages: tuple[str, ...]
    marks: tuple[str, ...]
    errors: tuple[str, ...]
    address: str
    is_same_document: bool
    instead: str = ""

    def has(self, *keys: str) -> bool:
        """Whether one of these pages stands here."""
        return any(key in self.pages for key in keys)


@dataclass(frozen=True)
class Pressed:
    """A press: on which page, and how many requests the tab had made before it."""

    page: str
    begun: int


@asynccontextmanager
async def plain_failures(wait_s: float) -> AsyncIterator[None]:
    """Turn the browser's failures into ours: its texts quote what was typed into fields.

    `wait_s` bounds what the browser does not bound itself: a page asked in the middle of a
    navigation that never ends would never answer.
    """
    try:
        async with asyncio.timeout(wait_s):
            yield
    except (PlaywrightTimeout, TimeoutError):
        raise PortalDown("a page took too long") from None
    except PlaywrightError as failure:
        code = re.search(r"net::(ERR_[A-Z_]+)", failure.message)
        raise PortalDown(code.group(1) if code else "the browser lost the page") from None


class Desk:
    """Raises, in every method: PortalDown, PortalLayoutChanged, and the obstacles of `obstacles`.

    `is_busy` tells whether the guard holds something that the page wants to send.
    """

    def __init__(
        self,
        page: Page,
        definition: PortalDefinition,
        *,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self.page = page
        self.definition = definition
        self.camera, self.traffic = Camera(page), Traffic(page)
        self.warnings: list[Dissent] = []
        """Anchors that dissented where a majority stood; a person should look at them."""
        self.known_dialogs = 0
        self.unknown_dialogs = 0
        self.strange_question = ""
        """The last dialog that nobody expected, as it stood there."""
        self._accepts = True
        self._is_busy = is_busy
        self._marks = {
            name: marks for name, marks in definition.marks.model_dump(mode="json").items() if marks
        }
        self._expected: tuple[re.Pattern[str], ...] = ()
        page.on("dialog", self._answer)

    def bounded(self, wait_s: float | None = None) -> AbstractAsyncContextManager[None]:
        """Bound what is done with the page, by default by the portal's own waiting time."""
        return plain_failures(self.definition.page_wait_s if wait_s is None else wait_s)

    def expect_dialogs(self, *patterns: str, accept: bool = True) -> None:
        """From here on accept dialogs whose whole text matches one of these; dismiss others.

        Without `accept` they are dismissed as well, and only counted as known.
        """
        self._expected = tuple(re.compile(pattern) for pattern in patterns)
        self._accepts = accept

    async def _answer(self, dialog: Dialog) -> None:
        is_known = any(pattern.fullmatch(dialog.message) for pattern in self._expected)
        if is_known:
            self.known_dialogs += 1
        else:
            self.unknown_dialogs += 1
            self.strange_question = dialog.message
        await (dialog.accept() if is_known and self._accepts else dialog.dismiss())

    def frame(self, key: str) -> Frame:
        """The frame in which a page stands. Raises: PortalLayoutChanged when it is not there."""
        name = self.definition.pages[key].frame
        found = self.page.frame(name=name) if name else self.page.main_frame
        if found is None:
            raise PortalLayoutChanged(key, f"there is no frame {name}")
        return found

    async def open(
        self, key: str, values: Mapping[str, Value] | None = None, *others: str
    ) -> Shown:
        """Go to a page's own address; it must stand there then, or one of the others."""
        page = self.definition.pages[key]
        frame = self.page.main_frame if page.window else self.frame(key)
        await self._go(frame, put(page.path, values or {}))
        return await self.arrive(key, *others)

    async def follow(self, address: str, *keys: str) -> Shown:
        """Go to an address that a page named, in the frame of the first of these pages."""
        await self._go(self.frame(keys[0]), address)
        return await self.arrive(*keys)

    async def _go(self, frame: Frame, address: str) -> None:
        self.traffic.forget()
        async with self.bounded():
            if "#" in address:
                # To a part of the document that stands there a browser does not go: it would show
                # what it has, or nothing would happen at all.
                await frame.goto("about:blank")
            await frame.goto(address, wait_until="commit")

    async def press(self, here: str, button: Locator, *keys: str) -> Shown:
        """Press a button of page `here`; one of these pages must follow, or complaints.

        Complaints are for the caller: they come with the page that was pressed.
        """
        pressed = await self.click(here, button)
        shown = await self.settled(*keys, here, pressed=pressed)
        if not shown.has(*keys) and not shown.errors:
            raise self._another(keys[0], shown)
        return shown

    async def click(self, here: str, button: Locator) -> Pressed:
        """Click once, and wait for nothing; `settled` tells what came of it."""
        pressed = await self.mark(here)
        async with self.bounded():
            await button.click(no_wait_after=True)
        return pressed

    async def mark(self, here: str) -> Pressed:
        """Before something that may send a page: what comes after is known from what was before."""
        pressed = Pressed(here, self.traffic.begun)
        self.traffic.forget()
        async with self.bounded():
            await self.frame(here).evaluate("name => { window[Symbol.for(name)] = true; }", _MARK)
        return pressed

    def beside(self, window: Page) -> Desk:
        """A desk at a window that this tab has opened."""
        return Desk(window, self.definition, is_busy=self._is_busy)

    async def arrive(self, *keys: str) -> Shown:
        """Wait until one of these pages stands there."""
        shown = await self.settled(*keys)
        if not shown.has(*keys):
            raise self._another(keys[0], shown)
        return shown

    def _another(self, key: str, shown: Shown) -> PortalLayoutChanged:
        """Another page came, or this one with another heading: only a person can tell which."""
        headed = f", headed {shown.instead}" if shown.instead else ""
        return PortalLayoutChanged(key, f"another page came instead{headed}")

    async def settled(
        self, *keys: str, pressed: Pressed | None = None, wait_s: float | None = None
    ) -> Shown:
        """Wait until the tab is quiet; return what stands there, known or not."""
        ends_at = time.monotonic() + (wait_s or self.definition.page_wait_s)
        quiet_since, begun = time.monotonic(), self.traffic.begun
        while True:
            self._fail_with_document()
            shown = None if self._is_moving() else await self._look(keys)
            if shown is None or self._is_moving() or self.traffic.begun != begun:
                quiet_since, begun = time.monotonic(), self.traffic.begun
            else:
                if obstacle := obstacle_of(shown.marks, self._expected_marks(keys)):
                    raise obstacle
                is_over = time.monotonic() - quiet_since >= _QUIET_S
                if is_over or self._is_answer(shown, keys, pressed):
                    return shown
            if time.monotonic() > ends_at:
                raise PortalDown("a page took too long")
            await self.traffic.news(_LOOK_PAUSE_S)

    def _is_moving(self) -> bool:
        return self.traffic.under_way > 0 or self._is_busy()

    def _is_answer(self, shown: Shown, keys: tuple[str, ...], pressed: Pressed | None) -> bool:
        """Whether this is what comes of the press, and not what stood there before it."""
        if pressed is None or not shown.is_same_document:
            return shown.has(*keys) or bool(shown.errors)
        # The page's own script answers: with another view, with complaints, or by asking the
        # portal and changing in place.
        if not shown.has(pressed.page):
            return shown.has(*keys)
        return bool(shown.errors) or self.traffic.begun > pressed.begun

    def _fail_with_document(self) -> None:
        if self.traffic.document_failure:
            raise PortalDown(self.traffic.document_failure)
        if self.traffic.document_status >= 500:
            raise PortalDown(f"answered {self.traffic.document_status}")

    def _expected_marks(self, keys: tuple[str, ...]) -> frozenset[str]:
        login = self.definition.login
        marked = {"login": login.page, "code": login.code_page, "notice": login.notice_page}
        return frozenset(mark for mark, key in marked.items() if key and key in keys)

    async def _look(self, keys: tuple[str, ...]) -> Shown | None:
        """What stands in the frames of these pages; None while one of them is on its way."""
        by_frame: dict[str, list[str]] = {"": []}
        for key in keys:
            by_frame.setdefault(self.definition.pages[key].frame, []).append(key)
        told = []
        for name, inside in by_frame.items():
            frame = self.page.frame(name=name) if name else self.page.main_frame
            if frame is None:
                continue
            seen = await self._look_into(frame, inside)
            if seen is None:
                return None
            told.append({**seen, "frame": name})
        main = told[-1]
        return Shown(
            pages=tuple(key for seen in told for key in seen["pages"]),
            marks=tuple(mark for seen in told for mark in seen["marks"]),
            errors=tuple(error for seen in told for error in seen["errors"]),
            address=main["address"],
            is_same_document=any(seen["pressed"] for seen in told),
            instead=self._instead(keys, told),
        )

    def _instead(self, keys: tuple[str, ...], told: list[dict[str, Any]]) -> str:
        """What stands where the first page's heading should be, in that page's frame."""
        frame = self.definition.pages[keys[0]].frame if keys else ""
        texts = [str(seen["instead"]) for seen in told if seen["frame"] == frame]
        return texts[0] if texts else ""

    async def _look_into(self, frame: Frame, keys: list[str]) -> dict[str, Any] | None:
        pages = {key: self.definition.pages[key] for key in keys}
        asked = {
            "headings": {key: page.heading.model_dump() for key, page in pages.items()},
            "marks": self._marks,
            "errors": ", ".join(sorted({page.errors for page in pages.values() if page.errors})),
            "pressed": _MARK,
        }
        try:
            async with asyncio.timeout(self.definition.page_wait_s):
                seen: dict[str, Any] = await frame.evaluate(script("look"), asked)
        except PlaywrightError as gone:
            if not self.page.context.browser or self.page.is_closed():
                raise PortalDown("the browser lost the page") from gone
            # Left for another page in the middle of the question: ask again.
            return None
        except TimeoutError:
            raise PortalDown("a page took too long") from None
        asides = {aside for page in pages.values() for aside in page.asides}
        seen["errors"] = [error for error in seen["errors"] if error not in asides]
        return seen if seen["ready"] and "busy" not in seen["marks"] else None
