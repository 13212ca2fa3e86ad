"""Diary: two bills of a pay channel do not come; one is there after all, the other one never."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from domain.review import ReviewKind, Role
from tests.lifecycle.house import House, house
from tests.lifecycle.lists import listed
from tests.lifecycle.test_channel_bill import till_of

pytestmark = pytest.mark.slow


def asked_about(here: House) -> list[str]:
    """The bills that a person is asked about now."""
    return sorted(one.subject for one in here.inbox() if one.kind is ReviewKind.BILL_MISSING)


async def expect_shown(here: House, life_id: str) -> None:
    """The Temporal UI tells whose bill is missed, and that somebody is asked."""
    assert await listed(here, life_id) == {"Account": "pay_json", "NeedsPerson": True}
    told = await here.details(life_id)
    assert told.startswith("**Bill 渠道账单**: pay_json, 2026-01-06")


async def ended(here: House, life_id: str) -> str:
    """What a life ended with."""
    return str(await here.client.get_workflow_handle(life_id).result())


async def test_two_bills_are_missed_and_one_question_is_withdrawn_when_its_bill_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Monday 5 January, then Tuesday: 100.00 and 50.00 are taken.
        await here.morning(0)
        till = till_of(here)
        till.late_bill("2026-01-05", 72)
        await asyncio.to_thread(till.pays, "P1", 10_000)
        await here.morning(1)
        till.late_bill("2026-01-06", 9999)
        await asyncio.to_thread(till.pays, "P2", 5_000)

        # Wednesday: Monday's bill may be late, and nobody is asked.
        await here.live_until(2)
        assert (asked_about(here), here.books()["clearing:pay_json"]) == ([], "150.00")

        # Thursday and Friday: each has been waited for three working days.
        await here.live_until(3)
        assert asked_about(here) == ["pay_json-20260105"]
        await here.live_until(4)
        assert asked_about(here) == ["pay_json-20260105", "pay_json-20260106"]
        await expect_shown(here, "bill-pay_json-2026-01-06")

        # The channel says that Tuesday's is lost for good.
        await here.decide(
            ReviewKind.BILL_MISSING, "no_bill", by=Role.FINANCE, subject="pay_json-20260106"
        )
        assert await ended(here, "bill-pay_json-2026-01-06") == "no_bill"
        assert here.books()["clearing:pay_json"] == "100.00"
        assert here.suspense_is_explained()

        # Saturday: Monday's is there after all; its question goes by itself.
        await here.live_until(5)
        assert asked_about(here) == []
        assert await ended(here, "bill-pay_json-2026-01-05") == "booked"
        assert "clearing:pay_json" not in here.books()
        assert (await listed(here, "bill-pay_json-2026-01-05"))["NeedsPerson"] is False

        # Friday a week later: nobody was asked about either of them again.
        await here.live_until(11)
        assert asked_about(here) == []
        assert here.suspense_is_explained()
