"""Faults that a test or the demo switches on: slow, broken, silent, or gone after the work."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse
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
    slow = isinstance(how, str) and how.startswith("latency:") and how[8:].isdigit()
    if not (known or slow):
        allowed = ", ".join((*HOWS, "latency:MS", *own_hows))
        raise Refused(422, "unknown_fault", f"how must be one of {allowed}", "how")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise Refused(422, "invalid", "times must be a positive number or null", "times")
    return {"match": str(fault.get("match", "")), "times": times, "how": how}


class Faults:
    """ASGI middleware around the whole service; must be the outermost one.

    `request_faults` are names that the service's own handlers understand: they travel in
    `scope["sandbox.fault"]`. `event_faults` match no request; an event asks for them.
    """

    def __init__(
        self, app: ASGIApp, world: World, event_faults: tuple[str, ...], maintenance_page: str
    ) -> None:
        self.app = app
        self.world = world
        self.event_faults = event_faults
        self.maintenance_page = maintenance_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        how = self._strikes(scope) if scope["type"] == "http" else ""
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
        else:
            if how.startswith("latency:"):
                await asyncio.sleep(int(how[8:]) / 1000)
            scope["sandbox.fault"] = how
            await self.app(scope, receive, send)

    def _strikes(self, scope: Scope) -> str:
        """Return how the first matching fault strikes this request, and count it; "" for none."""
        line = f"{scope['method']} {scope['path']}"
        if scope["path"] == SWITCH:
            return ""
        with self.world.moment() as moment:
            for fault in moment.kept("faults", []):
                is_for_requests = fault["match"] and fault["how"] not in self.event_faults
                if is_for_requests and line.startswith(fault["match"]):
                    moment.use_fault(fault)
                    return str(fault["how"])
        return ""

    async def _maintenance(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.maintenance_page:
            await HTMLResponse(self.maintenance_page)(scope, receive, send)
            return
        body = {"error": "maintenance", "text": "the service is being maintained", "field": None}
        await JSONResponse(body, 503, {"Retry-After": "120"})(scope, receive, send)


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
