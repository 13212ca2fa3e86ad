"""What every counterparty of the pretend outside shares: how it is declared, started and steered.

A service is a `Service` with routes (`@service.get`), events (`@service.when`), a seed and books.
Each request and each event is one SQLite transaction, so a killed process loses nothing.
"""

from __future__ import annotations

import asyncio
import hmac
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from sandbox import faults, options
from sandbox.fields import ZONE, Fields, Refused, fen, instant, stamp, yuan
from sandbox.form_data import read_form
from sandbox.outbox import Outbox, signature
from sandbox.world import Answer, Call, Happening, Moment, World

__all__ = [
    "ZONE",
    "Answer",
    "Call",
    "Fields",
    "Moment",
    "Refused",
    "Service",
    "fen",
    "instant",
    "listen",
    "signature",
    "stamp",
    "yuan",
]

Handler = Callable[[Call], Any]
Beside = Callable[[World, Callable[[], Awaitable[None]]], AbstractAsyncContextManager[None]]
"""What runs beside the web server, on the same world; it calls the other after each change."""


class Service:
    """One counterparty. Handlers return JSON, an `Answer` (status and JSON) or a Response.

    `charset` is what its pages are written in, and therefore the forms that come back.
    """

    def __init__(
        self,
        name: str,
        *,
        port: int,
        schema: str,
        about: str,
        request_faults: tuple[str, ...] = (),
        event_faults: tuple[str, ...] = (),
        maintenance_page: str = "",
        charset: str = "utf-8",
    ) -> None:
        self.name = name
        self.port = port
        self.schema = schema
        self.about = about
        self.request_faults = request_faults
        self.event_faults = event_faults
        self.maintenance_page = maintenance_page
        self.charset = charset
        self.happenings: dict[str, Happening] = {}
        self._routes: list[tuple[str, str, bool, Handler]] = []
        self._seed: Callable[[Moment, Fields], None] = lambda moment, body: None
        self._books: Callable[[Moment], dict[str, Any]] = lambda moment: {}
        self.beside: Beside | None = None

    def route(self, method: str, path: str, *, public: bool) -> Callable[[Handler], Handler]:
        """Declare a route; a public one asks for no bearer token."""

        def declare(handler: Handler) -> Handler:
            self._routes.append((method, path, public, handler))
            return handler

        return declare

    def get(self, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
        """Declare what answers GET."""
        return self.route("GET", path, public=public)

    def post(self, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
        """Declare what answers POST."""
        return self.route("POST", path, public=public)

    def delete(self, path: str, *, public: bool = False) -> Callable[[Handler], Handler]:
        """Declare what answers DELETE."""
        return self.route("DELETE", path, public=public)

    def when(self, kind: str) -> Callable[[Happening], Happening]:
        """Declare what happens when an event of this kind is due (see `Moment.later`)."""

        def declare(happening: Happening) -> Happening:
            self.happenings[kind] = happening
            return happening

        return declare

    def seed(self, plant: Callable[[Moment, Fields], None]) -> None:
        """Declare what `POST /_sandbox/seed` does; it must be idempotent."""
        self._seed = plant

    def books(self, tell: Callable[[Moment], dict[str, Any]]) -> None:
        """Declare what `GET /_sandbox/books` answers; no patient's name may be in it."""
        self._books = tell

    def app(self, state: Path, clock: datetime, settings: Mapping[str, str]) -> ASGIApp:
        """Return the service as an ASGI app whose state lives in that folder."""
        world = World(
            state / f"{self.name}.sqlite", self.schema, clock, {**options.DEFAULTS, **settings}
        )
        desk = _Desk(self, world)
        control = [
            ("GET", "/_sandbox/health", True, desk.health),
            ("GET", "/_sandbox/clock", True, desk.health),
            ("PUT", "/_sandbox/clock", True, desk.move_clock),
            ("PUT", "/_sandbox/faults", True, desk.put_faults),
            ("GET", "/_sandbox/faults", True, desk.list_faults),
            ("DELETE", "/_sandbox/faults", True, desk.clear_faults),
            ("PUT", "/_sandbox/instant", True, desk.set_instant),
            ("POST", "/_sandbox/seed", True, lambda call: self._plant(call)),
            ("GET", "/_sandbox/books", True, self._books),
            ("POST", "/_sandbox/flush", True, lambda call: {}),
        ]
        routes = [desk.route(*one) for one in [*control, *self._routes]]
        refusals: Any = {Refused: _refused, HTTPException: _not_there}
        inside = Starlette(routes=routes, exception_handlers=refusals, lifespan=desk.lifespan)
        return faults.Faults(inside, world, self.event_faults, self.maintenance_page, self.charset)

    def _plant(self, call: Call) -> dict[str, Any]:
        self._seed(call, call.body)
        return {"seeded": self.name}

    def run(self, argv: list[str] | None = None) -> None:
        """Serve until SIGTERM or SIGINT: `python -m sandbox.<name> --port N --state DIR`."""
        chosen = options.read(self.name, self.port, self.about, argv)
        try:
            listener = listen(chosen.host, chosen.port)
        except OSError as taken:
            message = f"{self.name}: can not listen on {chosen.host}:{chosen.port} ({taken})"
            raise SystemExit(message) from taken
        port = listener.getsockname()[1]
        app = self.app(chosen.state, chosen.clock, options.settings(chosen.set))
        sys.stdout.write(f"{self.name} listens on http://{chosen.host}:{port}\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=1
        )
        uvicorn.Server(config).run(sockets=[listener])


class _Desk:
    """Takes requests to one running service: who may, one transaction, what follows."""

    def __init__(self, service: Service, world: World) -> None:
        self.service = service
        self.world = world
        self.outbox = Outbox(world)
        self.errands: set[asyncio.Task[int]] = set()

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        beside = self.service.beside
        async with beside(self.world, self._go_on) if beside else nullcontext():
            yield
        await asyncio.gather(*self.errands)
        await self.outbox.close()
        self.world.db.close()

    def route(self, method: str, path: str, public: bool, handler: Callable[..., Any]) -> Route:
        moves_time = path in ("/_sandbox/clock", "/_sandbox/flush") and method != "GET"

        async def answer(request: Request) -> Response:
            if not public:
                self._admit(request)
            result = await self._handle(request, handler)
            texts = self.world.run_due(self.service.happenings)
            if moves_time:
                await asyncio.gather(*self.errands)
                await self.outbox.deliver(retry=True)
                result = {"now": stamp(self.world.now), "happened": texts}
            else:
                await self._send_news()
            return _response(result)

        return Route(path, answer, methods=[method])

    async def _handle(self, request: Request, handler: Callable[..., Any]) -> Any:
        is_form = "form" in request.headers.get("content-type", "")
        raw = b"" if is_form else await request.body()
        form = await read_form(request, self.service.charset) if is_form else FormData()
        fault = request.scope.get("sandbox.fault", "")
        with self.world.transaction():
            now = self.world.now
            return handler(Call(self.world, now, request=request, form=form, fault=fault, raw=raw))

    async def _go_on(self) -> None:
        self.world.run_due(self.service.happenings)
        await self._send_news()

    async def _send_news(self) -> None:
        """Post what this request queued.

        In instant mode webhooks leave after the answer: before it, nobody can know the thing
        they are about.
        """
        with self.world.moment() as moment:
            is_quiet = moment.row("select 1 from _outbox where tries = 0 limit 1") is None
            is_instant = moment.kept("instant", False)
        if is_quiet:
            return
        await self.outbox.deliver(transfers_only=is_instant)
        if is_instant:
            errand = asyncio.create_task(self.outbox.deliver())
            self.errands.add(errand)
            errand.add_done_callback(self.errands.discard)

    def _admit(self, request: Request) -> None:
        expected = f"Bearer {self.world.settings['token']}".encode()
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            raise Refused(401, "unauthorized", "a bearer token is needed", "Authorization")

    def health(self, call: Call) -> dict[str, Any]:
        return {"service": self.service.name, "now": stamp(call.now)}

    def move_clock(self, call: Call) -> dict[str, Any]:
        now = call.body.instant("now")
        if now < call.now:
            raise Refused(409, "clock_goes_back", f"the clock is at {stamp(call.now)}", "now")
        call.keep("clock", stamp(now))
        return {}

    def put_faults(self, call: Call) -> Any:
        own_hows = self.service.request_faults + self.service.event_faults
        call.keep("faults", faults.checked(call.json(), own_hows))
        return call.kept("faults")

    def list_faults(self, call: Call) -> Any:
        return call.kept("faults", [])

    def clear_faults(self, call: Call) -> Any:
        call.keep("faults", [])
        return []

    def set_instant(self, call: Call) -> dict[str, Any]:
        is_on = call.body.get("on")
        if not isinstance(is_on, bool):
            raise call.body.refuse("on", "must be true or false")
        call.keep("instant", is_on)
        return {"on": is_on}


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one."""
    # asyncio turns Nagle's delay (40 ms an answer) off only where the protocol is named.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(128)
    return listener


def _response(result: Any) -> Response:
    if isinstance(result, Response):
        return result
    if isinstance(result, Answer):
        return JSONResponse(result.body, result.status)
    return JSONResponse(result)


def _refused(_request: Request, refusal: Refused) -> Response:
    return JSONResponse(refusal.body, refusal.status)


def _not_there(request: Request, error: HTTPException) -> Response:
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
    body = {"error": code, "text": f"{request.method}: {error.detail}", "field": None}
    return JSONResponse(body, error.status_code)
