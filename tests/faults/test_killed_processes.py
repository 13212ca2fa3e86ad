"""SIGKILL in the middle: of the worker while four steps are under way, and of Temporal itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from engine.client import connect
from engine.clock import FileClock
from engine.settings import Settings
from runtime.conductor import FIRST_MOMENT, Conductor
from runtime.demo import MORNING
from runtime.demo_people import Staff
from runtime.people import add_demo_people
from runtime.stack import SANDBOX, Ports, Stack
from runtime.wiring import Parts, parts_of
from sandbox.scenarios import seeds
from store import cases

pytestmark = pytest.mark.slow

ORDERS = ("SO-2026-0002", "SO-2026-0003", "SO-2026-0012", "SO-2026-0020")
HANGING = (
    ("erp", "POST /reservations"),
    ("carrier", "POST /shipments"),
    ("tax", "POST /invoices"),
    ("payer_a", "POST /claims"),
)


def stack_in(folder: Path, environment: pytest.MonkeyPatch) -> tuple[Stack, Parts]:
    stack = Stack(folder, ports=Ports.free(), simulated=True, start_clock=FIRST_MOMENT.isoformat())
    for name, value in stack.environment().items():
        environment.setenv(name, value)
    FileClock(stack.clock_file).set(FIRST_MOMENT)
    parts = parts_of(Settings(home=folder, clock=f"file:{stack.clock_file}"))
    parts.database.migrate()
    add_demo_people(parts.database)
    return stack, parts


async def every_fault_has_struck(stack: Stack) -> None:
    """Wait until each counterparty has a call of ours hanging."""
    async with httpx.AsyncClient(trust_env=False) as http:
        for name, _ in HANGING:
            url = f"{stack.ports.url_of(name)}/_sandbox/faults"
            for _ in range(600):
                if not (await http.get(url)).raise_for_status().json():
                    break
                await asyncio.sleep(0.1)
            else:
                raise AssertionError(f"nothing hangs at {name}")


async def set_clock(stack: Stack, day: int) -> None:
    moment = FIRST_MOMENT + timedelta(days=day) + MORNING
    FileClock(stack.clock_file).set(moment)
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        for name in SANDBOX:
            url = f"{stack.ports.url_of(name)}/_sandbox/clock"
            (await http.put(url, json={"now": moment.isoformat()})).raise_for_status()


async def seed_and_hang(stack: Stack) -> None:
    """Seed the sandbox; the first call of each kind is taken and never answered."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        for name, body in seeds().items():
            url = f"{stack.ports.url_of(name)}/_sandbox/seed"
            (await http.post(url, json=body)).raise_for_status()
        for name, match in HANGING:
            fault = {"match": match, "times": 1, "how": "hang"}
            url = f"{stack.ports.url_of(name)}/_sandbox/faults"
            (await http.put(url, json=[fault])).raise_for_status()


def orders_at(stack: Stack, name: str, part: str) -> list[str]:
    """The orders that a counterparty holds something of, asked there."""
    url = f"{stack.ports.url_of(name)}/_sandbox/books"
    return sorted(row["order_no"] for row in httpx.get(url, trust_env=False).json()[part])


async def kill_worker_and_server(stack: Stack) -> None:
    """Without a word, as a power cut would; then start both again."""
    stack.workers[0].kill()
    assert stack.running_server is not None
    stack.running_server.kill()
    stack.running_server = stack.server.start(stack.home / "log" / "temporal.log")
    stack.workers[0].start()


async def test_a_killed_worker_and_a_killed_server_lose_and_double_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, parts = stack_in(tmp_path, monkeypatch)
    stack.start()
    try:
        await seed_and_hang(stack)
        staff = Staff(parts.settings.api_url)
        client = await connect(parts.settings)
        for order_no in ORDERS:
            await staff.start_case(order_no)
        # The parcels of those that got so far arrive, and their webhooks wake the cases.
        await asyncio.sleep(3)
        await set_clock(stack, 3)
        await every_fault_has_struck(stack)

        # Four steps hang, each at another counterparty.
        await kill_worker_and_server(stack)
        urls = {name: stack.ports.url_of(name) for name in SANDBOX}
        conductor = Conductor(client, FileClock(stack.clock_file), urls)
        for day in range(4, 8):
            await conductor.move_to(FIRST_MOMENT + MORNING + timedelta(days=day))

        with parts.database.reading() as session:
            stages = {no: cases.case_of(session, no).stage.value for no in ORDERS}
        assert set(stages.values()) <= {"claiming", "collecting"}, stages
        assert orders_at(stack, "erp", "reservations") == sorted(ORDERS)
        assert orders_at(stack, "carrier", "shipments") == sorted(ORDERS)
        assert orders_at(stack, "tax", "invoices") == sorted(ORDERS)
        assert orders_at(stack, "payer_a", "claims") == sorted(ORDERS)
        await conductor.close()
        await staff.close()
    finally:
        stack.stop()
        parts.database.dispose()
