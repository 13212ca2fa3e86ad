"""Knows what one tab has asked the portal and is still waiting for, pages and scripts alike."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from playwright.async_api import Page, Request, Response


class Traffic:
    """Counts requests under way, and remembers how the last document was answered."""

    def __init__(self, page: Page) -> None:
        self._under_way: set[Request] = set()
        self._ended = asyncio.Event()
        self.begun = 0
        """How many requests this tab has made so far."""
        self.document_status = 0
        """How the last document was answered; 0 when none was since `forget`."""
        self.document_failure = ""
        page.on("request", self._on_request)
        page.on("response", self._on_response)
        page.on("requestfinished", self._on_end)
        page.on("requestfailed", self._on_failed)

    @property
    def under_way(self) -> int:
        """Requests without an end."""
        return len(self._under_way)

    def forget(self) -> None:
        """Before something new is asked."""
        self.document_status, self.document_failure = 0, ""

    async def news(self, wait_s: float) -> None:
        """Wait until a request ends, at most so long."""
        self._ended.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._ended.wait()

    def _on_request(self, request: Request) -> None:
        self.begun += 1
        self._under_way.add(request)

    def _on_response(self, response: Response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.document_status = response.status

    def _on_end(self, request: Request) -> None:
        self._under_way.discard(request)
        self._ended.set()

    def _on_failed(self, request: Request) -> None:
        self._on_end(request)
        # ERR_ABORTED is a page that was left for another, or a request that our own gate stopped.
        failure = request.failure or ""
        if request.is_navigation_request() and "ERR_ABORTED" not in failure:
            self.document_failure = failure.removeprefix("net::")
