"""The network gate of a browser context: every request stops here, whoever made it.

It stands behind the latch, for what the latch cannot hold. It is no proof by itself: a request
that it holds may still leave when this process dies. A redirect that keeps the method (307, 308)
is followed by the browser without a question here; the outcome then shows that status.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from playwright.async_api import BrowserContext, Request, Response, Route
from playwright.async_api import Error as PlaywrightError

from bots.portal.guard.outcome import CommitOutcome
from bots.portal.guard.request import Answer, Wire, WriteRequest, told_by_network

Tell = Callable[[CommitOutcome, Response | None], None]
# Gets the readings of a request, and the request itself. Returns None to abort it, or whom to tell
# how it went.
MayPass = Callable[[list[WriteRequest], Wire], Awaitable[Tell | None]]
LARGEST_ANSWER = 1_048_576
"""Bytes; a larger answer, as far as it says so beforehand, is not fetched from the browser."""


class NetworkGate:
    """Passes reading requests; asks about all others."""

    def __init__(self, may_pass: MayPass) -> None:
        self._may_pass = may_pass
        self._unanswered: dict[Request, Tell] = {}

    async def attach(self, context: BrowserContext) -> None:
        """Stand in the way of everything that this context sends."""
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failure)
        await context.route("**/*", self._on_route)

    @property
    def unanswered(self) -> int:
        """How many writes passed and have no answer."""
        return len(self._unanswered)

    async def _on_route(self, route: Route) -> None:
        request = route.request
        if request.method in {"GET", "HEAD"}:
            # The page may have gone meanwhile, and its request with it.
            with suppress(PlaywrightError):
                await route.continue_()
            return
        body = request.post_data_buffer or b""
        content_type = request.headers.get("content-type", "")
        readings = told_by_network(
            request.method, request.url, request.resource_type, content_type, body
        )
        wire = Wire(request.method, request.url, request.headers, body)
        tell = await self._may_pass(readings, wire)
        if tell is None:
            # "aborted" leaves the page of a form where it is; a script hears of the other one.
            is_navigation = request.is_navigation_request()
            with suppress(PlaywrightError):
                await route.abort("aborted" if is_navigation else "blockedbyclient")
            return
        self._unanswered[request] = tell
        try:
            await route.continue_()
        except PlaywrightError:
            self._end(request, CommitOutcome("failed", reason="the page was lost while sending"))

    def _on_response(self, response: Response) -> None:
        location = response.headers.get("location", "")
        outcome = CommitOutcome("answered", response.status, location)
        self._end(response.request, outcome, response)

    def _on_failure(self, request: Request) -> None:
        self._end(request, CommitOutcome("failed", reason=request.failure or "no answer"))

    def _end(
        self, request: Request, outcome: CommitOutcome, response: Response | None = None
    ) -> None:
        if tell := self._unanswered.pop(request, None):
            tell(outcome, response)


async def read_answer(response: Response) -> Answer:
    """Read what came back, as far as the browser tells it: of a redirect it tells no body."""
    headers, body = response.headers, b""
    length = headers.get("content-length", "0")
    is_small = not length.isdigit() or int(length) <= LARGEST_ANSWER
    if is_small and not 300 <= response.status < 400:
        # The page may have gone on, or away, and taken it along.
        with suppress(PlaywrightError):
            body = await response.body()
    return Answer(response.status, headers, body)
