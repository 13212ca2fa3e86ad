"""A bot that waits for a code: a person gives it, or nobody does, or the bot itself goes away."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from activities.portal_access import outcome_of, real_now
from activities.portal_codes import PersonCodes
from activities.world import World
from bots.portal.refusals import CodeNotGiven, CodeRefused
from store import portal_codes
from store.portal_codes import CodeRequest
from store.tables_portals import PortalCodeRow
from tests.activities.desk import LI

CODE = "482913"


def codes(world: World, minutes: int = 10) -> PersonCodes:
    return PersonCodes(world, "PD", "hk-bot", minutes)


async def request_in(world: World) -> CodeRequest:
    """The open request, as soon as it stands in the store."""
    async with asyncio.timeout(30):
        while True:
            with world.database.reading() as s:
                found = portal_codes.open_requests(s, real_now())
            if found:
                (request,) = found
                return request
            await asyncio.sleep(0.01)


async def nothing_asked(world: World) -> None:
    """Once every request was asked and taken back again."""
    async with asyncio.timeout(30):
        while True:
            with world.database.reading() as s:
                taken_back = s.exec(select(PortalCodeRow.taken_at)).all()
            if taken_back and all(taken_back):
                return
            await asyncio.sleep(0.01)


def give(world: World, request_no: str, code: str = CODE) -> None:
    with world.writing() as s:
        sealed = world.database.sealer.seal(code.encode())
        portal_codes.give(s, request_no, sealed, LI, real_now())


async def test_the_bot_goes_on_with_the_code_that_a_person_gave(world: World) -> None:
    waiting = asyncio.create_task(codes(world).code())
    request = await request_in(world)
    assert (request.portal, request.account) == ("PD", "hk-bot")
    assert request.expires_at - request.asked_at == timedelta(minutes=10)
    give(world, request.request_no)
    assert await waiting == CODE
    with world.database.reading() as s:
        assert portal_codes.open_requests(s, real_now()) == []


async def test_a_code_that_nobody_gives_in_time_is_for_a_person(world: World) -> None:
    with pytest.raises(CodeNotGiven, match=r"PD asked for a one-time code \(PC-") as nobody:
        await codes(world, minutes=0).code()
    assert outcome_of(nobody.value) == outcome_of(CodeRefused("PD")) == "person"


async def test_a_bot_that_is_called_off_withdraws_its_question(world: World) -> None:
    waiting = asyncio.create_task(codes(world).code())
    await request_in(world)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    with world.database.reading() as s:
        assert portal_codes.open_requests(s, real_now()) == []


@pytest.mark.parametrize("times", [1, 2])
async def test_a_bot_that_is_called_off_while_it_asks_withdraws_its_question(
    world: World, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    asking, may_ask, asked = threading.Event(), threading.Event(), portal_codes.ask

    def slow_ask(*told: Any, **lasts: Any) -> str:
        asking.set()
        assert may_ask.wait(30)
        return asked(*told, **lasts)

    monkeypatch.setattr(portal_codes, "ask", slow_ask)
    waiting = asyncio.create_task(codes(world).code())
    await asyncio.to_thread(asking.wait, 30)
    for _ in range(times):
        waiting.cancel()
        await asyncio.sleep(0.01)
    may_ask.set()
    with suppress(asyncio.CancelledError):
        await waiting
    await nothing_asked(world)


async def test_a_code_for_a_sign_in_that_was_killed_is_not_used_for_the_next(world: World) -> None:
    with world.writing() as s:
        killed = portal_codes.ask(s, "PD", "hk-bot", real_now())
    give(world, killed, "111111")
    waiting = asyncio.create_task(codes(world).code())
    request = await request_in(world)
    while request.request_no == killed:
        await asyncio.sleep(0.01)
        request = await request_in(world)
    give(world, request.request_no)
    assert await waiting == CODE
