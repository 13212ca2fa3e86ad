"""The network gate of a browser context: every request stops here, whoever made it.

It stands behind the latch, for what the latch cannot hold. It is no proof by itself: a request
that it holds may still leave when this process dies. A redirect that keeps the method (307, 308)
is followed by the browser without a question here; the outcome then shows that status.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256

from playwright.async_api import BrowserContext, Request, Response, Route
from playwright.async_api import Error as PlaywrightError

from bots.portal.guard.outcome import CommitOutcome
from bots.portal.guard.request import WriteRequest, told_by_network

Tell = Callable[[CommitOutcome], None]
# Gets the readings of a request and the sha256 of its real body. Returns None to abort it, or whom
# to tell how it went.
MayPass = Callable[[list[WriteRequest], str], Awaitable[Tell | None]]


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
        tell = await self._may_pass(readings, sha256(body).hexdigest())
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
        self._end(response.request, CommitOutcome("answered", response.status, location))

    def _on_failure(self, request: Request) -> None:
        self._end(request, CommitOutcome("failed", reason=request.failure or "no answer"))

    def _end(self, request: Request, outcome: CommitOutcome) -> None:
        if tell := self._unanswered.pop(request, None):
            tell(outcome)
