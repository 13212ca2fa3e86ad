"""Waking lives, registering columns and the worker's health check, on a real server."""

from __future__ import annotations

import socket

import pytest
from temporalio.client import Client

from engine import search_attributes
from engine.dev_server import RunningServer
from engine.healthy import is_polled_from
from engine.wake import LifeDidNotAnswer, WakeRefused, deliver
from tests.engine.talkative import CANARY, QUEUE, Asked, begun, working

pytestmark = pytest.mark.slow


async def test_waking_a_life_that_no_longer_runs_says_gone(client: Client) -> None:
    assert await deliver(client, "case-SO-none", "look", "DC-1") == "gone"
    assert await deliver(client, "case-SO-none", "look_now", "DC-1", how="update") == "gone"


async def test_waking_by_update_tells_accepted_from_refused(client: Client) -> None:
    async with working(client):
        handle = await begun(client, "woken", Asked(order_no="waits"))
        with pytest.raises(WakeRefused):
            await deliver(client, "woken-1", "look_now", "DC-1", how="update")
        assert await deliver(client, "woken-1", "look_now", "DC-2", how="update") == "delivered"
        assert await handle.result() == f"DC-2 {CANARY}"


async def test_missing_search_attributes_are_added_once(
    client: Client, server: RunningServer
) -> None:
    assert await search_attributes.ensure(client) == []


async def test_an_update_that_no_worker_handles_is_reported_and_not_lost(client: Client) -> None:
    handle = await begun(client, "asleep", Asked(order_no="waits"))
    with pytest.raises(LifeDidNotAnswer, match=r"asleep-1 did not answer look_now within 0\.5 s"):
        await deliver(
            client, "asleep-1", "look_now", "DC-1", how="update", update_id="DC-1", patience_s=0.5
        )
    assert await deliver(client, "asleep-1", "look", "DC-2") == "delivered"
    async with working(client):
        assert await handle.result() == f"DC-2 {CANARY}"


async def test_a_worker_is_healthy_while_it_polls_from_its_own_machine(client: Client) -> None:
    assert not await is_polled_from(client, "nobody-asks", socket.gethostname())
    async with working(client):
        handle = await begun(client, "healthy", Asked(order_no="waits"))
        await deliver(client, "healthy-1", "look", "DC-1")
        await handle.result()
        assert await is_polled_from(client, QUEUE, socket.gethostname())
        assert not await is_polled_from(client, QUEUE, "another-machine")
