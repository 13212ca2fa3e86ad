"""Takes the picture of a tab over the browser's own protocol, in one round trip.

Apart from the evidence, which says what must be covered before.
"""

from __future__ import annotations

import base64

from playwright.async_api import CDPSession, Page


class Camera:
    """The camera of one tab."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._line: CDPSession | None = None

    async def taken(self, width: int, height: int) -> bytes:
        """A PNG of the whole page, which is that large in CSS pixels."""
        if self._line is None:
            self._line = await self._page.context.new_cdp_session(self._page)
        asked: dict[str, object] = {"format": "png"}
        seen = self._page.viewport_size
        # Beyond the window the browser lays the page out again, which takes twice as long.
        if seen is None or width > seen["width"] or height > seen["height"]:
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
            asked |= {"captureBeyondViewport": True, "clip": clip}
        told = await self._line.send("Page.captureScreenshot", asked)
        return base64.b64decode(told["data"])
