"""Run the bench: `python -m bench [--cases N] [--rounds N]`. Writes bench/results/."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from temporalio.client import Client, WorkflowHandle, WorkflowHistory

from bench.figures import Figures, events_ratio, figures, middle, ratios
from bench.measure import Cpu, cpu_s
from bench.noop import QUEUE, TwelveSteps
from bench.orders import bench_orders
from bench.plot import plot
from domain.facts import AccountDay, CaseStart, CollectDay
from engine.client import connect
from engine.clock import FileClock
from engine.ids import case_id, claim_id
from engine.queues import CASES, DOCUMENTS, MONEY_FIRST
from engine.settings import load_settings
from runtime.conductor import FIRST_MOMENT
from runtime.processes import Running, python
from runtime.stack import Ports, Stack
from runtime.wiring import parts_of
from workflows.collect_statements import CollectStatements
from workflows.order_to_cash import OrderToCash
from workflows.reconcile_day import ReconcileDay

Handle = WorkflowHandle[Any, Any]
RESULTS = Path("bench/results")
BANK = "BA-01"
PAYER = "PA"
# A case waits for two rounds of the books, whose events are not counted. After a pause of three
# seconds fifty cases in flight left a quarter of a quick machine idle.
CYCLE_PAUSE_S = 0.5
# Python takes one step at a time in a process, so each core has one of its own: cases' and no-op's.
PROCESSES = os.cpu_count() or 1


@dataclass
class Bench:
    """The processes of one run."""

    stack: Stack
    noops: list[Running]
    client: Client
    started: float

    def cpu(self) -> Cpu:
        """CPU seconds so far."""
        server = self.stack.running_server
        return Cpu(
            server=cpu_s(server.pid) if server else 0.0,
            worker=sum(cpu_s(process.pid) for process in [*self.stack.workers, *self.noops]),
            sandbox=sum(cpu_s(service.pid) for service in self.stack.sandbox.values()),
            driver=time.process_time(),
        )


@dataclass(frozen=True)
class Window:
    """What ended while the flight was full: workflow ids, and the seconds and CPU of that time."""

    ids: list[str]
    seconds: float
    spent: Cpu


async def flight(
    bench: Bench, start: Callable[[int], Awaitable[Handle]], count: int, in_flight: int
) -> Window:
    """Keep `in_flight` workflows going and look at `count` that end while as many are under way.

    Before the window as many end as fly at a time, and after it others still fly: a house that
    fills or empties sustains nothing. One at a time there is nothing to fill.
    """
    filling = in_flight if in_flight > 1 else 0
    gate = asyncio.Semaphore(in_flight)
    ended: list[str] = []
    marks: list[tuple[float, Cpu]] = []

    async def one(number: int) -> None:
        async with gate:
            handle = await start(number)
            await handle.result()
            ended.append(str(handle.id))
            if len(ended) in (filling, filling + count):
                marks.append((time.monotonic(), bench.cpu()))

    if not filling:
        marks.append((time.monotonic(), bench.cpu()))
    await asyncio.gather(*(one(number) for number in range(count + 2 * filling)))
    (opened, before), (closed, after) = marks
    return Window(ended[filling : filling + count], closed - opened, after.since(before))


async def histories_of(client: Client, ids: list[str]) -> list[WorkflowHistory]:
    """Fetch histories, a few at a time."""
    gate = asyncio.Semaphore(8)

    async def one(workflow_id: str) -> WorkflowHistory:
        async with gate:
            return await client.get_workflow_handle(workflow_id).fetch_history()

    return list(await asyncio.gather(*(one(workflow_id) for workflow_id in ids)))


async def measure_noop(bench: Bench, count: int, in_flight: int, tag: str) -> Figures:
    """Measure the peer."""

    async def start(number: int) -> Handle:
        return await bench.client.start_workflow(
            TwelveSteps.run, number, id=f"noop-{tag}-{number}", task_queue=QUEUE
        )

    window = await flight(bench, start, count, in_flight)
    histories = await histories_of(bench.client, window.ids)
    return figures("no-op", [[h] for h in histories], in_flight, window.seconds, window.spent)


async def measure_cases(bench: Bench, count: int, in_flight: int, tag: str) -> Figures:
    """Measure our cases, with collecting and reconciling going on beside them."""
    erp = bench.stack.ports.url_of("erp")
    async with httpx.AsyncClient(timeout=60.0, trust_env=False) as http:
        body = bench_orders(count + 2 * in_flight, prefix=tag)
        (await http.post(f"{erp}/_sandbox/seed", json=body)).raise_for_status()

    async def start(number: int) -> Handle:
        order_no = f"SO-{tag}-{number:05d}"
        return await bench.client.start_workflow(
            OrderToCash.run, CaseStart(order_no), id=case_id(order_no), task_queue=CASES
        )

    books = asyncio.create_task(keep_books(bench, tag))
    window = await flight(bench, start, count, in_flight)
    books.cancel()
    claims = [claim_id(f"CL-{case.removeprefix('case-SO-')}-1") for case in window.ids]
    parents = await histories_of(bench.client, window.ids)
    children = await histories_of(bench.client, claims)
    lives = [[parent, child] for parent, child in zip(parents, children, strict=True)]
    return figures("case", lives, in_flight, window.seconds, window.spent)


async def keep_books(bench: Bench, tag: str) -> None:
    """Collect and reconcile again and again, as the schedules would, until cancelled.

    Only from the two sources that pay these cases: a house asks the others once a day, not every
    other second.
    """
    day, turn = FIRST_MOMENT.date(), 0
    while True:
        turn += 1
        collecting = [
            await bench.client.start_workflow(
                CollectStatements.run,
                CollectDay(day, source),
                id=f"collect-{source}-{tag}-{turn}",
                task_queue=CASES,
                priority=MONEY_FIRST,
            )
            for source in (PAYER, BANK)
        ]
        await asyncio.gather(*(collected.result() for collected in collecting))
        matched = await bench.client.start_workflow(
            ReconcileDay.run,
            AccountDay(BANK, day),
            id=f"reconcile-{tag}-{turn}",
            task_queue=CASES,
            priority=MONEY_FIRST,
        )
        await matched.result()
        await asyncio.sleep(CYCLE_PAUSE_S)


async def run(arguments: argparse.Namespace, console: Console) -> dict[str, object]:
    """Start everything, measure alone and in flight, stop everything; return the result."""
    home = Path(tempfile.mkdtemp(prefix="huikuan-bench-"))
    profiles = shutil.copytree("counterparties", home / "counterparties")
    # The bench has no browser, so it does without the payer that needs one.
    shutil.rmtree(profiles / "PB")
    started = time.monotonic()
    stack = Stack(
        home,
        ports=Ports.free(),
        simulated=True,
        start_clock=FIRST_MOMENT.isoformat(),
        queues=(*[(CASES,)] * PROCESSES, (DOCUMENTS,)),
        webhooks=False,
    )
    os.environ.update(stack.environment())
    os.environ["HUIKUAN_COUNTERPARTIES_FOLDER"] = str(profiles)
    FileClock(stack.clock_file).set(FIRST_MOMENT)
    parts = parts_of(load_settings())
    parts.database.migrate()
    stack.start()
    noops = [
        Running(f"noop-{number}", python("bench.noop"), home / "log" / f"noop-{number}.log")
        for number in range(PROCESSES)
    ]
    try:
        for noop in noops:
            noop.start()
        client = await connect(parts.settings)
        bench = Bench(stack, noops, client, started)
        return await measured(bench, arguments, console)
    finally:
        for noop in noops:
            noop.stop()
        stack.stop()
        parts.database.dispose()
        shutil.rmtree(home, ignore_errors=True)


async def measured(
    bench: Bench, arguments: argparse.Namespace, console: Console
) -> dict[str, object]:
    """Warm up, then measure: alone, and many in flight."""
    async with httpx.AsyncClient(timeout=60.0, trust_env=False) as http:
        for name in bench.stack.sandbox:
            url = f"{bench.stack.ports.url_of(name)}/_sandbox/instant"
            (await http.put(url, json={"on": True})).raise_for_status()
    with console.status("first case …"):
        await measure_cases(bench, 1, 1, "FIRST")
        first_s = time.monotonic() - bench.started
        await measure_noop(bench, 20, 10, "warm")
        await measure_cases(bench, 5, 5, "WARM")
    rows = []
    with console.status("alone …"):
        rows.append(await measure_noop(bench, arguments.alone, 1, "alone"))
        rows.append(await measure_cases(bench, arguments.alone, 1, "ALONE"))
    rounds = []
    for turn in range(1, arguments.rounds + 1):
        with console.status(f"in flight, round {turn} of {arguments.rounds} …"):
            noop = await measure_noop(bench, arguments.cases, arguments.flight, f"many{turn}")
            case = await measure_cases(bench, arguments.cases, arguments.flight, f"MANY{turn}")
        rounds.append((noop, case))
    rows += middle(rounds)
    return {
        "taken": datetime.now().astimezone().isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "first_reconciled_case_s": round(first_s, 1),
        "rows": [asdict(row) for row in rows],
        "ratios": ratios(rows),
        "ratio_of_each_round": [events_ratio(*pair) for pair in rounds],
    }


def show(console: Console, result: dict[str, object], rows: list[dict[str, object]]) -> None:
    """Print the table."""
    # A figure a line: a terminal is too narrow for a column each.
    table = Table("figure", title="make bench")
    for row in rows:
        table.add_column(f"{row['kind']}, {row['in_flight']} at a time", justify="right")
    for name in rows[0]:
        if name not in ("kind", "in_flight"):
            table.add_row(name.replace("_", " "), *(str(row[name]) for row in rows))
    console.print(table)
    console.print(f"first reconciled case after {result['first_reconciled_case_s']} s")
    console.print(f"ratios to the no-op: {result['ratios']}")
    console.print(f"events/s, sandbox apart, in each round: {result['ratio_of_each_round']}")


def main() -> int:
    """Read the arguments and run."""
    reader = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    reader.add_argument("--cases", type=int, default=100, help="of each kind in flight, a round")
    reader.add_argument("--rounds", type=int, default=3, help="both kinds in turn, so many times")
    reader.add_argument("--flight", type=int, default=50, help="how many at a time")
    reader.add_argument("--alone", type=int, default=15, help="workflows one after the other")
    arguments = reader.parse_args()
    console = Console()
    result = asyncio.run(run(arguments, console))
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    rows: list[dict[str, object]] = result["rows"]  # type: ignore[assignment]
    show(console, result, rows)
    plot(rows, file.with_suffix(".png"))
    console.print(f"written: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
