"""Ops staff hold a case, let it go on, and have its order read anew."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from api.parts import CaseRequestRefused
from domain.review import ReviewKind, Role
from engine import search_attributes as shown
from sandbox.scenarios import seeds
from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow

DENIED_FIRST = "SO-2026-0004"
PLAIN = "SO-2026-0002"


async def ask(here: House, order_no: str, what: str) -> None:
    await here.doors.ask_case(order_no, what, "wang.ops", "the hospital called")
    await here.conductor.settle()


async def test_a_held_case_takes_no_step_and_neither_does_its_claim_until_it_is_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Monday 5 January: on its way, and held. The parcel arrives on Wednesday all the same.
        await here.morning(0)
        await here.start(DENIED_FIRST)
        await here.conductor.settle()
        await ask(here, DENIED_FIRST, "hold")
        await here.live_until(3)
        assert here.stage(DENIED_FIRST) == "shipped"
        assert here.held_by("tax")["invoices"] == []
        with pytest.raises(CaseRequestRefused, match="on hold or ended already"):
            await ask(here, DENIED_FIRST, "hold")

        # Thursday 8 January: resumed, it catches up at once, and is handed in.
        await ask(here, DENIED_FIRST, "resume")
        assert here.stage(DENIED_FIRST) == "claiming"
        with pytest.raises(CaseRequestRefused, match="not on hold"):
            await ask(here, DENIED_FIRST, "resume")

        # Held again while the claim is with the payer. Saturday's denial is not even looked at.
        await ask(here, DENIED_FIRST, "hold")
        await here.live_until(8)
        assert here.claims(DENIED_FIRST) == [("PA", "submitted", 1, "0.00")]
        assert here.inbox() == []

        # Tuesday 13 January: resumed, it looks at the next poll, finds the denial, and asks.
        await ask(here, DENIED_FIRST, "resume")
        await here.live_until(9)
        await here.decide(ReviewKind.DENIAL, "correct", by=Role.FINANCE)
        await here.live_until(16)
        assert here.stage(DENIED_FIRST) == "closed"
        assert here.claims(DENIED_FIRST) == [("PA", "paid", 2, "780.00")]


async def test_a_nudge_reaches_the_claim_and_a_resume_says_again_what_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.morning(0)
        await here.start(DENIED_FIRST)
        await here.conductor.settle()
        waits = "等待签收, since 2026-01-05"
        assert waits in await here.details(f"case-{DENIED_FIRST}")
        await ask(here, DENIED_FIRST, "hold")
        assert "**On hold 暂停**: the hospital called" in await here.details(f"case-{DENIED_FIRST}")
        with pytest.raises(CaseRequestRefused, match="on hold: resume it first"):
            await ask(here, DENIED_FIRST, "nudge")
        await ask(here, DENIED_FIRST, "resume")
        assert waits in await here.details(f"case-{DENIED_FIRST}")

        # A question beside the life: both are told, and after the answer the wait again.
        await ask(here, DENIED_FIRST, "cancel")
        told = await here.details(f"case-{DENIED_FIRST}")
        assert waits in told
        assert "Cancel order SO-2026-0004? the hospital called" in told
        await here.decide(ReviewKind.CANCEL, "reject", by=Role.FINANCE_HEAD)
        told = await here.details(f"case-{DENIED_FIRST}")
        assert waits in told
        assert "Cancel order" not in told

        # With the payer, the claim does the waiting: nudged, it asks the payer once more.
        await here.live_until(3)
        assert here.claims(DENIED_FIRST) == [("PA", "submitted", 1, "0.00")]
        before = await times_asked(here)
        await ask(here, DENIED_FIRST, "nudge")
        assert await times_asked(here) == before + 1


async def times_asked(here: House) -> int:
    """How often the claim has asked the payer."""
    history = await here.client.get_workflow_handle("claim-CL-2026-0004-1").fetch_history()
    return sum(
        event.activity_task_scheduled_event_attributes.activity_type.name == "ask_payer"
        for event in history.events
    )


async def test_a_corrected_order_is_invoiced_and_claimed_as_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Monday 5 January: 2 pieces at 180.00 were typed in; the contract says 170.00.
        await here.morning(0)
        await here.start(PLAIN)
        await here.conductor.settle()
        correct_price_in_erp(here)
        await ask(here, PLAIN, "correct")
        assert await amount_due(here, PLAIN) == 480.00

        await here.decide(ReviewKind.CORRECT_DATA, "approve", by=Role.FINANCE)
        assert await amount_due(here, PLAIN) == 460.00

        # Tuesday 6 January: delivered, invoiced and handed in, with the price of the contract.
        await here.live_until(1)
        assert here.held_by("tax")["invoices"][0]["total"] == "460.00"
        assert here.books()["receivable:PA"] == "460.00"
        with pytest.raises(CaseRequestRefused, match="too late for correct_data"):
            await ask(here, PLAIN, "correct")

        await here.live_until(5)
        assert here.stage(PLAIN) == "closed"
        assert here.claims(PLAIN) == [("PA", "paid", 1, "460.00")]
        assert here.books()["bank:BA-01"] == "100460.00"


def correct_price_in_erp(here: House) -> None:
    order = deepcopy(next(o for o in seeds()["erp"]["orders"] if o["order_no"] == PLAIN))
    line = order["lines"][0]
    assert (line["quantity"], line["amount"]) == (2, "360.00")
    line |= {"unit_price": "170.00", "amount": "340.00"}
    order |= {"total": "460.00"}
    here.sandbox["erp"].client.post("/_sandbox/seed", json={"orders": [order]}).raise_for_status()


async def amount_due(here: House, order_no: str) -> float | None:
    """What the case list of the Temporal UI shows."""
    described = await here.client.get_workflow_handle(f"case-{order_no}").describe()
    return described.typed_search_attributes.get(shown.AmountDue)
