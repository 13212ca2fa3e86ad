"""The workers: which lives and steps each task queue serves, and how wide."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from activities.beating import SignsOfLife
from activities.case_steps import CaseActivities
from activities.claim_steps import ClaimActivities
from activities.clearing_steps import ClearingActivities
from activities.document_steps import DocumentActivities
from activities.failures import NamedFailures
from activities.fund_signatures import FundSteps
from activities.funds import FundActivities
from activities.money_steps import MoneyActivities
from activities.payment_signatures import PaymentSteps, ReturnSteps
from activities.payment_steps import PaymentActivities
from activities.portal_watch import PortalWatchActivities
from activities.return_steps import ReturnActivities
from activities.review_steps import ReviewActivities
from activities.signatures import (
    CaseSteps,
    ClaimSteps,
    ClearingSteps,
    DocumentSteps,
    MoneySteps,
    PortalSteps,
    PortalWatchSteps,
    ReviewSteps,
)
from activities.upkeep_signatures import UpkeepSteps
from activities.upkeep_steps import UpkeepActivities
from activities.world import World
from bots.portal.definition import Politeness
from engine.client import connect
from engine.queues import BOTS, CASES, DOCUMENTS, bots_of
from engine.search_attributes import ensure
from runtime.drainer import Drainer
from runtime.interpreter import prepare_to_serve
from runtime.life_runner import LifeRunner
from runtime.portals import portal_activities
from runtime.wiring import Parts, world_of
from workflows.age_lines import AgeLines
from workflows.await_bill import AwaitBill
from workflows.check_settlements import CheckSettlements
from workflows.claim_life import ClaimLife
from workflows.clear_month import ClearMonth
from workflows.collect_statements import CollectStatements
from workflows.compare_portal import ComparePortal, RehearsePortal
from workflows.hand_over_funds import HandOverFunds
from workflows.order_to_cash import OrderToCash
from workflows.payment_life import PaymentLife
from workflows.reconcile_day import ReconcileDay
from workflows.return_life import ReturnLife
from workflows.review_life import ReviewLife
from workflows.upkeep import DailyCheck, DrainOutbox

log = logging.getLogger(__name__)

LIVES: tuple[type, ...] = (
    OrderToCash,
    ClaimLife,
    ReviewLife,
    CollectStatements,
    ReconcileDay,
    AgeLines,
    AwaitBill,
    DrainOutbox,
    DailyCheck,
    HandOverFunds,
    ComparePortal,
    RehearsePortal,
    PaymentLife,
    ReturnLife,
    ClearMonth,
    CheckSettlements,
)

RUNNER = LifeRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "activities", "domain", "engine", "pydantic", "pydantic_core", "temporalio"
    )
)
"""Lives are checked in a sandbox; values and names that they share with steps are the same in it,
because a value type that was loaded twice cannot be decoded."""

WIDTHS = {CASES: 32, BOTS: 4, DOCUMENTS: 2}
"""Steps at once: calls wait for others; browsers and PDF readers want a processor each."""

STICKY = timedelta(seconds=5)
"""How long a life is kept for the worker that knows it; when that was killed, any other may."""


def steps_of(implementation: object, signature: type) -> list[Callable[..., Any]]:
    """Every step that a signature names, as bound methods of its implementation."""
    names = [n for n in vars(signature) if getattr(vars(signature)[n], "__isabstractmethod__", 0)]
    return [getattr(implementation, name) for name in names]


def case_worker(client: Client, world: World, *, width: int = WIDTHS[CASES]) -> Worker:
    """All lives, and the steps that call an API or the store."""
    activities = [
        *steps_of(CaseActivities(world), CaseSteps),
        *steps_of(ClaimActivities(world), ClaimSteps),
        *steps_of(MoneyActivities(world), MoneySteps),
        *steps_of(FundActivities(world), FundSteps),
        *steps_of(PaymentActivities(world), PaymentSteps),
        *steps_of(ReturnActivities(world), ReturnSteps),
        *steps_of(ReviewActivities(world), ReviewSteps),
        *steps_of(UpkeepActivities(world, client), UpkeepSteps),
    ]
    return Worker(
        client,
        task_queue=CASES,
        workflows=LIVES,
        activities=activities,
        activity_executor=ThreadPoolExecutor(width, thread_name_prefix="step"),
        max_concurrent_activities=width,
        interceptors=[NamedFailures(), SignsOfLife()],
        workflow_failure_exception_types=[ValidationError],
        workflow_runner=RUNNER,
        sticky_queue_schedule_to_start_timeout=STICKY,
    )


def document_worker(client: Client, world: World) -> Worker:
    """Reading and writing documents."""
    width = WIDTHS[DOCUMENTS]
    return Worker(
        client,
        task_queue=DOCUMENTS,
        activities=steps_of(DocumentActivities(world), DocumentSteps),
        activity_executor=ThreadPoolExecutor(width, thread_name_prefix="document"),
        max_concurrent_activities=width,
        interceptors=[NamedFailures(), SignsOfLife()],
    )


@asynccontextmanager
async def bot_workers(client: Client, parts: Parts, world: World) -> AsyncIterator[list[Worker]]:
    """Driving portals: one browser for all, a queue for each, as wide and quick as it allows."""
    async with portal_activities(parts, world) as implementation:
        watching = PortalWatchActivities(world, implementation.bots)
        clearing = ClearingActivities(world, implementation.bots)
        yield [
            Worker(
                client,
                task_queue=bots_of(portal),
                activities=[
                    *steps_of(implementation, PortalSteps),
                    *steps_of(watching, PortalWatchSteps),
                    *steps_of(clearing, ClearingSteps),
                ],
                max_concurrent_activities=width_at(bot.definition.politeness),
                max_task_queue_activities_per_second=rate_at(bot.definition.politeness),
                interceptors=[NamedFailures(), SignsOfLife()],
            )
            for portal, bot in implementation.bots.items()
        ]


def width_at(politeness: Politeness) -> int:
    """Steps at once on a portal's queue: what it allows, and no more than two cores bear."""
    return min(WIDTHS[BOTS], politeness.most_sessions)


def rate_at(politeness: Politeness) -> float:
    """Steps a second on a portal's queue, over all workers."""
    return politeness.runs_per_minute / 60


async def serve(parts: Parts, queues: Sequence[str], stop: asyncio.Event) -> None:
    """Serve the queues until `stop` is set; running steps end first."""
    client = await connect(parts.settings)
    await ensure(client)
    drainer = Drainer(parts.database, client, parts.clock)
    world = world_of(parts, drainer.poke)
    async with AsyncExitStack() as stack:
        for queue in queues:
            if queue == BOTS:
                workers = await stack.enter_async_context(bot_workers(client, parts, world))
            else:
                workers = [(case_worker if queue == CASES else document_worker)(client, world)]
            for worker in workers:
                await stack.enter_async_context(worker)
                log.info("serving the queue %s", worker.task_queue)
        prepare_to_serve()
        await stop.wait()
    await drainer.close()
    world.close()
