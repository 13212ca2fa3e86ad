"""Gets into a portal: password once, a code if one is asked for, a notice if we may close it."""

from __future__ import annotations

import re
from typing import Protocol

from bots.portal.desk import Desk
from bots.portal.forms import Forms, Wanted
from bots.portal.payload import Value
from bots.portal.refusals import CodeRefused, LoginRefused, PortalLayoutChanged
from bots.portal.values import Credentials


class Codes(Protocol):
    """Where one-time codes come from: a secret that computes them, or a person who reads them."""

    async def code(self) -> str:
        """The code for the question that the portal asks just now; may take minutes."""


async def sign_in(desk: Desk, credentials: Credentials, codes: Codes | None) -> None:
    """Sign in with one try. Raises: LoginRefused, CodeRefused, and whatever a desk raises."""
    login = desk.definition.login
    await desk.open(login.page)
    await _fill(desk, login.page, username=credentials.username, password=credentials.password)
    after = [login.home, login.page, login.code_page, login.notice_page]
    shown = await _press(desk, login.page, login.button, after)
    if shown == login.code_page and shown:
        if codes is None:
            raise PortalLayoutChanged(shown, "it asks for a code, and there is nobody to give one")
        shown = await _give_code(desk, await codes.code(), after)
        # Somebody has used this code before us: a fresh one is no second guess.
        if shown == login.code_page and await _says(desk, shown, login.code_used):
            shown = await _give_code(desk, await codes.code(), after)
        # A portal that has lost patience begins again with the password.
        if shown in (login.code_page, login.page):
            raise CodeRefused(desk.definition.name)
    if shown == login.notice_page and shown:
        shown = await _press(desk, login.notice_page, login.notice, after)
    if shown == login.page:
        if await _says(desk, login.page, login.refused):
            raise LoginRefused(desk.definition.name, credentials.username)
        raise PortalLayoutChanged(login.page, "neither signed in nor refused")
    if shown != login.home:
        raise PortalLayoutChanged(login.home, "neither signed in nor refused")


async def _give_code(desk: Desk, code: str, after: list[str]) -> str:
    login = desk.definition.login
    remember = {login.remember: "yes"} if login.remember else {}
    await _fill(desk, login.code_page, code=code, **remember)
    return await _press(desk, login.code_page, login.code_button, after)


async def _fill(desk: Desk, key: str, **values: Value) -> None:
    fields = desk.definition.pages[key].fields
    wanted = [Wanted(name, fields[name], str(value)) for name, value in values.items()]
    await Forms(desk).fill(key, wanted)


async def _press(desk: Desk, key: str, button: str, after: list[str]) -> str:
    """Press, and return which of these pages followed."""
    expected = [page for page in after if page]
    shown = await desk.press(key, await Forms(desk).button(key, button), *expected)
    return next((page for page in expected if shown.has(page)), key)


async def _says(desk: Desk, key: str, pattern: str) -> bool:
    async with desk.bounded():
        text = await desk.frame(key).locator("body").inner_text()
    return bool(pattern) and re.search(pattern, text) is not None
