"""What ops staff may ask of a running case, and what becomes of it.

Hold, resume and nudge act at once. Cancelling and correcting only open a review, because anyone who
reaches Temporal may have sent the request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.signatures import CaseSteps
    from domain.facts import Cancelling
    from domain.lifecycle import ENDED, CaseStage
    from domain.review import Decision, Question, ReviewKind
    from engine.ids import claim_id
    from workflows.case_desk import CaseDesk
    from workflows.claim_life import ClaimLife
    from workflows.stepping import needs_a_person, take

_TOO_LATE_TO_CORRECT = frozenset(
    {CaseStage.INVOICED, CaseStage.CLAIMING, CaseStage.COLLECTING} | ENDED
)
_TOO_LATE_TO_CANCEL = frozenset({CaseStage.COLLECTING} | ENDED)
_ZH = {ReviewKind.CANCEL: "取消订单", ReviewKind.CORRECT_DATA: "重新读取订单"}
_EN = {ReviewKind.CANCEL: "Cancel order", ReviewKind.CORRECT_DATA: "Read again order"}


@dataclass(frozen=True)
class Request:
    """What was asked for, and why."""

    kind: ReviewKind
    reason: str


class CaseRequests:
    """The requests of one case, each served in turn."""

    def __init__(self, desk: CaseDesk) -> None:
        self.desk = desk
        self.open: list[Request] = []
        self.asked = 0

    async def hold(self, reason: str) -> str:
        """Stop before the next step, of the case and of its claim; what runs is not broken off."""
        self.desk.held_because = reason
        self.desk.show()
        await self._tell_claim(ClaimLife.stand_still, True)
        return "The case takes no further step until it is resumed."

    async def resume(self) -> str:
        """Go on after a hold."""
        self.desk.held_because = ""
        self.desk.show()
        await self._tell_claim(ClaimLife.stand_still, False)
        return "The case goes on."

    async def nudge(self) -> str:
        """Look again now, the case and its claim."""
        self.desk.news.arrived()
        if self.desk.claim_no and workflow.patched("nudge-the-claim"):
            await self._tell_claim(ClaimLife.look, "nudge")
        return "The case looks again now."

    async def _tell_claim(self, signal: Callable[[ClaimLife, Any], None], fact: Any) -> None:
        if not self.desk.claim_no:
            return
        claim = workflow.get_external_workflow_handle_for(
            ClaimLife.run, claim_id(self.desk.claim_no)
        )
        try:
            await claim.signal(signal, fact)
        except ApplicationError:
            # It has just ended, so there is no step of it to hold and none to take.
            return

    def check_can_nudge(self, reason: str) -> None:
        """Raises: ApplicationError, ReasonMissing or MayNotNudge."""
        _check_reason(reason, "ReasonMissing")
        if self.desk.held_because:
            raise ApplicationError("The case is on hold: resume it first.", type="MayNotNudge")
        if self.desk.stage in ENDED:
            raise ApplicationError("The case has ended already.", type="MayNotNudge")

    def check_can_hold(self, reason: str) -> None:
        """Raises: ApplicationError, MayNotHold."""
        _check_reason(reason, "MayNotHold")
        if self.desk.held_because or self.desk.stage in ENDED:
            raise ApplicationError("The case is on hold or ended already.", type="MayNotHold")

    def check_can_resume(self, reason: str) -> None:
        """Raises: ApplicationError, ReasonMissing or NotOnHold."""
        _check_reason(reason, "ReasonMissing")
        if not self.desk.held_because:
            raise ApplicationError("The case is not on hold.", type="NotOnHold")

    def ask_for(self, kind: ReviewKind, reason: str) -> str:
        """Note a request; `serve` asks the person who may grant it."""
        self.open.append(Request(kind, reason))
        return "A review is opened; nothing changes before a person approves it."

    def check_can_ask_for(self, kind: ReviewKind, reason: str) -> None:
        """Raises: ApplicationError, RequestTooLate or ReasonMissing."""
        late = _TOO_LATE_TO_CANCEL if kind is ReviewKind.CANCEL else _TOO_LATE_TO_CORRECT
        _check_reason(reason, "ReasonMissing")
        if self.desk.stage in late:
            raise ApplicationError(
                f"The case is {self.desk.stage}: too late for {kind}.", type="RequestTooLate"
            )

    async def serve(self) -> None:
        """Ask about each request in turn; returns once a cancellation is approved and possible."""
        while True:
            await workflow.wait_condition(lambda: bool(self.open))
            request = self.open.pop(0)
            decision = await self._ask(request)
            if decision.outcome != "approve":
                continue
            if request.kind is ReviewKind.CORRECT_DATA:
                await self._correct(request, decision)
            elif await self.desk.may_cancel():
                order_no = self.desk.order_no
                self.desk.cancelling = Cancelling(order_no, decision.person, request.reason)
                return

    async def _ask(self, request: Request) -> Decision:
        self.asked = self.asked + 1
        order_no = self.desk.order_no
        return await self.desk.ask_person(
            Question(
                natural_key=f"{order_no}:{request.kind}:{self.asked}",
                kind=request.kind,
                case_no=order_no,
                subject=order_no,
                sentence_zh=f"{_ZH[request.kind]} {order_no}？理由：{request.reason}",
                sentence_en=f"{_EN[request.kind]} {order_no}? {request.reason}",
                amount=self.desk.total,
            ),
            is_beside=True,
        )

    async def _correct(self, request: Request, decision: Decision) -> None:
        """Read the order anew; one that cannot become a case is asked about, the case stands."""
        try:
            facts = await take(CaseSteps.correct_order, decision, summary="read the order anew")
        except ActivityError as failure:
            if (refusal := needs_a_person(failure)) is None:
                raise
            self.open.append(Request(request.kind, refusal.message))
            return
        self.desk.show_order(facts)
        self.desk.news.arrived()


def _check_reason(reason: str, name: str) -> None:
    """Raises: ApplicationError of this name, when nobody says why."""
    if not reason.strip():
        raise ApplicationError("reason: say why in a few words.", type=name)
