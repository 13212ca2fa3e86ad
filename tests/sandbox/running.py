"""Runs a counterparty in a thread of the test, on a real socket: quick, and faults really close
the connection. What must be killed runs as a process instead (see `process`)."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.kit import Service, instant, listen

BEARER = {"Authorization": "Bearer sandbox-token"}
MONDAY = "2026-01-05T08:00:00+08:00"


class Running:
    """A client to one running counterparty, and the few things every test asks of it."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def get(self, path: str, status: int = 200, **query: str) -> Any:
        answer = self.client.get(path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        answer = self.client.put(f"/_sandbox/{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def move_clock(self, now: str) -> list[str]:
        """Move the clock to "2026-01-07 09:00" in Shanghai; return what happened on the way."""
        happened: list[str] = self.put("clock", {"now": f"{now.replace(' ', 'T')}:00+08:00"})[
            "happened"
        ]
        return happened

    def strike(self, match: str, how: str) -> None:
        """Let the next matching request be struck by a fault."""
        self.put("faults", [{"match": match, "times": 1, "how": how}])

    def books(self) -> Any:
        return self.get("/_sandbox/books")


@contextmanager
def running(service: Service, state: Path, **settings: str) -> Iterator[Running]:
    """Serve on the loopback until the test is over."""
    stage = _IDLE.pop() if _IDLE else _Stage()
    app = service.app(state, instant(MONDAY), settings)
    # Without certificates to load, which take longer than the test.
    client = httpx.Client(
        base_url=stage.url, headers=BEARER, timeout=10, trust_env=False, verify=False
    )
    with stage.playing(app), client:
        yield Running(client)
    _IDLE.append(stage)


class _Stage:
    """One uvicorn in a thread that serves one app after the other: it starts slower than a test."""

    def __init__(self) -> None:
        listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(self._serve, interface="asgi3", log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        threading.Thread(target=server.run, args=([listener],), daemon=True).start()
        self.app: ASGIApp | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        # The first request tells which loop the thread runs.
        httpx.get(self.url, trust_env=False, verify=False)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.loop = asyncio.get_running_loop()
        if self.app is None:
            await Response(status_code=503)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    @contextmanager
    def playing(self, app: ASGIApp) -> Iterator[None]:
        """Serve the app, from its lifespan's start to its shutdown."""
        assert self.loop is not None
        inbox: asyncio.Queue[Message] = asyncio.Queue()
        outbox: asyncio.Queue[Message] = asyncio.Queue()

        async def send(kind: str) -> None:
            await inbox.put({"type": f"lifespan.{kind}"})
            assert (await outbox.get())["type"] == f"lifespan.{kind}.complete"

        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        life = asyncio.run_coroutine_threadsafe(_live(app, scope, inbox, outbox), self.loop)
        asyncio.run_coroutine_threadsafe(send("startup"), self.loop).result(10)
        self.app = app
        try:
            yield
        finally:
            self.app = None
            asyncio.run_coroutine_threadsafe(send("shutdown"), self.loop).result(10)
            life.result(10)


async def _live(
    app: ASGIApp,
    scope: Scope,
    inbox: asyncio.Queue[Message],
    outbox: asyncio.Queue[Message],
) -> None:
    await app(scope, inbox.get, outbox.put)


_IDLE: list[_Stage] = []


class Receiver:
    """Takes posted messages as the product would; answers the status that the test wants."""

    def __init__(self) -> None:
        self.status = 200
        self.letters: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def kinds(self) -> list[str]:
        """The `kind` of each message, in the order of arrival."""
        return [json.loads(body)["kind"] for _, _, body in self.letters]


@contextmanager
def receiving() -> Iterator[tuple[Receiver, str]]:
    """Yield a receiver and its address."""
    receiver = Receiver()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.letters.append((self.path, dict(self.headers), body))
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield receiver, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
