"""The doors to the lives: starting a case, asking one for something, waking one."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.case_steps import START_ACTION
from activities.waking import UPDATES
from api.parts import (
    CaseRequestRefused,
    EngineAway,
    OrderNotStarted,
    PaymentAlreadyRunning,
)
from domain.facts import CaseStart
from domain.pay_return import ReturnStart
from domain.payment_facts import PaymentStart
from engine.ids import case_id, check_order_no, payment_id, return_id
from engine.queues import CASES
from engine.wake import deliver
from runtime.wiring import Parts
from store import audit, cases
from store.cases import CaseAlreadyClosed, CaseAlreadyRunning, NoSuchCase
from workflows.order_to_cash import OrderToCash, Reason
from workflows.payment_life import PaymentLife
from workflows.return_life import ReturnLife

log = logging.getLogger(__name__)

UPDATE_OF = {
    "hold": "hold",
    "resume": "resume",
    "nudge": "nudge",
    "cancel": "request_cancel",
    "correct": "correct_data",
}


OPENING_S = 3.0
"""How long a start stays to hear whether the order was refused; the case lives on either way."""


class Doors:
    """What the API and the command line may do to lives; each refuses in named errors."""

    def __init__(self, parts: Parts, client: Client | None) -> None:
        self.parts, self.client = parts, client

    def _engine(self) -> Client:
        if self.client is None:
            raise EngineAway
        return self.client

    async def start_case(self, order_no: str, login: str) -> str:
        """Start a case once, and stay until its order is opened or refused.

        Raises: NotAnOrderNo, CaseAlreadyRunning, CaseAlreadyClosed, OrderNotStarted, EngineAway.
        """
        workflow_id = case_id(check_order_no(order_no))
        await asyncio.to_thread(self._refuse_ended, order_no)
        await asyncio.to_thread(self._note_start, order_no, login)
        try:
            started = await self._engine().start_workflow(
                OrderToCash.run,
                CaseStart(order_no),
                id=workflow_id,
                task_queue=CASES,
                # A refused start failed and left no case: once the order is corrected it may come
                # again. A case that ended well is held off here, and by its row for ever.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                static_summary=f"{order_no}: order to cash 回款",
            )
        except WorkflowAlreadyStartedError as there:
            raise CaseAlreadyRunning(order_no, workflow_id) from there
        except RPCError as away:
            raise EngineAway from away
        await self._hear_refusal(started)
        return workflow_id

    async def _hear_refusal(self, started: WorkflowHandle[Any, Any]) -> None:
        """Follow the new life past its first step. Raises: OrderNotStarted."""
        run = self._engine().get_workflow_handle(started.id, run_id=started.result_run_id)
        try:
            async with asyncio.timeout(OPENING_S):
                async for event in run.fetch_history_events(wait_new_event=True):
                    if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                        return
            await run.result()
        except WorkflowFailureError as failed:
            cause = failed.cause
            told = cause.message if isinstance(cause, FailureError) else str(cause)
            raise OrderNotStarted(told) from failed
        except (TimeoutError, RPCError):
            log.info("%s is started; nobody answered yet whether its order is sound", started.id)

    def _note_start(self, order_no: str, login: str) -> None:
        with self.parts.database.transaction() as session:
            now = self.parts.clock.now()
            audit.note(
                session, actor=login, action=START_ACTION, subject=order_no, detail="", now=now
            )

    def _refuse_ended(self, order_no: str) -> None:
        """Raises: CaseAlreadyClosed, when the case has ended."""
        with self.parts.database.reading() as session:
            try:
                case = cases.case_of(session, order_no)
            except NoSuchCase:
                return
        if case.closed_at is not None:
            raise CaseAlreadyClosed(order_no, case.workflow_id, case.stage)

    async def ask_case(self, case_no: str, what: str, login: str, reason: str) -> None:
        """Send an update to a running case. Raises: CaseRequestRefused, EngineAway."""
        handle = self._engine().get_workflow_handle(case_id(case_no))
        because = Reason(reason or f"asked by {login}")
        try:
            await handle.execute_update(UPDATE_OF[what], because, rpc_timeout=timedelta(seconds=15))
        except WorkflowUpdateFailedError as refused:
            told = getattr(refused.cause, "message", None) or "the case refused"
            raise CaseRequestRefused(str(told)) from refused
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise CaseRequestRefused("The case does not run any more.") from error
            raise EngineAway from error

    async def start_payment(self, payment_no: str) -> str:
        """Start the life of a bill on record, once. Raises: PaymentAlreadyRunning, EngineAway."""
        # A life that failed left the bill as it stood, and goes on from there.
        return await self._live(payment_no, WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY)

    async def look_again(self, payment_no: str) -> None:
        """Live a bill that has ended once more, for money that came after all. Raises: EngineAway.

        A life that still looks for late money is woken by its own message.
        """
        with suppress(PaymentAlreadyRunning):
            await self._live(payment_no, WorkflowIDReusePolicy.ALLOW_DUPLICATE)

    async def start_return(self, return_no: str) -> str:
        """Start the life of a return on record, once. Raises: PaymentAlreadyRunning, EngineAway."""
        workflow_id = return_id(return_no)
        try:
            await self._engine().start_workflow(
                ReturnLife.run,
                ReturnStart(return_no),
                id=workflow_id,
                task_queue=CASES,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                static_summary=f"{return_no}: money goes back 退款",
            )
        except WorkflowAlreadyStartedError as there:
            raise PaymentAlreadyRunning(return_no) from there
        except RPCError as away:
            raise EngineAway from away
        return workflow_id

    async def _live(self, payment_no: str, reuse: WorkflowIDReusePolicy) -> str:
        workflow_id = payment_id(payment_no)
        try:
            await self._engine().start_workflow(
                PaymentLife.run,
                PaymentStart(payment_no),
                id=workflow_id,
                task_queue=CASES,
                id_reuse_policy=reuse,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                static_summary=f"{payment_no}: bill in parts 分项付款",
            )
        except WorkflowAlreadyStartedError as there:
            raise PaymentAlreadyRunning(payment_no) from there
        except RPCError as away:
            raise EngineAway from away
        return workflow_id

    async def wake(self, workflow_id: str, name: str, arg: str) -> str:
        """Send one wake-up; what cannot be sent now stays in the outbox."""
        update = name in UPDATES
        return await deliver(
            self._engine(),
            workflow_id,
            name,
            arg,
            how="update" if update else "signal",
            update_id=arg if update else None,
        )
