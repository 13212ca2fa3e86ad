"""The answer is lost at the portal, at the pay channel, at the bank, and on the way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.review import ReviewKind, Role
from runtime.invariants import bank_differs, unbalanced
from runtime.people import login_of
from sandbox.scenarios import seeds
from store import claims
from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow

CLAIMED, IN_THE_WAREHOUSE, RESERVED = "SO-2026-0023", "SO-2026-0022", "SO-2026-0021"
PAID_BY_PATIENT, VOIDED, NOT_HEARD_OF = "SO-2026-0001", "SO-2026-0028", "SO-2026-0026"

QUICK = seeds()["carrier"]["scripts"][PAID_BY_PATIENT]
NEXT_DAY = {"scripts": {VOIDED: QUICK, NOT_HEARD_OF: QUICK}}
STRUCK = ("erp", "tax", "payer_a", "carrier")
STUCK = {"match": "POST /goods-issues", "times": None, "how": "503"}


def lost(match: str, times: int = 1) -> dict[str, object]:
    return {"match": match, "times": times, "how": "drop_after_commit"}


async def cancel(here: House, order_no: str) -> None:
    """Ops asks, the head approves."""
    await here.doors.ask_case(order_no, "cancel", login_of(Role.OPS), "the hospital says no")
    await here.conductor.settle()
    await here.decide(ReviewKind.CANCEL, "approve", by=Role.FINANCE_HEAD)


def journal(here: House, claim_no: str) -> list[str]:
    """How far each attempt to hand the claim in got."""
    with here.parts.database.reading() as session:
        return [event.state for event in claims.intent_history(session, claim_no)]


async def test_a_lost_answer_on_the_way_back_undoes_everything_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Three orders: one is with the payer, one with the carrier, one is reserved and stuck.
        await here.morning(0)
        await here.start(CLAIMED)
        await here.live_until(2)
        await here.start(IN_THE_WAREHOUSE)
        await here.conductor.settle()
        here.sandbox["erp"].put("faults", [STUCK])
        await here.start(RESERVED)
        await here.conductor.settle()
        assert here.stage(CLAIMED) == "claiming"
        assert here.stage(IN_THE_WAREHOUSE) == "shipped"
        assert here.stage(RESERVED) == "reserved"

        back = ("POST /goods-returns", "POST /vouchers", "DELETE /reservations")
        here.sandbox["erp"].put("faults", [STUCK, *(lost(match) for match in back)])
        here.sandbox["tax"].put("faults", [lost("POST /credit-notes")])
        here.sandbox["payer_a"].put("faults", [lost("POST /claims/")])
        here.sandbox["carrier"].put("faults", [lost("POST /shipments/")])
        for order_no in (IN_THE_WAREHOUSE, CLAIMED, RESERVED):
            await cancel(here, order_no)
        await here.live_until(4)

        left = {name: here.sandbox[name].get("/_sandbox/faults") for name in STRUCK}
        assert left == {"erp": [STUCK], "tax": [], "payer_a": [], "carrier": []}
        for order_no in (CLAIMED, IN_THE_WAREHOUSE, RESERVED):
            assert here.stage(order_no) == "cancelled"
            assert await here.status(order_no) == "COMPLETED"
        assert_undone_once(here)


def assert_undone_once(here: House) -> None:
    erp = here.held_by("erp")
    assert len(erp["goods_returns"]) == 2
    assert sorted(row["status"] for row in erp["reservations"]) == [
        "released",
        "returned",
        "returned",
    ]
    assert [row["key"] for row in erp["vouchers"]] == [
        f"invoice:{CLAIMED}",
        f"credit:{CLAIMED}",
    ]
    assert len(here.held_by("tax")["credit_notes"]) == 1
    assert [row["status"] for row in here.held_by("payer_a")["claims"]] == ["reversed"]
    assert "cancelled" in {row["status"] for row in here.held_by("carrier")["shipments"]}
    assert here.books() == {}
    assert unbalanced(here.parts) == []
    assert here.inbox() == []


async def test_a_lost_answer_at_the_portal_the_pay_channel_and_the_bank_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch, with_browser=True) as here:
        await here.morning(0)
        here.sandbox["carrier"].post("/_sandbox/seed", NEXT_DAY, 200)
        for order_no in (PAID_BY_PATIENT, VOIDED, NOT_HEARD_OF):
            await here.start(order_no)
        here.sandbox["payer_b"].put("faults", [lost("POST /claims/new/submit", times=3)])
        away = ("POST /payment-links", "GET /payment-links", "GET /settlements")
        here.sandbox["pay_channel"].put("faults", [lost(match) for match in away])
        here.sandbox["bank"].put("faults", [lost("GET /accounts/", times=4)])
        await here.live_until(1)
        assert here.claims(PAID_BY_PATIENT) == [("PB", "drafted", 1, "0.00")]
        assert journal(here, "CL-2026-0001-1")[-2:] == ["sending", "unknown"]

        # One is cancelled before anybody knows whether the portal has it.
        await cancel(here, NOT_HEARD_OF)

        await here.live_until(2)
        # It was clicked once, nobody heard the answer, and it was found by looking.
        assert journal(here, "CL-2026-0001-1")[-1] == "confirmed"
        assert journal(here, "CL-2026-0001-1").count("armed") == 1
        here.sandbox["payer_b"].put("faults", [lost("POST /claims/")])
        await cancel(here, VOIDED)
        await here.live_until(9)

        assert here.stage(PAID_BY_PATIENT) == "closed"
        assert here.stage(VOIDED) == here.stage(NOT_HEARD_OF) == "cancelled"
        theirs = {row["order_no"]: row["status"] for row in here.held_by("payer_b")["claims"]}
        assert theirs == {PAID_BY_PATIENT: "paid", VOIDED: "reversed", NOT_HEARD_OF: "reversed"}
        assert len(here.held_by("payer_b")["claims"]) == 3
        assert len(here.held_by("pay_channel")["payment_links"]) == 1
        assert here.inbox() == []
        assert unbalanced(here.parts) == []
        assert await bank_differs(here.parts) == []
        assert here.suspense_is_explained()
