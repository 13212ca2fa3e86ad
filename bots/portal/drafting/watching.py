"""Watches a person walk a portal in a browser: surveys every page, notes presses and writes.

Values never leave the page: the survey's are thrown away in the page itself, and of a request only
the names of its fields are kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Dialog, Frame, Page, Request, async_playwright
from playwright.async_api import Error as PlaywrightError

from bots.portal.drafting.seen import (
    Arrived,
    Pressed,
    Seen,
    SeenControl,
    SeenPage,
    SeenTable,
    Wrote,
    key_for,
    plain_path,
)
from bots.portal.guard.request import told_by_network
from bots.portal.page import script

_PAUSE_S = 0.3
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_SURE = ("label", "name", "id", "placeholder", "title", "text")
_UNSURE = ("near", "place")
_SUBMITS = ("input[type=submit]", "button[type=submit]", "button", "input[type=button]")
_LISTEN = """document.addEventListener('click', event => {
  const found = event.target.closest &&
    event.target.closest('button, a, [role=button], input[type=submit], input[type=button]');
  if (!found) return;
  const text = found.tagName === 'INPUT' ? found.value : found.textContent;
  window.huikuanPressed({text: (text || '').replace(/[*：:\\s\\u3000]+/g, ' ').trim(),
    name: found.getAttribute('name') || '', id: found.id || ''});
}, true);"""
# In one go, so that outline and controls are of one document. The values stay where they are.
_LOOK = f"""submits => {{
  const outline = ({script("outline")})({{}});
  const forms = outline.forms;
  outline.root = forms.length === 1 ? forms[0] : 'body';
  const css = submits.map(one => outline.root + ' ' + one);
  const controls = ({script("survey")})({{root: 'body', css: css}});
  return [outline, controls.map(one => ({{...one, value: ''}}))];
}}"""

Person = Callable[[Page, "Watcher"], Awaitable[None]]


async def watch(
    url: str, person: Person, *, executable: Path | None, headless: bool, sandboxed: bool
) -> Seen:
    """Open a browser at `url`, let the person walk, and return what was seen of the portal."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, headless=headless, chromium_sandbox=sandboxed
        )
        try:
            context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
            watcher = Watcher(context, has_window=not headless)
            await watcher.begin()
            page = await context.new_page()
            page.on("dialog", watcher.on_dialog)
            await page.goto(url)
            looking = asyncio.create_task(watcher.keep_looking())
            try:
                await person(page, watcher)
            finally:
                looking.cancel()
                with suppress(asyncio.CancelledError):
                    await looking
            await watcher.look()
            return watcher.seen
        finally:
            await browser.close()


class Watcher:
    """Looks at every page of a browser context, again and again."""

    def __init__(self, context: BrowserContext, *, has_window: bool) -> None:
        self.seen = Seen()
        self._has_window = has_window
        self._context = context
        self._here: dict[Frame, str] = {}
        self._looking = asyncio.Lock()

    async def begin(self) -> None:
        """Listen to presses and requests; call it before the first page."""
        await self._context.expose_binding("huikuanPressed", self._on_press)
        await self._context.add_init_script(_LISTEN)
        self._context.on("request", self._on_request)

    async def keep_looking(self) -> None:
        """Look until cancelled; a person stays on a page for longer than a moment."""
        while True:
            await self.look()
            await asyncio.sleep(_PAUSE_S)

    async def look(self) -> None:
        """Survey whatever stands there."""
        async with self._looking:
            for page in self._context.pages:
                for frame in page.frames:
                    # A page in the middle of its leaving is seen the next time, or was before.
                    with suppress(PlaywrightError):
                        await self._survey(frame)

    async def on_dialog(self, dialog: Dialog) -> None:
        """Count dialogs; their texts repeat what was typed. In a window the person answers."""
        self.seen.dialogs += 1
        if not self._has_window:
            await dialog.accept()

    async def _survey(self, frame: Frame) -> None:
        outline, controls = await frame.evaluate(_LOOK, list(_SUBMITS))
        shown = [one for one in controls if one["seen"] and not one["disabled"]]
        if not (shown or outline["headings"] or outline["tables"]):
            return
        page = self._page(frame, outline)
        page.root = outline["root"]
        if len(shown) >= len(page.controls):
            # On its way out a page greys its buttons: what it had before that is what it has.
            page.controls = [_control(one, shown) for one in shown]
        page.tables = [SeenTable(css, tuple(columns)) for css, columns in outline["tables"]]
        page.labels_in = next((where for where, _ in outline["labels"]), "")
        page.labels = [text for where, text in outline["labels"] if where == page.labels_in]
        if self._here.get(frame) != page.key:
            self._here[frame] = page.key
            self.seen.events.append(Arrived(page.key))

    def _page(self, frame: Frame, outline: dict[str, Any]) -> SeenPage:
        """The page that stands in a frame: known again by its path and its heading."""
        path = plain_path(outline["path"], "{receipt}")
        heading = next(iter(outline["headings"]), ["", ""])
        same = (path, frame.name, heading[1])
        for known in self.seen.pages.values():
            if (known.path, known.frame, known.heading[1]) == same:
                return known
        key = key_for(plain_path(outline["path"], "claim"), self.seen.pages)
        page = SeenPage(
            key,
            path,
            frame.name,
            outline["title"],
            (heading[0], heading[1]),
            has_password=outline["hasPassword"],
        )
        self.seen.pages[key] = page
        return page

    async def _on_press(self, source: dict[str, Any], told: dict[str, str]) -> None:
        page = self._here.get(source["frame"], "")
        anchors = {kind: text for kind, text in told.items() if text}
        self.seen.events.append(Pressed(page, anchors))

    def _on_request(self, request: Request) -> None:
        if request.method in _READS:
            return
        page = self._here.get(request.frame, "")
        told = told_by_network(
            request.method,
            request.url,
            request.resource_type,
            request.headers.get("content-type", ""),
            request.post_data_buffer or b"",
        )
        names = tuple(dict.fromkeys(name for name, _ in told[0].fields))
        path = urlsplit(request.url).path
        self.seen.events.append(Wrote(page, request.method, path, names))


def _control(one: dict[str, Any], others: list[dict[str, Any]]) -> SeenControl:
    """Keep the anchors that name this control and no other; the unsure ones only if needed."""
    rivals = [other for other in others if other["pressed"] == one["pressed"]]
    alone = {
        kind: text
        for kind, text in one["anchors"].items()
        if text and sum(other["anchors"][kind] == text for other in rivals) == 1
    }
    anchors = {kind: alone[kind] for kind in _SURE if kind in alone}
    for css in one["css"]:
        if len(anchors) < 2 and sum(css in other["css"] for other in rivals) == 1:
            anchors["css"] = css
    for kind in _UNSURE:
        if len(anchors) < 2 and kind in alone:
            anchors[kind] = alone[kind]
    called = one["anchors"]["label"] or one["anchors"]["text"] or one["anchors"]["near"]
    return SeenControl(one["type"], one["pressed"], anchors, called)
