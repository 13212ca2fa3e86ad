"""One tab at one portal: opens pages, checks that they are what the definition says, reads them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Dialog, Locator, Page, Response
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from bots.portal import scripts
from bots.portal.definition import Field, PortalDefinition, Search
from bots.portal.values import Credentials, LoginRefused, PortalDown, PortalLayoutChanged

_MOST_PAGES = 200


class SessionEnded(Exception):
    """The portal shows its login page instead of the page we asked for."""


@dataclass(frozen=True)
class Shown:
    """What a page says of itself."""

    heading: str
    is_login: bool
    errors: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Cell:
    """One cell of a list; `href` is absolute, "" without a link."""

    text: str
    href: str


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
    """Raises, in every method: PortalDown, SessionEnded, PortalLayoutChanged."""

    def __init__(self, page: Page, definition: PortalDefinition) -> None:
        self.page = page
        self._definition = definition
        self._expected: tuple[re.Pattern[str], ...] = ()
        self.unknown_dialogs = 0
        page.on("dialog", self._answer)

    def bounded(self, wait_s: float | None = None) -> AbstractAsyncContextManager[None]:
        """Bound what is done with the page, by default by the portal's own waiting time."""
        return plain_failures(self._definition.page_wait_s if wait_s is None else wait_s)

    def expect_dialogs(self, *patterns: str) -> None:
        """From here on accept dialogs whose whole text matches one of these; dismiss others."""
        self._expected = tuple(re.compile(pattern) for pattern in patterns)

    async def _answer(self, dialog: Dialog) -> None:
        if any(pattern.fullmatch(dialog.message) for pattern in self._expected):
            await dialog.accept()
        else:
            self.unknown_dialogs += 1
            await dialog.dismiss()

    async def sign_in(self, credentials: Credentials) -> None:
        """Sign in, with one try. Raises: LoginRefused."""
        login = self._definition.login
        async with self.bounded():
            response = await self.page.goto(login.path, wait_until="domcontentloaded")
        shown = await self._shown(response)
        if not shown.is_login:
            raise PortalLayoutChanged("login", "there is no login form")
        await self.fill(
            login.form,
            {"username": login.username, "password": login.password},
            {"username": credentials.username, "password": credentials.password},
        )
        shown = await self._press(login.form, login.button)
        if shown.is_login and shown.message == login.refused:
            raise LoginRefused(self._definition.name, credentials.username)
        async with self.bounded():
            is_in = await self.page.locator(login.signed_in).count() == 1
        if shown.is_login or not is_in:
            raise PortalLayoutChanged("login", "neither signed in nor refused")

    async def open(self, path: str, *headings: str) -> Shown:
        """Go to a page that must have one of these headings."""
        async with self.bounded():
            response = await self.page.goto(path, wait_until="domcontentloaded")
        return self._is_one_of(headings, await self._shown(response))

    async def press(self, form: str, button: str, *headings: str) -> Shown:
        """Press a form's button; the page that follows must have one of these headings."""
        return self._is_one_of(headings, await self._press(form, button))

    async def _press(self, form: str, button: str) -> Shown:
        found = await self.button(form, button)
        async with self.bounded():
            async with self.page.expect_navigation(wait_until="domcontentloaded") as navigation:
                await found.click(no_wait_after=True)
            response = await navigation.value
        return await self._shown(response)

    async def button(self, form: str, button: str) -> Locator:
        """Return the one button of a form that has this caption."""
        found = self.page.locator(f'{form} input[type=submit][value="{button}"]')
        async with self.bounded():
            count = await found.count()
        if count != 1:
            raise PortalLayoutChanged(form, f"{count} buttons {button}, 1 expected")
        return found

    async def settled(self, response: Response | None) -> Shown:
        """What the page shows after a navigation. A login page means that the session ended."""
        shown = await self._shown(response)
        if shown.is_login:
            raise SessionEnded
        return shown

    async def _shown(self, response: Response | None) -> Shown:
        definition = self._definition
        if response is None or response.status >= 500:
            raise PortalDown(f"answered {response.status}" if response else "no answer")
        wanted = [definition.heading, definition.login.form, definition.errors, definition.message]
        async with self.bounded():
            values = await self.page.evaluate(scripts.STATE, wanted)
        if values["heading"] == definition.maintenance_heading:
            raise PortalDown("it is being maintained")
        return Shown(
            values["heading"], values["is_login"], tuple(values["errors"]), values["message"]
        )

    def _is_one_of(self, headings: tuple[str, ...], shown: Shown) -> Shown:
        if shown.is_login:
            raise SessionEnded
        if shown.heading not in headings:
            raise PortalLayoutChanged(headings[0], "another page came instead")
        return shown

    async def fill(self, form: str, fields: Mapping[str, Field], values: Mapping[str, str]) -> None:
        """Type values into fields whose two anchors agree, and read each back from the page."""
        controls = await self._controls(form)
        for key, field in fields.items():
            _check_anchors(form, key, field, controls)
        for key, value in values.items():
            async with self.bounded():
                await self.page.locator(f'{form} [name="{fields[key].name}"]').fill(value)
        await self.read_back(form, {fields[key].name: value for key, value in values.items()})

    async def read_back(self, form: str, expected: Mapping[str, str]) -> None:
        """Compare the inputs of a form, by name, with what should stand in them."""
        standing = {control["name"]: control["value"] for control in await self._controls(form)}
        for name, value in expected.items():
            if standing.get(name) != value:
                raise PortalLayoutChanged(form, f"field {name} does not hold what was typed")

    async def field_at(self, form: str, field: Field) -> Locator:
        """Return the one input whose two anchors agree."""
        _check_anchors(form, field.name, field, await self._controls(form))
        return self.page.locator(f'{form} [name="{field.name}"]')

    async def _controls(self, form: str) -> list[dict[str, str]]:
        async with self.bounded():
            controls: list[dict[str, str]] | None = await self.page.evaluate(scripts.CONTROLS, form)
        if controls is None:
            raise PortalLayoutChanged(form, "the form is not there")
        return controls

    async def pairs(self, table: str, labels: Mapping[str, str]) -> dict[str, str]:
        """Read a table of labels and values; every label must be there once."""
        wanted = [table, self._definition.evidence.label_cells]
        async with self.bounded():
            found: list[list[str]] | None = await self.page.evaluate(scripts.PAIRS, wanted)
        values = {}
        for key, label in labels.items():
            matches = [value for name, value in found or [] if name == label]
            if len(matches) != 1:
                raise PortalLayoutChanged(table, f"label {label} stands {len(matches)} times")
            values[key] = matches[0]
        return values

    async def rows(self, table: str, headings: list[str], *, empty: str = "") -> list[list[Cell]]:
        """Read a list with exactly these headings; `empty` is what it says instead of rows."""
        async with self.bounded():
            found: dict[str, Any] | None = await self.page.evaluate(scripts.TABLE, table)
        if found is None or found["headings"] != headings:
            raise PortalLayoutChanged(table, "its headings are not the known ones")
        if any(note != empty for note in found["notes"]) or (found["notes"] and found["rows"]):
            raise PortalLayoutChanged(table, "it says something unknown instead of rows")
        if any(len(row) != len(headings) for row in found["rows"]):
            raise PortalLayoutChanged(table, "a row has not as many cells as headings")
        return [[Cell(cell["text"], cell["href"]) for cell in row] for row in found["rows"]]

    async def search(self, search: Search, value: str) -> list[dict[str, Cell]]:
        """Search a list and turn all its pages; the rows must be as many as the page says."""
        await self.open(search.path, search.heading)
        await self.fill(search.form, {"value": search.field}, {"value": value})
        await self.press(search.form, search.button, search.heading)
        headings = [*search.columns.values(), *([search.download] if search.download else [])]
        keys = [*search.columns, *(["download"] if search.download else [])]
        found: list[dict[str, Cell]] = []
        for _ in range(_MOST_PAGES):
            rows = await self.rows(search.table, headings, empty=search.empty)
            found += [dict(zip(keys, row, strict=True)) for row in rows]
            following = self.page.get_by_role("link", name=search.next, exact=True)
            async with self.bounded():
                text = await self.page.locator("body").inner_text()
                is_last = await following.count() == 0
                # Resolved against this page: the link itself may say no more than "?page=2".
                href = "" if is_last else await following.evaluate("link => link.href")
            if is_last:
                said = re.search(search.count, text)
                if said is None or int(said.group(1)) != len(found):
                    raise PortalLayoutChanged(search.path, f"{len(found)} rows, it says otherwise")
                return found
            await self.open(href, search.heading)
        raise PortalLayoutChanged(search.path, f"more than {_MOST_PAGES} pages")


def _check_anchors(form: str, key: str, field: Field, controls: list[dict[str, str]]) -> None:
    named = [control for control in controls if control["name"] == field.name]
    if len(named) != 1 or named[0]["label"] != field.label:
        raise PortalLayoutChanged(form, f"field {key} is not where it was ({field.label})")
