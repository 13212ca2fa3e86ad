"""The gate lets an armed commit out of the house once, over one connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bots.portal.socks import Gate


class Portal:
    """Counts what arrives; answers "ok", or hangs up without a word."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.answers = True
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(100):
            self.heard.append(said)
            if not self.answers:
                break
            writer.write(b"ok")
        writer.close()


@asynccontextmanager
async def gated() -> AsyncIterator[tuple[Portal, Gate]]:
    portal = Portal()
    server = await asyncio.start_server(portal.serve, "127.0.0.1", 0)
    portal.port = server.sockets[0].getsockname()[1]
    async with Gate(f"http://127.0.0.1:{portal.port}", grace_s=0.1) as gate:
        yield portal, gate
    server.close()
    await server.wait_closed()


class Client:
    """A browser's side of one connection."""

    def __init__(self, gate: Gate, port: int, host: bytes = b"127.0.0.1") -> None:
        self._gate_port = int(gate.address.rsplit(":", 1)[1])
        self._asked = bytes([5, 1, 0, 3, len(host)]) + host + port.to_bytes(2, "big")

    async def connect(self) -> int:
        """Return the SOCKS reply: 0 is let through, 2 is not allowed."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._gate_port)
        self.writer.write(bytes([5, 1, 0]))
        assert await self.reader.readexactly(2) == bytes([5, 0])
        self.writer.write(self._asked)
        return (await self.reader.readexactly(10))[1]

    async def say(self, text: bytes) -> bytes:
        self.writer.write(text)
        return await self.reader.read(100)

    def close(self) -> None:
        self.writer.close()


async def test_what_is_said_comes_through_both_ways() -> None:
    async with gated() as (portal, gate):
        client = Client(gate, portal.port)
        assert await client.connect() == 0
        assert await client.say(b"hello") == b"ok"
        assert await client.say(b"again") == b"ok"
        client.close()
    assert portal.heard == [b"hello", b"again"]


@pytest.mark.parametrize(("host", "port_off"), [(b"example.test", 0), (b"127.0.0.1", 1)])
async def test_nothing_but_the_portal_can_be_reached(host: bytes, port_off: int) -> None:
    async with gated() as (portal, gate):
        client = Client(gate, portal.port + port_off, host)
        assert await client.connect() == 2
        client.close()


async def test_arming_cuts_what_was_connected_before() -> None:
    async with gated() as (portal, gate):
        before = Client(gate, portal.port)
        await before.connect()
        await gate.arm()
        assert await before.say(b"hello") == b""
        before.close()
    assert portal.heard == []


async def test_a_second_connection_is_refused_when_the_first_ended_unanswered() -> None:
    async with gated() as (portal, gate):
        portal.answers = False
        await gate.arm()
        commit, resent = Client(gate, portal.port), Client(gate, portal.port)
        assert await commit.connect() == 0
        waiting = asyncio.create_task(resent.connect())
        assert await commit.say(b"commit") == b""
        assert await waiting == 2
        commit.close()
        resent.close()
    assert portal.heard == [b"commit"]


async def test_a_bot_that_lost_its_account_after_the_last_word_sends_nothing() -> None:
    async with gated() as (portal, gate):
        is_ours = True
        await gate.arm(lambda: is_ours)
        commit = Client(gate, portal.port)
        assert await commit.connect() == 0
        is_ours = False
        assert await commit.say(b"commit") == b""
        await gate.arm(lambda: is_ours)
        late = Client(gate, portal.port)
        assert await late.connect() == 2
        commit.close()
        late.close()
    assert portal.heard == []


async def test_a_second_connection_goes_through_once_the_commit_is_answered() -> None:
    async with gated() as (portal, gate):
        await gate.arm()
        commit, receipt = Client(gate, portal.port), Client(gate, portal.port)
        assert await commit.connect() == 0
        assert await commit.say(b"commit") == b"ok"
        waiting = asyncio.create_task(receipt.connect())
        gate.open()
        assert await waiting == 0
        assert await receipt.say(b"receipt") == b"ok"
        commit.close()
        receipt.close()
    assert portal.heard == [b"commit", b"receipt"]
