"""A house whose every part is a process of its own, so that each can be killed or started anew."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from engine.client import connect
from engine.clock import FileClock
from engine.queues import BOTS, CASES, DOCUMENTS
from engine.settings import load_settings
from runtime.conductor import FIRST_MOMENT, Conductor
from runtime.demo import MORNING
from runtime.doors import Doors
from runtime.drainer import Drainer
from runtime.invariants import bank_differs, failures_in, unbalanced
from runtime.people import add_demo_people
from runtime.processes import Running as Process
from runtime.stack import SANDBOX, Ports, Stack
from runtime.wiring import parts_of, world_of
from tests.lifecycle.house import House
from tests.sandbox.running import Running
from tests.templates import furnish_with_tables

Seeds = Mapping[str, Mapping[str, Any]]

_STARTED = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
PATIENCE_S = 15
LIVES_TO_NUDGE = (
    "ExecutionStatus='Running' AND WorkflowType IN "
    "('OrderToCash', 'ClaimLife', 'ReviewLife', 'PaymentLife', 'ReturnLife', 'AwaitBill')"
)


@dataclass(kw_only=True)
class HouseOfProcesses(House):
    """What a diary knows, and the processes behind it."""

    stack: Stack

    def worker(self, queue: str) -> Process:
        """The process that serves this queue."""
        return next(worker for worker in self.stack.workers if worker.name.endswith(queue))

    def kill(self, queue: str) -> None:
        """SIGKILL to the worker and to all that it started, its browser too; then a fresh one."""
        worker = self.worker(queue)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.kill()
        worker.start()

    def kill_the_server(self) -> None:
        """SIGKILL to Temporal itself, as a power cut would; then start it again."""
        assert self.stack.running_server is not None
        self.stack.running_server.kill()
        self.stack.running_server = self.stack.server.start(
            self.stack.home / "log" / "temporal.log"
        )

    def pass_outside(self, days: int, hours: int = 0) -> None:
        """Move the clocks of the business and the sandbox; the lives stay where they are."""
        moment = self.moment(days) + timedelta(hours=hours)
        self.conductor.clock.set(moment)
        for name in SANDBOX:
            self.sandbox[name].put("clock", {"now": moment.isoformat()})

    @staticmethod
    def moment(day: int) -> datetime:
        """Nine o'clock of this day."""
        return FIRST_MOMENT + MORNING + timedelta(days=day)

    async def under_way(self, *, is_taken: bool = True) -> list[str]:
        """The name of every step that a worker has taken and not ended, in alphabetical order.

        Without `is_taken` also those that wait for a worker.
        """
        found: list[str] = []
        async for life in self.client.list_workflows("ExecutionStatus='Running'"):
            try:
                described = await self.client.get_workflow_handle(life.id).describe()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                continue
            pending = described.raw_description.pending_activities
            found += [
                step.activity_type.name
                for step in pending
                if step.state == _STARTED or not is_taken
            ]
        return sorted(found)

    async def until_under_way(self, *steps: str) -> None:
        """Wait until these steps are under way, others perhaps too, and every fault has struck."""
        wanted, seen = sorted(steps), [""]
        for _ in range(PATIENCE_S * 20):
            seen = await self.under_way()
            if not Counter(wanted) - Counter(seen) and not any(self.faults_left()):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"under way: {seen}, wanted: {wanted}, left: {self.faults_left()}")

    async def until_waited_for(self, step: str) -> None:
        """Wait until a life wants this step, whether or not a worker has taken it."""
        for _ in range(PATIENCE_S * 20):
            if step in await self.under_way(is_taken=False):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"no life wants {step}")

    async def until_handed_in(self, order_no: str) -> None:
        """Wait until no claim of this order is still on our side."""
        for _ in range(PATIENCE_S * 4 * 20):
            claims = self.claims(order_no)
            if claims and all(status == "submitted" for _, status, _, _ in claims):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{order_no} is not handed in: {self.claims(order_no)}")

    def faults_left(self) -> list[Any]:
        """What has not struck yet, one list for each counterparty."""
        return [self.sandbox[name].get("/_sandbox/faults") for name in SANDBOX]

    @contextmanager
    def writing_takes_long(self) -> Iterator[None]:
        """Whoever writes into our store meanwhile stands still in the middle of its step."""
        holder = sqlite3.connect(self.store_file, isolation_level=None)
        try:
            holder.execute("BEGIN IMMEDIATE")
            yield
            holder.execute("ROLLBACK")
        finally:
            holder.close()

    @property
    def store_file(self) -> Path:
        """Our store."""
        name = self.parts.settings.database_url.removeprefix("sqlite:///")
        return Path(name)

    async def books_are_sound(self) -> None:
        """Debits = credits, bank = ledger, suspense explained, and no life has failed."""
        assert unbalanced(self.parts) == []
        assert await bank_differs(self.parts) == []
        assert self.suspense_is_explained()
        assert await failures_in(self.client) == []

    def restored(self, file: Path, copy: Path) -> None:
        """Stop everything, put the copy in the file's place, and start everything again."""
        self.stack.stop()
        self.parts.database.dispose()
        for old in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            old.unlink(missing_ok=True)
        shutil.copyfile(copy, file)
        self.stack.start()

    async def nudge_every_life(self) -> None:
        """What docs/operations.md tells to do after a restore, with the same command."""
        await connect(self.parts.settings)  # which waits until a restarted server answers
        sent = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("temporal")),
            "workflow", "signal", "--yes", "--reason", "restored",
            "--address", self.server.address,
            "--query", LIVES_TO_NUDGE,
            "--name", "look",
            "--input", '"restored"',
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert await sent.wait() == 0
        await asyncio.sleep(1)
        await self.conductor.settle()


def safe_copy(file: Path) -> Path:
    """Copy a database that is in use."""
    copy = file.with_name(f"{file.name}.copy")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


@asynccontextmanager
async def house_of_processes(
    folder: Path,
    environment: pytest.MonkeyPatch,
    seeds: Seeds,
    queues: Sequence[Sequence[str]] = ((CASES,), (BOTS,), (DOCUMENTS,)),
) -> AsyncIterator[HouseOfProcesses]:
    """Start everything at eight on the first Monday, with a worker for each group of queues."""
    stack = Stack(
        folder,
        ports=Ports.free(),
        simulated=True,
        start_clock=FIRST_MOMENT.isoformat(),
        queues=queues,
    )
    for name, value in stack.environment().items():
        environment.setenv(name, value)
    FileClock(stack.clock_file).set(FIRST_MOMENT)
    parts = parts_of(load_settings())
    furnish_with_tables(parts.database, parts.settings.database_url, folder)
    add_demo_people(parts.database)
    async with AsyncExitStack() as ending:
        ending.callback(parts.database.dispose)
        ending.callback(stack.stop)
        stack.start()
        sandbox = _sandbox(ending, stack, seeds)
        client: Client = await connect(parts.settings)
        drainer = Drainer(parts.database, client, parts.clock)
        ending.push_async_callback(drainer.close)
        world = world_of(parts, drainer.poke)
        ending.callback(world.close)
        urls = {name: stack.ports.url_of(name) for name in SANDBOX}
        conductor = Conductor(client, FileClock(stack.clock_file), urls)
        ending.push_async_callback(conductor.close)
        assert stack.running_server is not None
        yield HouseOfProcesses(
            parts,
            client,
            stack.running_server,
            conductor,
            sandbox,
            Doors(parts, client),
            world,
            stack=stack,
        )


def _sandbox(ending: AsyncExitStack, stack: Stack, seeds: Seeds) -> dict[str, Running]:
    found = {}
    for name in SANDBOX:
        http = httpx.Client(
            base_url=stack.ports.url_of(name),
            timeout=30,
            trust_env=False,
            verify=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        found[name] = Running(ending.enter_context(http))
    for name, body in seeds.items():
        found[name].post("/_sandbox/seed", body, 200)
    return found


def hang(match: str, how: str = "hang") -> dict[str, Any]:
    """A fault: the first such call gets no answer; with `hang_after_commit` its work is done."""
    return {"match": match, "times": 1, "how": how}


def orders(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Whose rows a counterparty holds."""
    return sorted(row["order_no"] for row in rows)
