"""Faults that a test or the demo switches on: slow, broken, silent, or gone after the work.

A fault strikes the first `times` requests whose line begins with `match`; with `holds`, only those
in whose body that text stands too, because some portals send everything to one address.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.fields import Refused
from sandbox.world import World

HOWS = (
    "503",
    "500",
    "hang",
    "hang_after_commit",
    "drop_before_commit",
    "drop_after_commit",
    "maintenance",
)
# Each with milliseconds of real time. `latency` does nothing before it, `slow_commit` has heard
# the whole request and does the work then, whether or not the client still waits, `slow_answer`
# does the work at once and tells of it then.
SLOW_HOWS = ("latency", "slow_commit", "slow_answer")
SWITCH = "/_sandbox/faults"


def checked(faults: Any, own_hows: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the faults as they are kept. Raises: Refused (422), for one that nobody knows."""
    if not isinstance(faults, list):
        raise Refused(422, "invalid", "the body must be a list of faults")
    return [_checked(fault, own_hows) for fault in faults]


def _checked(fault: Any, own_hows: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(fault, dict):
        raise Refused(422, "invalid", "a fault must be an object")
    how, times = fault.get("how"), fault.get("times")
    known = how in HOWS or how in own_hows
    if not (known or _is_slow(how)):
        slow_hows = (f"{slow}:MS" for slow in SLOW_HOWS)
        allowed = ", ".join((*HOWS, *slow_hows, *own_hows))
        raise Refused(422, "unknown_fault", f"how must be one of {allowed}", "how")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise Refused(422, "invalid", "times must be a positive number or null", "times")
    kept = {"match": str(fault.get("match", "")), "times": times, "how": how}
    return kept | ({"holds": str(fault["holds"])} if fault.get("holds") else {})


def _is_slow(how: Any) -> bool:
    name, _, milliseconds = how.partition(":") if isinstance(how, str) else ("", "", "")
    return name in SLOW_HOWS and milliseconds.isdigit()


class Faults:
    """ASGI middleware around the whole service; must be the outermost one.

    `request_faults` are names that the service's own handlers understand: they travel in
    `scope["sandbox.fault"]`. `event_faults` match no request; an event asks for them.
    """

    def __init__(
        self,
        app: ASGIApp,
        world: World,
        event_faults: tuple[str, ...],
        maintenance_page: str,
        charset: str,
    ) -> None:
        self.app = app
        self.world = world
        self.event_faults = event_faults
        self.maintenance_page = maintenance_page
        self.charset = charset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        how = ""
        if scope["type"] == "http" and (candidates := self._candidates(scope)):
            said = b""
            if any("holds" in fault for fault in candidates):
                said = await heard(receive)
                receive = said_again(said, receive)
            how = self._strikes(scope, said)
        if how == "503":
            body = {"error": "unavailable", "text": "the service is down", "field": None}
            await JSONResponse(body, 503)(scope, receive, send)
        elif how == "500":
            body = {"error": "internal", "text": "the service failed", "field": None}
            await JSONResponse(body, 500)(scope, receive, send)
        elif how == "maintenance":
            await self._maintenance(scope, receive, send)
        elif how == "hang":
            await _left(receive)
        elif how == "hang_after_commit":
            await self.app(scope, receive, _to_nobody)
            await _left(receive)
        elif how == "drop_before_commit":
            # Only when all is read does the close reach the client as an end, not as a reset.
            while (await receive()).get("more_body"):
                pass
            await _close(receive, send)
        elif how == "drop_after_commit":
            await self.app(scope, receive, _to_nobody)
            await _close(receive, send)
        elif _is_slow(how):
            await self._slowly(how, scope, receive, send)
        else:
            scope["sandbox.fault"] = how
            await self.app(scope, receive, send)

    async def _slowly(self, how: str, scope: Scope, receive: Receive, send: Send) -> None:
        name, _, milliseconds = how.partition(":")
        seconds = int(milliseconds) / 1000
        if name == "slow_answer":
            client = _Delayed(send)
            await self.app(scope, receive, client)
            await asyncio.sleep(seconds)
            await client.release()
            return
        if name == "slow_commit":
            receive = said_again(await heard(receive), receive)
        await asyncio.sleep(seconds)
        await self.app(scope, receive, send)

    def _candidates(self, scope: Scope) -> list[dict[str, Any]]:
        """Return the faults whose `match` this request's line begins with."""
        line = f"{scope['method']} {scope['path']}"
        if scope["path"] == SWITCH:
            return []
        with self.world.moment() as moment:
            return [
                fault
                for fault in moment.kept("faults", [])
                if fault["match"] and fault["how"] not in self.event_faults
                if line.startswith(fault["match"])
            ]

    def _strikes(self, scope: Scope, body: bytes) -> str:
        """Return how the first fitting fault strikes this request, and count it; "" for none."""
        for fault in self._candidates(scope):
            if _holds(body, fault.get("holds", "")):
                with self.world.moment() as moment:
                    moment.use_fault(fault)
                return str(fault["how"])
        return ""

    async def _maintenance(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.maintenance_page and not _asks_for_json(scope):
            page = self.maintenance_page.encode(self.charset)
            kind = f"text/html; charset={self.charset}"
            await Response(page, media_type=kind)(scope, receive, send)
            return
        body = {"error": "maintenance", "text": "the service is being maintained", "field": None}
        await JSONResponse(body, 503, {"Retry-After": "120"})(scope, receive, send)


class _Delayed:
    """Stands where the client would be, and passes everything on when it is told to."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.held: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.held.append(message)

    async def release(self) -> None:
        for message in self.held:
            await self.send(message)


def _asks_for_json(scope: Scope) -> bool:
    """Tell whether a script asks: a browser that loads a page names HTML first."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return headers.get(b"accept", b"").startswith(b"application/json")


def _holds(body: bytes, text: str) -> bool:
    """Tell whether the text stands in the body as it came, or once %24 and the like are read."""
    wanted = text.encode()
    return wanted in body or wanted in unquote_to_bytes(body)


async def heard(receive: Receive) -> bytes:
    """Return the whole body of a request."""
    parts = []
    while (message := await receive()).get("more_body"):
        parts.append(message["body"])
    return b"".join([*parts, message.get("body", b"")])


def said_again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that tells the body that was heard, then goes on as before."""
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        return next(messages, None) or await receive()

    return again


async def _to_nobody(message: Message) -> None:
    """Stand where the client would be, and hear nothing."""


async def _close(receive: Receive, send: Send) -> None:
    """Close the connection under the client's feet, without a byte of an answer."""
    # ASGI has no word for this; uvicorn's `send` is a method of an object that knows the socket.
    getattr(send, "__self__").transport.close()  # noqa: B009
    await _left(receive)


async def _left(receive: Receive) -> None:
    """Say nothing until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
