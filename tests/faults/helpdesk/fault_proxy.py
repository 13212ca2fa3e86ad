"""A proxy before any portal that speaks HTTP, and breaks what it is told to break.

A process of its own, so that a fault does not depend on the test that waits for it. It knows
nothing of the portal behind it. `PUT /_faults` takes a list of faults (see `strikes`),
`GET /_faults` tells what is left of them, `GET /_faults/seen` which requests came (`since=N`: but
for the first N).

    python -m tests.faults.helpdesk.fault_proxy --port 9001 --upstream http://127.0.0.1:9000
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import cast
from urllib.parse import parse_qsl, urlencode

import httpx
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from tests.faults.helpdesk.page_scripts import script_for
from tests.faults.helpdesk.strikes import SCRIPTS, WAYS, FaultUnknown, Strike, Strikes

SWITCH = "/_faults"
SEEN = "/_faults/seen"
# These belong to one connection, not to the message (RFC 9110, 7.6.1); lengths are counted anew.
_OF_THE_CONNECTION = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer"
    b" transfer-encoding upgrade content-length".split()
)


class FaultProxy:
    """ASGI application: one portal, its faults, and what came by."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream.rstrip("/")
        self.strikes = Strikes()
        self.seen: list[dict[str, object]] = []
        self.dead: set[tuple[str, str]] = set()
        # A connection for each request: a kept one that just ends would look like a fault.
        self.portal = httpx.AsyncHTTPTransport(
            trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        if request.url.path in (SWITCH, SEEN):
            await self._switch(request, body)(scope, receive, send)
            return
        line = f"{request.method} {request.url.path}"
        met = self.strikes.meeting(line, body)
        note: dict[str, object] = {"line": line, "status": None, "how": [s.how for s in met]}
        self.seen.append(note)
        way = next((strike for strike in met if strike.how in WAYS), None)
        answer = await self._work(request, body, met, way, note)
        if answer is not None:
            await answer(scope, receive, send)
            return
        if way is not None and way.how.startswith(("reset", "drop")):
            _end(send, broken=way.how.startswith("reset"))
        await _left(receive)

    async def _work(
        self,
        request: Request,
        body: bytes,
        met: Sequence[Strike],
        way: Strike | None,
        note: dict[str, object],
    ) -> Response | None:
        """Let the portal work, or not; return what the browser is told, None for nothing."""
        how = way.how if way else ""
        if how == "502":
            return _bad_gateway()
        if how in ("hang", "reset_before_commit", "drop_before_commit"):
            return None
        if way is not None and how == "slow_commit":
            # Nobody ends this task when the browser leaves: the portal works all the same.
            await asyncio.sleep(way.seconds)
        answer = await self._asked(request, body, met)
        note["status"] = answer.status_code
        if how == "502_after_commit":
            return _bad_gateway()
        if how.endswith("_after_commit"):
            return None
        if way is not None and how == "slow_answer":
            await asyncio.sleep(way.seconds)
        return answer

    async def _asked(self, request: Request, body: bytes, met: Sequence[Strike]) -> Response:
        """What the portal answers; 502 when it does not."""
        headers = [(name, value) for name, value in request.headers.raw if _travels(name)]
        for strike in met:
            if strike.how == "expire_session":
                self.dead |= _ended(request.headers.get("cookie", ""), strike.cookies)
        headers = _without(headers, self.dead)
        if body:
            headers.append((b"content-length", str(len(body)).encode()))
        path = request.scope["raw_path"].decode("ascii")
        query = _lagging(request.url.query, met)
        target = f"{self.upstream}{path}{'?' if query else ''}{query}"
        try:
            answer = await self.portal.handle_async_request(
                httpx.Request(request.method, target, headers=headers, content=body)
            )
            content = b"".join([part async for part in answer.aiter_raw()])
            await answer.aclose()
        except httpx.TransportError:
            return _bad_gateway()
        return _handed_on(request.method, answer, _changed(answer, content, met))

    def _switch(self, request: Request, body: bytes) -> Response:
        if request.url.path == SEEN:
            return JSONResponse(self.seen[int(request.query_params.get("since", 0)) :])
        if request.method == "PUT":
            try:
                self.strikes.all = [Strike.read(told) for told in json.loads(body)]
            except (FaultUnknown, TypeError, ValueError) as wrong:
                return PlainTextResponse(str(wrong), 422)
        return JSONResponse([strike.told() for strike in self.strikes.all])


def _bad_gateway() -> Response:
    return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", 502, None, "text/html")


def _travels(name: bytes) -> bool:
    # Without accept-encoding the page comes as it is, and a script can be added to it.
    return name.lower() not in _OF_THE_CONNECTION | {b"accept-encoding"}


def _handed_on(method: str, answer: httpx.Response, content: bytes) -> Response:
    response = Response(status_code=answer.status_code)
    headers = [(name.lower(), value) for name, value in answer.headers.raw if _travels(name)]
    if method == "HEAD":
        length = answer.headers.get("content-length", "")
        headers += [(b"content-length", length.encode())] if length else []
    elif answer.status_code not in (204, 304):
        response.body = content
        headers.append((b"content-length", str(len(content)).encode()))
    response.raw_headers = headers
    return response


def _pairs(cookies: str) -> set[tuple[str, str]]:
    return {(name, morsel.value) for name, morsel in SimpleCookie(cookies).items()}


def _ended(cookies: str, names: Sequence[str]) -> set[tuple[str, str]]:
    return {(name, value) for name, value in _pairs(cookies) if not names or name in names}


def _without(
    headers: list[tuple[bytes, bytes]], dead: set[tuple[str, str]]
) -> list[tuple[bytes, bytes]]:
    """A session that has ended stays ended, whoever still shows its cookie."""
    kept = []
    for name, value in headers:
        if name.lower() == b"cookie" and dead:
            alive = sorted(_pairs(value.decode("latin-1")) - dead)
            value = "; ".join(f"{key}={text}" for key, text in alive).encode("latin-1")
        if value or name.lower() != b"cookie":
            kept.append((name, value))
    return kept


def _lagging(query: str, met: Sequence[Strike]) -> str:
    """The portal's own list leaves out what is younger, so that its counts are right as well."""
    for strike in met:
        if strike.how == "list_lag":
            until = datetime.now(UTC) - timedelta(seconds=strike.seconds)
            asked = parse_qsl(query, keep_blank_values=True)
            asked = [(name, value) for name, value in asked if name != strike.parameter]
            query = urlencode([*asked, (strike.parameter, until.isoformat())])
    return query


def _changed(answer: httpx.Response, content: bytes, met: Sequence[Strike]) -> bytes:
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return content
    # Every letter as one byte: what is added is plain ASCII, and the page may be in any charset.
    page = content.decode("latin-1")
    for strike in met:
        if strike.how == "list_lag":
            # Else a search from this page would go on leaving out the same rows for ever.
            page = re.sub(rf'<input[^>]*name="{re.escape(strike.parameter)}"[^>]*>', "", page)
        if strike.how in SCRIPTS:
            head, end, tail = page.rpartition("</body>")
            script = script_for(strike.how, text=strike.text, seconds=strike.seconds)
            page = f"{head}{script}{end}{tail}"
    return page.encode("latin-1")


def _end(send: Send, *, broken: bool) -> None:
    """End the connection under the browser's feet, without a byte of an answer."""
    # ASGI has no word for this; uvicorn's `send` is a method of an object that knows the socket.
    transport = cast(asyncio.Transport, getattr(send, "__self__").transport)  # noqa: B009
    if not broken:
        transport.close()
        return
    # Lingering for no time at all makes the kernel send a reset instead of an end.
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    transport.abort()


async def _left(receive: Receive) -> None:
    """Say nothing until the browser has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def main() -> None:
    """Stand before the portal until somebody ends the process."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--upstream", required=True)
    told = arguments.parse_args()
    uvicorn.run(
        FaultProxy(told.upstream),
        host="127.0.0.1",
        port=told.port,
        # The one implementation whose socket `_end` knows to find.
        http="h11",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
    )


if __name__ == "__main__":
    main()
