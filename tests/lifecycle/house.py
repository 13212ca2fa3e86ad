"""A whole house for one diary: real Temporal server, real workers, real API, the sandbox outside.

Everything runs in this process but the server (and the browser), so that a diary costs seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client
from temporalio.worker import Worker

from activities.waking import drain
from activities.world import World
from domain.facts import AccountDay, CollectDay
from domain.review import ReviewKind, Role
from engine.client import connect
from engine.clock import FileClock
from engine.dev_server import DevServer, RunningServer
from engine.ids import case_id, collect_id, reconcile_id
from engine.queues import CASES
from engine.search_attributes import ensure
from engine.settings import Settings
from runtime.conductor import FIRST_MOMENT, Conductor
from runtime.demo import MORNING
from runtime.doors import Doors
from runtime.drainer import Drainer
from runtime.people import add_demo_people, login_of
from runtime.processes import free_port
from runtime.serving import app_of
from runtime.stack import SANDBOX
from runtime.wiring import Parts, parts_of, world_of
from runtime.workers import bot_workers, case_worker, document_worker
from sandbox.scenarios import seeds
from store import audit, cases, claims, deciding, ledger, money, people, reviews
from store.reviews import ReviewView
from tests.browser import browser
from tests.lifecycle.profiles import lay_out_profiles
from tests.sandbox.running import Running, _Stage, running
from tests.templates import furnish_with_tables
from workflows.collect_statements import CollectStatements
from workflows.reconcile_day import ReconcileDay


@dataclass
class House:
    """One business with everything that a diary writes about."""

    parts: Parts
    client: Client
    server: RunningServer
    conductor: Conductor
    sandbox: Mapping[str, Running]
    doors: Doors
    world: World
    workers: list[Worker] = field(default_factory=list)
    day: int = 0

    async def start(self, order_no: str) -> None:
        """Ops starts a case."""
        await self.doors.start_case(order_no, login_of(Role.OPS))

    async def morning(self, day: int) -> list[str]:
        """It is nine o'clock of this day (0 is Monday 5 January 2026); all follow."""
        self.day = day
        return await self.conductor.move_to(FIRST_MOMENT + MORNING + timedelta(days=day))

    async def office_hours(self) -> None:
        """Collect what every source has, then reconcile both accounts."""
        today = self.conductor.now.date()
        await self.client.start_workflow(
            CollectStatements.run, CollectDay(today), id=collect_id(today), task_queue=CASES
        )
        await self.conductor.settle()
        for bank in self.parts.counterparties.banks():
            await self.client.start_workflow(
                ReconcileDay.run,
                AccountDay(bank.code, today),
                id=reconcile_id(bank.code, today),
                task_queue=CASES,
            )
        await self.conductor.settle()

    async def live_until(self, day: int) -> None:
        """Work every day from tomorrow to this one."""
        for number in range(self.day + 1, day + 1):
            await self.morning(number)
            await self.office_hours()

    def inbox(self) -> list[ReviewView]:
        """Every open question."""
        with self.parts.database.reading() as session:
            return reviews.inbox(session)

    def asked(self, kind: ReviewKind, case_no: str = "", subject: str = "") -> ReviewView:
        """The one open question of this kind; of this case, or about this subject."""
        found = [
            review
            for review in self.inbox()
            if review.kind is kind
            and case_no in ("", review.case_no)
            and subject in ("", review.subject)
        ]
        assert len(found) == 1, f"{len(found)} open {kind}: {[r.kind for r in self.inbox()]}"
        return found[0]

    async def decide(
        self,
        kind: ReviewKind,
        outcome: str,
        *,
        by: Role,
        value: str = "",
        case_no: str = "",
        subject: str = "",
        text: str = "so decided in the diary",
    ) -> None:
        """A person decides in one transaction; the life is told before all is called quiet."""
        review = self.asked(kind, case_no, subject)
        with self.parts.database.transaction() as session:
            deciding.decide(
                session,
                review_no=review.review_no,
                person=people.person_of(session, login_of(by)),
                outcome=outcome,
                reason_code="TEST",
                text=text,
                value=value,
                version=review.version,
                evidence_hash=review.evidence_hash,
                idempotency_key=f"diary-{review.review_no}",
                now=self.parts.clock.now(),
            )
        await drain(self.parts.database, self.client, self.parts.clock)
        await self.conductor.settle()

    def stage(self, order_no: str) -> str:
        """Where a case stands."""
        with self.parts.database.reading() as session:
            return cases.case_of(session, order_no).stage.value

    def claims(self, order_no: str) -> list[tuple[str, str, int, str]]:
        """Payer, status, version and paid amount of each claim."""
        with self.parts.database.reading() as session:
            return [
                (claim.payer, claim.status.value, claim.version, claim.paid.plain())
                for claim in claims.claims_of(session, order_no)
            ]

    def books(self) -> dict[str, str]:
        """Every account that holds something; debits count up."""
        with self.parts.database.reading() as session:
            found = {
                account: ledger.balance(session, account)
                for account, _, _ in ledger.trial_balance(session)
            }
        return {account: held.plain() for account, held in sorted(found.items()) if held}

    def suspense_is_explained(self) -> bool:
        """Whether suspense is exactly the sum of the open differences."""
        with self.parts.database.reading() as session:
            held = ledger.suspense_total(session)
            return held.minor == sum(d.amount.minor for d in money.open_differences(session))

    def security_events(self) -> list[str]:
        """What was reported as dishonest."""
        with self.parts.database.reading() as session:
            return [event.kind for event in audit.security_events(session)]

    async def status(self, order_no: str) -> str:
        """What Temporal says of a case's workflow: RUNNING, COMPLETED, ..."""
        described = await self.client.get_workflow_handle(case_id(order_no)).describe()
        return described.status.name if described.status else "UNKNOWN"

    async def details(self, workflow_id: str) -> str:
        """The text that the Temporal UI shows beside a life."""
        handle = self.client.get_workflow_handle(workflow_id)
        told = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str(told.current_details)

    def held_by(self, name: str) -> Any:
        """What a counterparty holds, asked there."""
        return self.sandbox[name].books()


@asynccontextmanager
async def house(
    folder: Path,
    environment: pytest.MonkeyPatch,
    *,
    with_browser: bool = False,
    database_url: str = "",
    on_trial: Mapping[str, str] = MappingProxyType({}),
    without_advices: Iterable[str] = (),
) -> AsyncIterator[House]:
    """Build a house below `folder`, on free ports, at eight on the first Monday.

    `on_trial`: payers of the sandbox that this house deals with as well, {"PC": "payer_c"};
    `without_advices`: those whose credits alone say what they pay.
    """
    stage = _Stage()
    async with AsyncExitStack() as stack:
        server = DevServer(folder / "temporal.sqlite", port=free_port(), ui_port=free_port())
        started = server.start(folder / "temporal.log")
        stack.callback(started.stop)
        environment.setenv("TEMPORAL_ADDRESS", started.address)
        names = (*SANDBOX, *on_trial.values())
        outside = _outside(stack, folder, f"{stage.url}/webhooks", environment, names)
        lay_out_profiles(folder, on_trial, without_advices, with_browser=with_browser)
        parts = _parts(folder, stage.url, database_url)
        stack.callback(parts.database.dispose)
        client = await connect(parts.settings)
        await ensure(client)
        await _open_api(stack, stage, parts)
        drainer = Drainer(parts.database, client, parts.clock)
        stack.push_async_callback(drainer.close)
        world = world_of(parts, drainer.poke)
        stack.callback(world.close)
        workers = [case_worker(client, world), document_worker(client, world)]
        if with_browser:
            workers += await stack.enter_async_context(bot_workers(client, parts, world))
        for worker in workers:
            await stack.enter_async_context(worker)
        urls = {name: _url(outside[name]) for name in names}
        conductor = Conductor(client, FileClock(folder / "clock"), urls)
        stack.push_async_callback(conductor.close)
        yield House(
            parts, client, started, conductor, outside, Doors(parts, client), world, workers
        )


def _url(counterparty: Running) -> str:
    return str(counterparty.client.base_url).rstrip("/")


def _outside(
    stack: AsyncExitStack,
    folder: Path,
    webhook_url: str,
    environment: pytest.MonkeyPatch,
    names: Sequence[str],
) -> dict[str, Running]:
    """Serve and seed every counterparty; the bank first, for others pay into it."""
    found: dict[str, Running] = {}
    for name in sorted(names, key=lambda name: name != "bank"):
        settings = {"webhook_url": webhook_url}
        if "bank" in found:
            settings["bank_url"] = _url(found["bank"])
        service = import_module(f"sandbox.{name}").service
        context = running(service, folder / "sandbox" / name, **settings)
        found[name] = stack.enter_context(context)
        environment.setenv(f"HUIKUAN_{name.upper()}_URL", _url(found[name]))
    card_port = found["acquirer"].get("/_sandbox/card-port")["port"]
    environment.setenv("HUIKUAN_ACQUIRER_CARD_URL", f"tcp://127.0.0.1:{card_port}")
    keys = folder / "sandbox" / "acquirer" / "acquirer-keys"
    environment.setenv("HUIKUAN_ACQUIRER_KEYS", str(keys))
    environment.setenv("HUIKUAN_ACQUIRER_DROP_BOX", str(keys.with_name("acquirer-drop-box")))
    for name, body in seeds().items():
        found[name].client.post("/_sandbox/seed", json=body).raise_for_status()
    return found


def _parts(folder: Path, api_url: str, database_url: str) -> Parts:
    """A migrated store with the demo's people, and a clock that stands at the first moment."""
    FileClock(folder / "clock").set(FIRST_MOMENT)
    settings = Settings(
        home=folder / "var",
        counterparties_folder=folder / "counterparties",
        clock=f"file:{folder / 'clock'}",
        api_url=api_url,
        database_url=database_url,
        # A fresh checkout has no note of the set-up about a browser.
        browser_path=str(browser() or "") or None,
    )
    parts = parts_of(settings)
    furnish_with_tables(parts.database, parts.settings.database_url, folder)
    add_demo_people(parts.database)
    return parts


async def _open_api(stack: AsyncExitStack, stage: _Stage, parts: Parts) -> None:
    """Serve the API in its own thread, with a client of that thread's loop."""
    app = app_of(parts, None)
    assert stage.loop is not None
    app.state.doors.client = await asyncio.wrap_future(
        asyncio.run_coroutine_threadsafe(connect(parts.settings), stage.loop)
    )
    stack.enter_context(stage.playing(app))
