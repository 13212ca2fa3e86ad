"""Stands between one browser context and its portal, so that a commit leaves the house once.

Chromium sends a request a second time, by itself and without a trace in the page, when the portal
closes a connection that was opened ahead or used before. For a claim that would be a second
submission. The gate is a SOCKS proxy, so it works for http and https alike.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

_VERSION, _CONNECT, _OK, _NOT_ALLOWED = 5, 1, 0, 2
_IPV4, _NAME, _IPV6 = 1, 3, 4
# The news of an answer may reach us a little after the connection that brought it has ended.
GRACE_S = 2.0

MaySend = Callable[[], bool]


def _always() -> bool:
    return True


class Gate:
    """Forwards connections to one host and port only.

    `arm` cuts every connection and lets exactly one more through, which carries something out only
    as long as `may_send` says so: this is the last place where a bot that stood still, and was
    replaced meanwhile, can be kept from sending. Further connections wait until `open`
    (the commit was answered); when the one ends without that, they are refused.
    """

    def __init__(self, url: str, *, grace_s: float = GRACE_S) -> None:
        self._grace_s = grace_s
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._is_over = asyncio.Event()
        self._passes = 0
        self._may_send: MaySend = _always
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Gate:
        self._server = await asyncio.start_server(self._admit, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._cut()
        await self._server.wait_closed()

    @property
    def address(self) -> str:
        """Where the browser context finds its proxy."""
        assert self._server is not None
        return f"socks5://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def arm(self, may_send: MaySend = _always) -> None:
        """From here on one connection, and no second one; `may_send` is asked whenever it sends."""
        self._may_send = may_send
        self._is_open.clear()
        self._is_over.clear()
        self._passes = 1
        await self._cut()

    def open(self) -> None:
        """The commit was answered: let everything through again."""
        self._is_open.set()
        self._is_over.set()

    async def _cut(self) -> None:
        pumps = list(self._pumps)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    async def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pumps.add(task)
        try:
            await self._forward(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            # Either side hung up; closing the other one is all there is to tell.
            return
        except asyncio.CancelledError:
            # Cut by the gate: asyncio's server would report a cancelled handler as a fault.
            return
        finally:
            self._pumps.discard(task)
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_ours = await self._asks_for_portal(reader, writer)
        is_the_one = is_ours and not self._is_open.is_set() and self._passes > 0
        self._passes -= is_the_one
        may_send = self._may_send if is_the_one else _always
        if not is_ours or not may_send() or not (is_the_one or await self._may_pass()):
            writer.write(_reply(_NOT_ALLOWED))
            await writer.drain()
            return
        try:
            there_reader, there_writer = await asyncio.open_connection(self._host, self._port)
            try:
                writer.write(_reply(_OK))
                await writer.drain()
                outward = _copy(reader, there_writer, may_send)
                await _relay(outward, _copy(there_reader, writer))
            finally:
                there_writer.close()
        finally:
            if is_the_one:
                self._is_over.set()

    async def _may_pass(self) -> bool:
        """Wait until the gate is open, or until the one connection has ended unanswered."""
        if not self._is_open.is_set():
            await self._is_over.wait()
        try:
            await asyncio.wait_for(self._is_open.wait(), self._grace_s)
        except TimeoutError:
            return False
        return True

    async def _asks_for_portal(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Speak SOCKS 5 (RFC 1928) up to the request; return whether it is for our portal."""
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(bytes([_VERSION, 0]))
        _, command, _, kind = await reader.readexactly(4)
        if kind == _NAME:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode("ascii")
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == _IPV4 else 16)))
        port = int.from_bytes(await reader.readexactly(2), "big")
        return command == _CONNECT and (host, port) == (self._host, self._port)


def _reply(code: int) -> bytes:
    return bytes([_VERSION, code, 0, _IPV4, 0, 0, 0, 0, 0, 0])


async def _relay(*copies: Coroutine[Any, Any, None]) -> None:
    """Copy both ways until one side ends; then the other has nothing left to wait for."""
    tasks = [asyncio.create_task(copy) for copy in copies]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, may_send: MaySend = _always
) -> None:
    while (chunk := await reader.read(65536)) and may_send():
        writer.write(chunk)
        await writer.drain()
