"""Python's side of the latch: gives every page the script and answers its questions.

What the script does stands in `latch.js`. Chromium runs it in every page, frame and popup before
the portal's own scripts, so an early reference to `fetch` is one to the latch.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext

from bots.portal.guard.request import WriteRequest, told_by_latch

_SCRIPT = Path(__file__).with_name("latch.js")
_QUESTION = "__mayLeave"

MayBeMade = Callable[[WriteRequest], Awaitable[bool]]


async def put_latch(context: BrowserContext, may_be_made: MayBeMade) -> None:
    """Ask `may_be_made` before a page makes a request; while it is awaited, none exists.

    To be called before the context's first navigation.
    """

    async def answer(_source: object, told: Mapping[str, Any]) -> bool:
        return await may_be_made(told_by_latch(told))

    # The binding comes first: the script takes it away from the page.
    await context.expose_binding(_QUESTION, answer)
    await context.add_init_script(path=_SCRIPT)
