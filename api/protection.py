"""What holds for every request and answer: hosts served, no foreign forms, strict headers."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.language import COOKIE, asked_language
from api.problems import Problem, for_programs, problem_json
from api.sessions import SAFE_METHODS, bearer_of
from engine.settings import LOOPBACK, Settings

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
BODY_LIMIT = 8 * 1024 * 1024
_YEAR_S = 365 * 24 * 3600

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with it a browser sends "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class StrictHeaders:
    """Adds the headers to every answer that does not bring its own, and keeps `?lang=`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = asked_language(Request(scope))

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if asked is not None and not for_programs(scope["path"]):
                    headers.append(
                        "Set-Cookie",
                        f"{COOKIE}={asked}; Path=/; Max-Age={_YEAR_S}; HttpOnly; SameSite=Lax",
                    )
            await send(message)

        await self._app(scope, receive, completed)


class Gatekeeper:
    """Refuses foreign host names, oversized bodies and forms that another site sends.

    Counterparties and health checks reach us under names we do not choose, so /webhooks and
    /healthz are served under any: nothing there trusts a browser.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        own = urlsplit(settings.api_url)
        self._hosts = LOOPBACK | {own.hostname or ""}
        self._own_origin = f"{own.scheme}://{own.netloc}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a problem, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        problem = self._problem_of(request)
        if problem is not None:
            await problem_json(request, problem)(scope, receive, send)
            return
        await self._app(scope, _limited(receive), send)

    def _problem_of(self, request: Request) -> Problem | None:
        path = request.url.path
        if path.startswith(("/webhooks/", "/healthz")):
            return None
        # A name that a foreign page points at 127.0.0.1 must not reach pages or the codec.
        if request.url.hostname not in self._hosts:
            return Problem(421, "host-unknown")
        if request.method in SAFE_METHODS or path.startswith("/codec/"):
            return None
        if bearer_of(request) is None and not self._is_our_own_form(request):
            return Problem(403, "cross-site")
        return None

    def _is_our_own_form(self, request: Request) -> bool:
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = request.headers.get("origin")
        if origin is not None:
            here = f"{request.url.scheme}://{request.url.netloc}"
            return origin in (here, self._own_origin)
        # A program logs in without either header; it has no cookie that could be abused.
        return request.url.path == "/api/login"


def _limited(receive: Receive) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > BODY_LIMIT:
            raise HTTPException(413)
        return message

    return counted


def with_strict_headers(response: Response) -> Response:
    """Complete an answer made outside of `StrictHeaders`: the one to an unexpected error."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
