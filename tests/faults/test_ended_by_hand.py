"""A visitor of the Temporal UI ends a claim, a question, or the undoing of a case: all goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowExecution

from domain.money import Money
from domain.payment import PartKind, PaymentStage
from domain.review import Question, ReviewKind, Role, review_no_of
from engine import search_attributes as shown
from engine.ids import payment_id, review_id
from engine.queues import CASES
from store import payments
from tests.faults.quick import make_quick
from tests.faults.share_bill import NUMBER, open_bill
from tests.faults.sound import expect_sound_books
from tests.lifecycle.house import House, house
from workflows.upkeep import DailyCheck

pytestmark = pytest.mark.slow

DENIED_FIRST, CLAIM = "SO-2026-0004", "claim-CL-2026-0004-1"
ORDER = "SO-2026-0002"
STRANGER = Question(
    natural_key="PB:stranger:R-1",
    kind=ReviewKind.PORTAL_FINDING,
    case_no=None,
    subject="PB R-1",
    sentence_zh="PB 的列表中有一笔我方从未提交的申报 R-1：是谁提交的？",
    sentence_en="PB lists claim R-1, which we never handed in. Who did?",
    amount=Money(36000),
)


async def end_by_hand(here: House, workflow_id: str, how: str) -> None:
    handle = here.client.get_workflow_handle(workflow_id)
    await (handle.terminate("a visitor's mistake") if how == "terminate" else handle.cancel())
    await here.conductor.settle()


async def shown_of(here: House, workflow_id: str) -> tuple[object, object, object]:
    """What the lists of the Temporal UI say: needs a person, amount due, due date."""
    described = await here.client.get_workflow_handle(workflow_id).describe()
    told = described.typed_search_attributes
    return told.get(shown.NeedsPerson), told.get(shown.AmountDue), told.get(shown.DueDate)


async def runs_of(here: House, workflow_id: str) -> list[WorkflowExecution]:
    """Every run of a life, the first one first."""
    found = [run async for run in here.client.list_workflows(f"WorkflowId='{workflow_id}'")]
    return sorted(found, key=lambda run: run.start_time)


async def ends_of(here: House, workflow_id: str) -> list[str]:
    """How each run of a life ended."""
    return [run.status.name for run in await runs_of(here, workflow_id) if run.status]


async def test_a_claim_and_a_question_that_were_ended_by_hand_are_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.morning(0)
        await here.start(DENIED_FIRST)
        await here.live_until(3)
        assert here.claims(DENIED_FIRST) == [("PA", "submitted", 1, "0.00")]
        await end_by_hand(here, CLAIM, "terminate")
        await end_by_hand(here, CLAIM, "cancel")
        assert await ends_of(here, CLAIM) == ["TERMINATED", "CANCELED", "RUNNING"]
        assert await here.status(DENIED_FIRST) == "RUNNING"

        # The payer has denied it. Whatever becomes of the question's life, it stays asked.
        await here.live_until(8)
        question = review_id(here.asked(ReviewKind.DENIAL).review_no)
        await end_by_hand(here, question, "terminate")
        await end_by_hand(here, question, "cancel")
        assert here.asked(ReviewKind.DENIAL).state == "open"
        assert await ends_of(here, question) == ["TERMINATED", "CANCELED", "RUNNING"]
        assert (await shown_of(here, question))[0] is True
        withdrawn = (await runs_of(here, question))[1].typed_search_attributes
        assert withdrawn.get(shown.NeedsPerson) is False

        await here.decide(ReviewKind.DENIAL, "correct", by=Role.FINANCE)
        await here.live_until(16)
        assert here.stage(DENIED_FIRST) == "closed"
        assert here.claims(DENIED_FIRST) == [("PA", "paid", 2, "780.00")]
        versions = [row["version"] for row in here.held_by("payer_a")["claims"]]
        assert versions == [1, 2]
        assert (await shown_of(here, f"case-{DENIED_FIRST}")) == (False, 0.0, None)
        expect_sound_books(here)


async def test_a_cancel_while_a_case_is_undone_does_not_break_that_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.morning(0)
        await here.start(ORDER)
        await here.live_until(2)
        assert here.stage(ORDER) == "claiming"

        # The head agrees to cancel. The claim is taken back; then the tax service is down.
        down = {"match": "POST /credit-notes", "times": None, "how": "503"}
        here.sandbox["tax"].put("faults", [down])
        await here.doors.ask_case(ORDER, "cancel", "wang.ops", "ordered twice")
        await here.conductor.settle()
        await here.decide(ReviewKind.CANCEL, "approve", by=Role.FINANCE_HEAD)
        assert [row["status"] for row in here.held_by("payer_a")["claims"]] == ["reversed"]
        await end_by_hand(here, f"case-{ORDER}", "cancel")
        assert await here.status(ORDER) == "RUNNING"

        here.sandbox["tax"].put("faults", [])
        await here.live_until(3)
        assert here.stage(ORDER) == "cancelled"
        assert len(here.held_by("tax")["credit_notes"]) == 1
        assert len(here.held_by("erp")["goods_returns"]) == 1
        assert here.books() == {}
        assert (await shown_of(here, f"case-{ORDER}")) == (False, 0.0, None)
        assert here.inbox() == []


async def test_a_returned_case_has_nothing_due_and_waits_for_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        make_quick(here, ORDER, ends={ORDER: "returned"})
        await here.morning(0)
        await here.start(ORDER)
        await here.conductor.settle()
        assert (await shown_of(here, f"case-{ORDER}"))[:2] == (False, 480.0)

        await here.live_until(1)
        assert here.stage(ORDER) == "returned"
        assert (await shown_of(here, f"case-{ORDER}")) == (False, 0.0, None)


async def test_two_questions_at_once_keep_the_case_in_the_list_until_both_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        make_quick(here, ORDER, proof={ORDER: "not_a_pdf"})
        await here.morning(0)
        await here.start(ORDER)
        await here.live_until(1)
        assert here.asked(ReviewKind.PROOF_OF_DELIVERY).case_no == ORDER
        await here.doors.ask_case(ORDER, "cancel", "wang.ops", "ordered twice")
        await here.conductor.settle()

        await here.decide(ReviewKind.CANCEL, "reject", by=Role.FINANCE_HEAD)
        assert (await shown_of(here, f"case-{ORDER}"))[0] is True
        make_quick(here, ORDER)
        await here.decide(ReviewKind.PROOF_OF_DELIVERY, "retry", by=Role.FINANCE)
        assert here.stage(ORDER) == "claiming"
        assert (await shown_of(here, f"case-{ORDER}"))[0] is False

        assert here.inbox() == []


async def test_a_bill_that_is_cancelled_while_a_person_is_asked_about_it_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Monday: above 5,000.00 a person is asked before money moves (PAY-01).
        await here.morning(0)
        parts = [(PartKind.POOL_FUND, Money(550000)), (PartKind.CASH, Money(50000))]
        open_bill(here, parts, share=Money(600000))
        await here.doors.start_payment(NUMBER)
        await here.conductor.settle()
        assert here.asked(ReviewKind.PAYMENT_CHECK).amount == Money(600000)
        bill = payment_id(NUMBER)
        assert await shown_of(here, bill) == (True, 6000.0, None)
        told = await here.details(bill)
        assert "a decision 等待人工决定: " in told
        assert f"{here.parts.settings.api_url}/payments/{NUMBER}" in told

        await end_by_hand(here, bill, "cancel")
        with here.parts.database.reading() as s:
            assert payments.bill_of(s, NUMBER).stage is PaymentStage.UNDONE
        assert here.inbox() == []
        assert await ends_of(here, bill) == ["CANCELED"]
        assert await shown_of(here, bill) == (False, 0.0, None)
        assert here.held_by("payer_a")["settlements"] == []


async def test_a_question_begun_apart_that_somebody_terminated_is_asked_on_by_the_daily_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # A comparison found a claim that we never sent. It does not wait for the answer.
        await here.morning(0)
        asked_in = review_id(review_no_of(STRANGER.natural_key))
        await here.client.start_workflow("ReviewLife", STRANGER, id=asked_in, task_queue=CASES)
        await here.conductor.settle()
        before = here.asked(ReviewKind.PORTAL_FINDING)

        # Terminated, it stands in the inbox, and nobody would be reminded or told of the answer.
        await end_by_hand(here, asked_in, "terminate")
        for name in ("check-1", "check-2"):
            await here.client.start_workflow(DailyCheck.run, id=name, task_queue=CASES)
            await here.conductor.settle()
        assert await ends_of(here, asked_in) == ["TERMINATED", "RUNNING"]
        assert here.asked(ReviewKind.PORTAL_FINDING) == before

        await here.decide(ReviewKind.PORTAL_FINDING, "all_right", by=Role.OPS)
        assert await ends_of(here, asked_in) == ["TERMINATED", "COMPLETED"]
        assert here.security_events() == []
