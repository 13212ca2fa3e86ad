"""One case, from an order in the ERP to reconciled money. Start reading at `live`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.signatures import CaseSteps
    from domain.facts import (
        CaseOutcome,
        CaseStart,
        ClaimOutcome,
        ClaimStart,
        DeliveryStatus,
        SettlementFacts,
    )
    from domain.lifecycle import CaseStage
    from domain.money import Money
    from domain.order import PATIENT, claim_no_of
    from domain.review import ReviewKind
    from engine.ids import NotAnOrderNo, case_id, claim_id
    from workflows.case_desk import CaseDesk, OrderGivenUp
    from workflows.case_requests import CaseRequests
    from workflows.claim_life import ClaimLife
    from workflows.running_again import StoreIsBehind, is_first_run
    from workflows.stepping import live_through, needs_a_person, take
    from workflows.write_offs import may_write_off, overdue_question, write_off


@dataclass(frozen=True)
class Reason:
    """Why ops staff act on a case; the one field of every update."""

    reason: str


@workflow.defn
class OrderToCash:
    """The life of a case. Workflow id `case-{order_no}`, input {"order_no": "SO-2026-0001"}."""

    @workflow.init
    def __init__(self, start: CaseStart | None = None) -> None:
        self.desk = CaseDesk(start.order_no if start else "")
        self.requests = CaseRequests(self.desk)
        self.shifted: Money | None = None

    @workflow.run
    async def run(self, start: CaseStart | None = None) -> CaseOutcome:
        """Live the case; a wrong start is refused at once, a cancelled one is compensated."""
        await self._open(_order_no_of(start))
        try:
            return await self._live_or_give_up()
        except StoreIsBehind:
            workflow.continue_as_new(start)

    async def _live_or_give_up(self) -> CaseOutcome:
        life = asyncio.create_task(self.live(self.desk.order_no))
        requests = asyncio.create_task(self.requests.serve())
        while not life.done():
            try:
                await workflow.wait([life, requests], return_when=asyncio.FIRST_COMPLETED)
                if requests.done():
                    requests.result()
                    return await self._give_up(life)
            except asyncio.CancelledError:
                # The Temporal UI's own Cancel: honoured while goods or claims can be taken back.
                if await self.desk.may_cancel():
                    await self._give_up(life, requests)
                    raise
        try:
            stage = life.result()
        except OrderGivenUp:
            return await self._give_up(requests)
        self.desk.is_ending = True
        requests.cancel()
        return CaseOutcome(self.desk.order_no, stage)

    async def live(self, order_no: str) -> CaseStage:
        """order -> delivery -> invoice -> insurance claims -> payment -> reconciliation."""
        await self.desk.step(CaseSteps.reserve_lots, order_no, summary="reserve lots in the ERP")
        self.desk.reach(CaseStage.RESERVED)
        await self.desk.step(
            CaseSteps.ship_goods, order_no, summary="hand the goods to the carrier"
        )
        self.desk.reach(CaseStage.SHIPPED)
        if not await self._arrive(order_no):
            await self.desk.step(CaseSteps.take_goods_back, order_no, summary="take the goods back")
            return self.desk.reach(CaseStage.RETURNED)
        self.desk.reach(CaseStage.DELIVERED)
        await self._invoice(order_no)
        self.desk.reach(CaseStage.INVOICED)
        await self._claim(order_no)
        await self._collect(order_no)
        return self.desk.reach(CaseStage.CLOSED)

    async def _open(self, order_no: str) -> None:
        try:
            facts = await take(
                CaseSteps.open_case, CaseStart(order_no), summary=f"read {order_no} from the ERP"
            )
        except ActivityError as failure:
            cause = needs_a_person(failure)
            if cause is None:
                raise
            # A start that cannot become a case leaves none behind: refuse it in the step's words.
            raise ApplicationError(cause.message, type=cause.type, non_retryable=True) from None
        self.desk.show_order(facts)

    async def _arrive(self, order_no: str) -> bool:
        """Wait for the carrier; True when the delivery is proved, False when it came back."""
        while True:
            seen = self.desk.news.count
            delivery = await self.desk.step(
                CaseSteps.receive_delivery, order_no, summary="ask the carrier for the delivery"
            )
            self.desk.as_of = delivery.as_of
            if delivery.status is DeliveryStatus.PROVED:
                return True
            if delivery.status is DeliveryStatus.RETURNED:
                return False
            if delivery.status is DeliveryStatus.PROOF_REFUSED:
                await self.desk.ask_about_proof(delivery)
                continue
            await self.desk.wait_for_news(
                f"delivery of {delivery.tracking_no} 等待签收",
                seen=seen,
                at_most_s=delivery.look_again_s,
                since=delivery.as_of,
            )

    async def _invoice(self, order_no: str) -> None:
        while True:
            invoice = await self.desk.step(
                CaseSteps.issue_invoice, order_no, summary="match and issue the tax invoice"
            )
            if not invoice.mismatch:
                return
            await self.desk.ask_about_mismatch(invoice)

    async def _claim(self, order_no: str) -> None:
        """Claim from one payer after the other: each gets what the one before left over."""
        for sequence, payer in enumerate(self.desk.payers, start=1):
            if payer == PATIENT:
                return
            await self.desk.not_held()
            claim_no = claim_no_of(order_no, sequence)
            self.desk.claiming(payer, claim_no)
            page_root = self.desk.page_root
            outcome: ClaimOutcome = await live_through(
                ClaimLife.run,
                ClaimStart(claim_no, order_no, payer, sequence, page_root, is_first_run()),
                life_id=claim_id(claim_no),
                summary=f"{claim_no}: claim with {payer}",
                wanted=lambda: not self.desk.is_ending,
            )
            self.desk.claim_no = ""
            if outcome.run_again:
                raise StoreIsBehind(claim_no)
            if outcome.given_up is not None:
                self.desk.give_up(outcome.given_up)
            self.shifted = outcome.shifted
            if not outcome.shifted:
                return

    async def _collect(self, order_no: str) -> None:
        """Wait until every fen is paid, adjusted or written off, and seen in the bank."""
        self.desk.reach(CaseStage.COLLECTING)
        if self.shifted:
            await self.desk.step(
                CaseSteps.request_patient_share, order_no, summary="send the patient's pay link"
            )
        while True:
            seen = self.desk.news.count
            settlement = await self.desk.step(
                CaseSteps.settle_case, order_no, summary="compare what is due with what came"
            )
            self.desk.amount_open(settlement.open, settlement.due_on)
            if settlement.closed:
                return
            if settlement.overdue_advice and await self._write_off_overdue(order_no, settlement):
                continue
            await self.desk.wait_for_news(
                settlement.waits_for,
                seen=seen,
                at_most_s=settlement.look_again_s,
                since=settlement.as_of,
            )

    async def _write_off_overdue(self, order_no: str, settlement: SettlementFacts) -> bool:
        """Ask what to do about money that does not come; True when it was written off."""
        question, asking = overdue_question(order_no, settlement), self.desk.ask_person
        decision = await asking(question)
        if decision.outcome != "write_off" or not await may_write_off(question, asking=asking):
            return False
        await write_off(question, decision, advice_no=settlement.overdue_advice)
        return True

    async def _give_up(self, *under_way: asyncio.Task[Any]) -> CaseOutcome:
        """Stop living, then undo what was done: claim, invoice, parcel, reservation.

        The UI's Cancel does not break that off: nothing is to be left half undone.
        """
        undoing = asyncio.create_task(self._stop_and_undo(under_way))
        while not undoing.done():
            with suppress(asyncio.CancelledError):
                await workflow.wait([undoing])
        undoing.result()
        return CaseOutcome(self.desk.order_no, self.desk.reach(CaseStage.CANCELLED))

    async def _stop_and_undo(self, under_way: Iterable[asyncio.Task[Any]]) -> None:
        self.desk.is_ending = True
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self.desk.is_ending = False
        await self.desk.compensate()

    @workflow.signal(description="A wake-up: something about this case may have changed.")
    def look(self, event_id: str) -> None:
        """Carries no fact, so a forged one only makes the case look once more."""
        self.desk.news.arrived()

    @workflow.update(description='Look again now instead of waiting. Send {"reason": "..."}.')
    async def nudge(self, why: Reason) -> str:
        """Make a waiting case look again, and its claim."""
        return await self.requests.nudge()

    @nudge.validator
    def _may_nudge(self, why: Reason) -> None:
        self.requests.check_can_nudge(why.reason)

    @workflow.update(description='Take no further step until resumed. Send {"reason": "..."}.')
    async def hold(self, why: Reason) -> str:
        """Stop before the next step."""
        return await self.requests.hold(why.reason)

    @hold.validator
    def _may_hold(self, why: Reason) -> None:
        self.requests.check_can_hold(why.reason)

    @workflow.update(description='Go on after a hold. Send {"reason": "..."}.')
    async def resume(self, why: Reason) -> str:
        """Let a held case go on."""
        return await self.requests.resume()

    @resume.validator
    def _may_resume(self, why: Reason) -> None:
        self.requests.check_can_resume(why.reason)

    @workflow.update(description='Ask the finance head to cancel. Send {"reason": "..."}.')
    def request_cancel(self, why: Reason) -> str:
        """Open a review; nothing is cancelled before a person approves."""
        return self.requests.ask_for(ReviewKind.CANCEL, why.reason)

    @request_cancel.validator
    def _may_request_cancel(self, why: Reason) -> None:
        self.requests.check_can_ask_for(ReviewKind.CANCEL, why.reason)

    @workflow.update(description='Ask to read the order anew. Send {"reason": "..."}.')
    def correct_data(self, why: Reason) -> str:
        """Open a review; when approved, the order is read again from the ERP."""
        return self.requests.ask_for(ReviewKind.CORRECT_DATA, why.reason)

    @correct_data.validator
    def _may_correct_data(self, why: Reason) -> None:
        self.requests.check_can_ask_for(ReviewKind.CORRECT_DATA, why.reason)


def _order_no_of(start: Any) -> str:
    """Return the order number when the start is sound. Raises: ApplicationError, BadInput."""
    if not isinstance(start, CaseStart) or not start.order_no:
        raise ApplicationError(
            'The input must be one JSON object like {"order_no": "SO-2026-0001"}.',
            type="BadInput",
            non_retryable=True,
        )
    try:
        wanted = case_id(start.order_no)
    except NotAnOrderNo as refused:
        raise ApplicationError(str(refused), type="BadInput", non_retryable=True) from refused
    given = workflow.info().workflow_id
    if wanted != given:
        raise ApplicationError(
            f"The case of {start.order_no} must have the workflow id {wanted}, not {given}.",
            type="WrongWorkflowId",
            non_retryable=True,
        )
    return start.order_no
