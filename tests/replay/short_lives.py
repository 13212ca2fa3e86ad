"""Records the lives that no order needs: looks at a portal, and what keeps the house in order.

`python -m tests.replay.short_lives NAME ...` runs them, or all, on a server of its own. The steps
are answered by hand, because what a life asks and is told is all that a history holds.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from temporalio import activity
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from domain.clearing import ClearingWanted
from domain.difference_facts import LinesLeft
from domain.facts import (
    AccountDay,
    CaseStart,
    ClaimStart,
    CollectDay,
    CollectFrom,
    DocumentRef,
    MatchFacts,
    OpenDifference,
)
from domain.money import Money
from domain.pay_return import ReturnStart
from domain.payment_facts import PaymentStart
from domain.review import Decision, Question, ReviewKind, review_no_of
from domain.settlement_check import SettledDays, SettlementsChecked
from domain.watch import PortalToWatch
from engine.client import connect
from engine.dev_server import DevServer
from engine.ids import claim_id, review_id
from engine.queues import CASES, DOCUMENTS, bots_of
from engine.search_attributes import ensure
from engine.settings import Settings
from runtime.processes import free_port
from runtime.workers import LIVES, RUNNER
from tests.replay.paths import FOLDER, KEY, SHORT, id_of
from tests.replay.short_claims import BROKEN_OFF, CLAIM, NUDGED, REJECTION, claiming
from tests.replay.short_payments import paying, returning
from tests.replay.short_portals import clearing, watching
from tests.replay.short_upkeep import ENDED_BY_HAND, UNTOLD, WITHDRAWN, booking, keeping_house

PORTAL, CHANNEL = "PB", "pay_json"
DAY = date(2026, 1, 6)
_BILLS = (
    DocumentRef("a" * 64, CHANNEL, "channel_bill", "pay_json-20260104"),
    DocumentRef("b" * 64, CHANNEL, "channel_bill", "pay_json-20260105"),
)
_FINDING = Question(
    natural_key="PB:stranger:R-1",
    kind=ReviewKind.PORTAL_FINDING,
    case_no=None,
    subject="PB R-1",
    sentence_zh="PB 列出了我方未提交的申报 R-1：是谁提交的？",
    sentence_en="PB lists claim R-1, which we never handed in. Who did?",
    amount=Money(36000),
)


def reconciling(has_news: bool) -> list[Any]:
    """The queue of the lives: one day in the bank left a line unclear, and its day comes."""
    unclear = OpenDifference("DF-1", "DF-1:age")
    answers = iter([LinesLeft((), 1, DAY), LinesLeft((unclear,) if has_news else ())])

    @activity.defn
    async def match_account(wanted: AccountDay) -> MatchFacts:
        return MatchFacts(1, (), (DAY,))

    @activity.defn
    async def lines_left(wanted: AccountDay) -> LinesLeft:
        return next(answers, LinesLeft(()))

    @activity.defn
    async def question_about(difference: OpenDifference) -> Question:
        return replace(_FINDING, natural_key=difference.question_key, kind=ReviewKind.DIFFERENCE)

    @activity.defn
    async def settle_difference(decision: Decision) -> None:
        assert decision.decision_no == "D-1"

    return [match_account, lines_left, question_about, settle_difference]


def collecting(name: str, has_news: bool) -> list[Any]:
    """The queue of the lives: a channel whose bill is overdue; booked, meanwhile or before, or
    given up by a person. Or one of whose two bills the first is refused, and dismissed."""
    is_refused = name == "collect_a_refused_bill"
    looks = iter([has_news, has_news and name != WITHDRAWN])

    @activity.defn
    async def sources_due(wanted: CollectDay | None) -> list[CollectFrom]:
        if is_refused:
            return [CollectFrom(CHANNEL, False, DAY, in_order=True, alone=True)]
        return [CollectFrom(CHANNEL, False, DAY, in_order=True, missing=(DAY,))]

    @activity.defn
    async def collect_from_api(wanted: CollectFrom) -> list[DocumentRef]:
        return list(_BILLS) if is_refused else []

    @activity.defn
    async def question_about_bill(wanted: AccountDay) -> Question | None:
        return replace(_FINDING, kind=ReviewKind.BILL_MISSING) if next(looks) else None

    @activity.defn
    async def give_up_bill(decision: Decision) -> None:
        assert decision.outcome == "no_bill"

    return [sources_due, collect_from_api, question_about_bill, give_up_bill]


def checking(has_news: bool) -> list[Any]:
    """The queue of the lives: an insurer's day at the counter, the same there as here or not."""

    @activity.defn
    async def check_settlements(days: SettledDays) -> SettlementsChecked:
        question = replace(_FINDING, kind=ReviewKind.CLEARING) if has_news else None
        return SettlementsChecked("PA, 2026-01-05: pool fund 1 for 300.00", question)

    return [check_settlements]


Wanted = (
    PortalToWatch
    | CaseStart
    | ClaimStart
    | ClearingWanted
    | PaymentStart
    | ReturnStart
    | AccountDay
    | SettledDays
    | Question
)
"""What a short life is told."""


async def record(folder: Path, names: Sequence[str] = tuple(SHORT)) -> None:
    """Live these short lives once on a server below `folder`, and keep each one's history."""
    server = DevServer(folder / "temporal.sqlite", port=free_port(), headless=True)
    running = server.start(folder / "server.log")
    try:
        settings = Settings(home=folder, payload_keys=SecretStr(KEY))
        client = await connect(settings, address=server.address)
        await ensure(client)
        for name in names:
            life, wanted, has_news = SHORT[name]
            await _live(client, name, life, _input(life, name) if wanted else None, has_news)
    finally:
        running.stop()


def _input(life: str, name: str) -> Wanted:
    if life == "PaymentLife":
        return PaymentStart(name)
    if life in ("ReconcileDay", "AgeLines", "AwaitBill"):
        return AccountDay(CHANNEL if life == "AwaitBill" else "BA-01", DAY)
    if life == "CheckSettlements":
        return SettledDays("PA")
    if life == "ReviewLife":
        return replace(_FINDING, kind=ReviewKind.DIFFERENCE)
    if life == "ClaimLife":
        return CLAIM
    if life == "OrderToCash":
        return CaseStart(CLAIM.order_no)
    if life == "ReturnLife":
        return ReturnStart(name)
    return ClearingWanted(PORTAL, "2026-01") if life == "ClearMonth" else PortalToWatch(PORTAL)


async def _live(
    client: Client,
    name: str,
    life: str,
    wanted: Wanted | None,
    has_news: bool,
) -> None:
    async with AsyncExitStack() as stack:
        # The same road as the one before that no list showed.
        road = name.removesuffix("_in_lists")
        steps = keeping_house(road)
        steps += [
            *reconciling(has_news),
            *checking(has_news),
            *collecting(road, has_news),
            *paying(road),
            *returning(road),
            *claiming(road),
        ]
        looks = [*watching((_FINDING,) if has_news else ()), *clearing(has_news)]
        lives = Worker(
            client,
            task_queue=CASES,
            workflows=LIVES,
            activities=steps,
            activity_executor=ThreadPoolExecutor(2),
            workflow_runner=RUNNER,
        )
        await stack.enter_async_context(lives)
        bots = Worker(client, task_queue=bots_of(PORTAL), activities=looks)
        await stack.enter_async_context(bots)
        papers = Worker(client, task_queue=DOCUMENTS, activities=booking(_BILLS[0]))
        await stack.enter_async_context(papers)
        args = [] if wanted is None else [wanted]
        handle = await client.start_workflow(life, args=args, id=id_of(name), task_queue=CASES)
        await _meanwhile(client, road, life, handle)
        with suppress(WorkflowFailureError):
            await handle.result()
        history = await handle.fetch_history()
    with gzip.GzipFile(FOLDER / f"{name}.json.gz", "wb", mtime=0) as file:
        file.write(history.to_json().encode())
    sys.stdout.write(f"{name}: {len(history.events)} events\n")


async def _meanwhile(
    client: Client, name: str, life: str, handle: WorkflowHandle[Any, Any]
) -> None:
    """What comes from outside once the life, or the one that it waits for, waits."""
    looks = name == WITHDRAWN or (life == "ReviewLife" and name != UNTOLD)
    awaited = {
        WITHDRAWN: review_id(review_no_of(_FINDING.natural_key)),
        BROKEN_OFF: review_id(review_no_of(REJECTION)),
        NUDGED: claim_id(CLAIM.claim_no),
    }
    if looks or name in awaited:
        other = client.get_workflow_handle(awaited.get(name, handle.id))
        while not await _waits(other):
            await asyncio.sleep(0.1)
    if looks:
        await handle.signal("look", "pay_json-20260106")
    if name == NUDGED:
        await handle.execute_update("nudge", {"reason": "the payer has answered by telephone"})
    if name in (ENDED_BY_HAND, BROKEN_OFF):
        await handle.cancel()


async def _waits(review: WorkflowHandle[Any, Any]) -> bool:
    """Whether a review has begun to wait for its answer; before it is asked there is none."""
    try:
        history = await review.fetch_history()
    except RPCError as failure:
        if failure.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return any(event.HasField("timer_started_event_attributes") for event in history.events)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        asyncio.run(record(Path(home), sys.argv[1:] or tuple(SHORT)))
