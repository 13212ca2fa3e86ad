"""The demo: 24 orders live 60 days on a real Temporal server while you watch."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.live import Live
from temporalio.client import Client

from domain.facts import AccountDay, CollectDay
from domain.settlement_check import SettledDays
from engine.client import connect
from engine.clock import FileClock
from engine.ids import collect_id, funds_id, reconcile_id, settlements_id
from engine.queues import CASES, MONEY_FIRST
from engine.settings import load_settings
from runtime.conductor import FIRST_MOMENT, Conductor
from runtime.demo_bill import DemoBill
from runtime.demo_people import Script, Staff
from runtime.invariants import check_everything
from runtime.people import add_demo_people
from runtime.progress import Progress
from runtime.report import print_report
from runtime.stack import SANDBOX, Ports, Stack, stop_remembered
from runtime.wiring import Parts, parts_of
from sandbox.scenarios import expected, seeds, told_orders
from workflows.check_settlements import CheckSettlements
from workflows.collect_statements import CollectStatements
from workflows.hand_over_funds import HandOverFunds
from workflows.reconcile_day import ReconcileDay

DAYS = 60
MONDAY = 0
MORNING = timedelta(hours=1)
"""The working day of the demo begins an hour after its calendar: at nine."""


@dataclass
class Demo:
    """One run: the processes, the clock, the people, and the orders with their outcomes."""

    stack: Stack
    parts: Parts
    client: Client
    conductor: Conductor
    staff: Staff
    outcomes: list[dict[str, Any]]
    progress: Progress
    started: float
    first_closed_s: float | None = None
    script: Script = field(init=False)
    bill: DemoBill = field(init=False)

    def __post_init__(self) -> None:
        self.script = Script(self.outcomes)
        outside = (self.stack.ports.url_of(name) for name in ("acquirer", "erp", "bank"))
        self.bill = DemoBill(self.parts, self.staff, *outside)

    async def live(self) -> None:
        """Live day after day until only people are waited for."""
        for day in range(DAYS + 1):
            await self.conductor.move_to(FIRST_MOMENT + MORNING + timedelta(days=day))
            await self._work(day)
            self._note_first_closed()
            self.progress.show_day(self.conductor.now, self.parts)

    async def _work(self, day: int) -> None:
        """What happens on a working day, in the order in which an office does it."""
        today = self.conductor.now.date()
        for outcome in self.outcomes:
            if outcome["start_day"] == day:
                await self.staff.start_case(outcome["order_no"])
            for act in outcome["ops"]:
                if act["day"] == day:
                    await self.staff.request_cancel(outcome["order_no"], act["reason"])
        await self.collect_and_reconcile(today)
        await self.bill.work(day)
        for review, planned in self.script.due(await self.staff.open_reviews(), today):
            await self.staff.decide(review, planned)

    async def collect_and_reconcile(self, today: date) -> None:
        """What the schedules do in production, for this day."""
        collect = await self.client.start_workflow(
            CollectStatements.run,
            CollectDay(today),
            id=collect_id(today),
            task_queue=CASES,
            priority=MONEY_FIRST,
            static_summary=f"collect {today}",
        )
        await self.conductor.result_or_question(collect.id)
        for bank in self.parts.counterparties.banks():
            reconcile = await self.client.start_workflow(
                ReconcileDay.run,
                AccountDay(bank.code, today),
                id=reconcile_id(bank.code, today),
                task_queue=CASES,
                priority=MONEY_FIRST,
                static_summary=f"reconcile {bank.code} {today}",
            )
            await self.conductor.result_or_question(reconcile.id)
        funds = await self.client.start_workflow(
            HandOverFunds.run,
            id=funds_id(today),
            task_queue=CASES,
            priority=MONEY_FIRST,
            static_summary=f"hand over funds {today}",
        )
        await self.conductor.result_or_question(funds.id)
        if today.weekday() == MONDAY:
            await self.check_settlements(today)

    async def check_settlements(self, today: date) -> None:
        """The schedule's look at each insurer's books, for the week before."""
        for payer in self.parts.counterparties.payers():
            if payer.way == "api":
                week = SettledDays(payer.code, today - timedelta(days=7), today - timedelta(days=1))
                check = await self.client.start_workflow(
                    CheckSettlements.run,
                    week,
                    id=settlements_id(payer.code, today),
                    task_queue=CASES,
                    static_summary=f"check {payer.code}'s settlements of a week",
                )
                await self.conductor.result_or_question(check.id)

    def _note_first_closed(self) -> None:
        if self.first_closed_s is None and self.progress.closed(self.parts):
            self.first_closed_s = time.monotonic() - self.started


def run_demo(home: Path, *, once: bool, console: Console) -> int:
    """Run the demo in a fresh folder; return the exit status."""
    home = home.absolute()
    _end_like_ctrl_c()
    stop_remembered(home)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    started = time.monotonic()
    stack = Stack(home, ports=Ports.chosen(), simulated=True, start_clock=FIRST_MOMENT.isoformat())
    with _environment(stack.environment()):
        FileClock(stack.clock_file).set(FIRST_MOMENT)
        parts = parts_of(load_settings())
        with console.status("Starting Temporal, the sandbox, the API and the workers …"):
            parts.database.migrate()
            add_demo_people(parts.database)
            stack.start()
        try:
            return asyncio.run(_live(stack, parts, console, once=once, started=started))
        except KeyboardInterrupt:
            return 130
        finally:
            with console.status("Ending what was started …"):
                stack.stop()
                parts.database.dispose()


def _end_like_ctrl_c() -> None:
    """A closed terminal or a plain `kill` must not leave a dozen processes behind."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


async def _live(stack: Stack, parts: Parts, console: Console, *, once: bool, started: float) -> int:
    client = await connect(parts.settings)
    await _seed(stack)
    urls = {name: stack.ports.url_of(name) for name in SANDBOX}
    conductor = Conductor(client, FileClock(stack.clock_file), urls)
    staff = Staff(parts.settings.api_url)
    outcomes = [expected(number) for number in told_orders()]
    progress = Progress([outcome["order_no"] for outcome in outcomes], days=DAYS)
    demo = Demo(stack, parts, client, conductor, staff, outcomes, progress, started)
    try:
        with Live(progress, console=console, refresh_per_second=4, transient=False):
            await demo.live()
            await conductor.settle()
        findings = await check_everything(demo)
        await print_report(console, demo, findings)
        holds = all(finding.holds for finding in findings)
        if not once:
            console.print("\n[bold]Everything stays up until Ctrl-C.[/bold]")
            await _stay(demo)
        return 0 if holds else 1
    finally:
        await conductor.close()
        await staff.close()


async def _stay(demo: Demo) -> None:
    """Serve the visitor: time goes on, a day every few seconds, while a case waits for it."""
    day = DAYS
    while True:
        await asyncio.sleep(3)
        if await demo.conductor.somebody_waits_for_time():
            day += 1
            await demo.conductor.move_to(FIRST_MOMENT + MORNING + timedelta(days=day))
            await demo.collect_and_reconcile(demo.conductor.now.date())


async def _seed(stack: Stack) -> None:
    async with httpx.AsyncClient(timeout=30.0, trust_env=False) as http:
        for name, body in seeds().items():
            answer = await http.post(f"{stack.ports.url_of(name)}/_sandbox/seed", json=body)
            answer.raise_for_status()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
