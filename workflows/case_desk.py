"""The desk of a case: what people see of it, how it takes a step, and what it asks of people.

Kept apart from the life itself, so that `order_to_cash.py` tells the story and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.signatures import CaseSteps
    from domain.facts import Cancelling, CaseFacts, DeliveryFacts, InvoiceFacts
    from domain.lifecycle import ENDED, CaseStage
    from domain.money import Money
    from domain.review import Decision, Question, ReviewKind
    from engine import search_attributes as shown
    from workflows.running_again import StoreIsBehind, is_first_run, store_is_behind
    from workflows.stepping import GivenUp, News, ask, help_or_give_up, page_of, take
    from workflows.undoing import Undoing

P = TypeVar("P")
R = TypeVar("R")


_NEXT = "the next step 下一步"


class OrderGivenUp(Exception):
    """A person decided, while a step had failed, that the order is not to go on."""


class CaseDesk:
    """What people see of a case: the order, its stage, what it waits for, whether it is held."""

    def __init__(self, order_no: str) -> None:
        self.order_no = order_no
        self.news = News()
        self.stage = CaseStage.OPENED
        self.held_because = ""
        self.claim_no = ""
        self.payers: tuple[str, ...] = ()
        self.asked = 0
        self.asking: list[tuple[Question, bool]] = []
        self.is_ending = False
        self.waits_for = _NEXT
        self.since: date | None = None
        self.total = Money(0)
        self.open = Money(0)
        self.due_on: date | None = None
        self.as_of: date | None = None
        self.page_root = ""
        self.cancelling = Cancelling(order_no, "Temporal UI", "cancelled in the Temporal UI")

    def show_order(self, facts: CaseFacts) -> None:
        """Show the order as the ERP has it: when the case opens, and when it was corrected."""
        self.total = self.open = facts.total
        self.payers, self.page_root = facts.payers, facts.page_root
        workflow.upsert_search_attributes(
            [
                shown.CaseStage.value_set(self.stage),
                shown.OrderNo.value_set(facts.order_no),
                shown.Hospital.value_set(facts.hospital),
                shown.Payer.value_set(facts.payers[0]),
                shown.AmountDue.value_set(facts.total.minor / 100),
                shown.NeedsPerson.value_set(bool(self.asking)),
            ]
        )
        self.show()

    def reach(self, stage: CaseStage) -> CaseStage:
        """Show the stage that the last step led to; at the end nothing is due and nobody asked."""
        self.stage = stage
        told: list[SearchAttributeUpdate[Any]] = [shown.CaseStage.value_set(stage)]
        if stage in ENDED:
            self.open, self.due_on = Money(0, self.total.currency), None
            told += [
                shown.AmountDue.value_set(0.0),
                shown.DueDate.value_unset(),
                shown.NeedsPerson.value_set(False),
            ]
        workflow.upsert_search_attributes(told)
        self.tell("nothing: ended 已结束" if stage in ENDED else _NEXT)
        return stage

    def claiming(self, payer: str, claim_no: str) -> None:
        """Show which payer is asked."""
        self.stage, self.claim_no = CaseStage.CLAIMING, claim_no
        workflow.upsert_search_attributes(
            [
                shown.CaseStage.value_set(self.stage),
                shown.Payer.value_set(payer),
                shown.ClaimNo.value_set(claim_no),
            ]
        )
        self.tell(f"claim {claim_no} with {payer} 等待医保/保险赔付", self.as_of)

    def amount_open(self, amount: Money, due_on: date | None = None) -> None:
        """Show what is still to come in, and by when (midnight in UTC of that day)."""
        if (amount, due_on) == (self.open, self.due_on):
            return
        self.open, self.due_on = amount, due_on
        workflow.upsert_search_attributes(
            [
                shown.AmountDue.value_set(amount.minor / 100),
                shown.due_on(due_on) if due_on else shown.DueDate.value_unset(),
            ]
        )

    def tell(self, waits_for: str, since: date | None = None) -> None:
        """Say what the life waits for; what people were asked or hold is told beside it."""
        self.waits_for, self.since = waits_for, since
        self.show()

    def show(self) -> None:
        """Write the text that the Temporal UI shows under User Metadata."""
        workflow.set_current_details(self.details())

    def details(self) -> str:
        """Stage, amounts, and all that the case waits for just now."""
        since = f", since {self.since}" if self.since else ""
        waits = [
            f"a decision 等待人工决定: {question.sentence_en}\n\n"
            f"**Decide here 决定**: {page_of(question, self.page_root)}"
            for question, _ in self.asking
        ]
        if self.held_because:
            waits.append(f"resume 等待恢复\n\n**On hold 暂停**: {self.held_because}")
        elif all(is_beside for _, is_beside in self.asking):
            waits.append(f"{self.waits_for}{since}")
        return (
            f"**Stage 阶段**: {self.stage}\n\n"
            f"**Total 金额**: {self.total}, open 未清 {self.open}\n\n"
            + "".join(f"**Waits for 等待**: {one}\n\n" for one in waits)
            + f"Evidence and history 证据与经过: {self.page_root}/cases/{self.order_no}"
        )

    async def wait_for_news(self, what: str, *, seen: int, at_most_s: int, since: date) -> None:
        """Wait until a wake-up or a time-out, and say so."""
        self.as_of = since
        self.tell(what, since)
        await self.news.wait(seen=seen, at_most_s=at_most_s, summary=what)

    async def not_held(self) -> None:
        """Return at once, or when the case is resumed."""
        await workflow.wait_condition(lambda: not self.held_because)

    async def step(self, step: Callable[[Any, P], R], fact: P, *, summary: str) -> R:
        """Take a step of the case; when only a person can help, ask, and do as decided."""
        while True:
            await self.not_held()
            try:
                return await take(step, fact, summary=summary)
            except ActivityError as failure:
                is_behind = store_is_behind(failure)
                if not (is_behind and is_first_run()):
                    await self._ask_for_help(failure, summary)
                if is_behind:
                    raise StoreIsBehind(summary) from failure

    async def ask_person(self, question: Question, *, is_beside: bool = False) -> Decision:
        """Ask, with the search attribute NeedsPerson set while any question is open.

        `is_beside`: the life goes on meanwhile, so what it waits for is told as well.
        """
        asked = (question, is_beside)
        self.asking.append(asked)
        workflow.upsert_search_attributes([shown.NeedsPerson.value_set(True)])
        self.show()
        try:
            decision = await ask(question, wanted=lambda: not self.is_ending)
        finally:
            self.asking.remove(asked)
        workflow.upsert_search_attributes([shown.NeedsPerson.value_set(bool(self.asking))])
        self.show()
        return decision

    async def ask_about_proof(self, delivery: DeliveryFacts) -> None:
        """The proof of delivery is no proof: fetch it again, or give the order up."""
        number = delivery.tracking_no
        await self._ask_to_go_on(
            ReviewKind.PROOF_OF_DELIVERY,
            number,
            zh=f"运单 {number} 的签收单不可用（{delivery.problem}）：重新获取还是取消订单？",
            en=f"The proof of delivery of {number} is no proof: {delivery.problem}",
        )

    async def ask_about_mismatch(self, invoice: InvoiceFacts) -> None:
        """Order, delivery and invoice do not match: approve, or give the order up."""
        await self._ask_to_go_on(
            ReviewKind.MISMATCH,
            self.order_no,
            zh=f"订单、送货、发票三单不符（{invoice.mismatch}）：仍然开票还是取消？",
            en=f"Order, delivery and invoice do not match: {invoice.mismatch}",
        )

    async def _ask_for_help(self, failure: ActivityError, summary: str) -> None:
        try:
            await help_or_give_up(
                failure,
                asker=self.order_no,
                case_no=self.order_no,
                amount=self.total,
                summary=summary,
                asking=self.ask_person,
            )
        except GivenUp as given_up:
            self.give_up(Cancelling(self.order_no, given_up.decision.person, given_up.why))

    def give_up(self, cancelling: Cancelling) -> None:
        """Raises: OrderGivenUp."""
        self.cancelling = cancelling
        raise OrderGivenUp(cancelling.by)

    async def _ask_to_go_on(self, kind: ReviewKind, subject: str, *, zh: str, en: str) -> None:
        self.asked = self.asked + 1
        key = f"{self.order_no}:{kind}:{subject}:{self.asked}"
        decision = await self.ask_person(
            Question(key, kind, self.order_no, subject, zh, en, self.total)
        )
        if decision.outcome == "cancel_order":
            self.give_up(Cancelling(self.order_no, decision.person, en))

    async def may_cancel(self) -> bool:
        """Whether everything done so far can still be undone."""
        answer = await take(
            CaseSteps.may_cancel, self.order_no, summary="can everything still be undone?"
        )
        if not answer.possible:
            self.tell(f"cannot be cancelled any more 不能取消: {answer.detail}")
        return answer.possible

    async def compensate(self) -> None:
        """Undo what was done; nothing is left half undone."""
        self.tell("compensation 正在撤销")
        await Undoing(self.cancelling, self.total, self.ask_person).run()
        self.amount_open(Money(0, self.total.currency))
