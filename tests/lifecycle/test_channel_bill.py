"""Diary: a pay channel keeps another fee than its contract says, and a person bears it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from connectors.pay_channels.configured import ConfiguredChannel
from domain.review import ReviewKind, Role
from engine.ids import age_id
from tests.activities.till import Till
from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow


def till_of(here: House) -> Till:
    """The house's own channel, with the acquirer and bank behind it."""
    channel = here.world.pay_ways.of("pay_json")
    assert isinstance(channel, ConfiguredChannel)
    notify_url = f"{here.world.page_root}/webhooks/pay-channels/pay_json"
    outside = here.sandbox["acquirer"], here.sandbox["bank"]
    return Till(here.world, "pay_json", channel, *outside, notify_url)


async def waiting(here: House) -> list[str]:
    """The lives that wait for unclear money of a day."""
    query = "WorkflowType='AgeLines' AND ExecutionStatus='Running'"
    return [life.id async for life in here.client.list_workflows(query)]


async def test_a_wrong_fee_waits_for_its_day_and_is_borne_by_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        # Monday 5 January: 100.00 are taken. The contract says 0.60, the channel will keep 0.90.
        await here.morning(0)
        till = till_of(here)
        till.plant(P1={"fee_minor": 90})
        await asyncio.to_thread(till.pays, "P1", 10_000)
        assert here.books() == {"clearing:pay_json": "100.00", "prepayments": "-100.00"}

        # Wednesday: Monday's bill is booked, and the bank has shown Tuesday's credit of 99.10.
        await here.live_until(2)
        assert here.books() == {
            "bank:BA-01": "100099.10",
            "opening_balances": "-100000.00",
            "pay_fees": "0.60",
            "prepayments": "-100.00",
            "suspense:pay_json": "0.30",
        }
        assert till.owed() == "0.00"
        assert await waiting(here) == ["age-pay_json-2026-01-06"]
        assert here.inbox() == []

        # Thursday, two working days after the money came: a person is asked, once.
        await here.live_until(3)
        asked = here.asked(ReviewKind.DIFFERENCE)
        assert (asked.amount.plain(), await waiting(here)) == (
            "-0.30",
            [age_id("pay_json", here.conductor.now.date().replace(day=6))],
        )
        await here.decide(ReviewKind.DIFFERENCE, "accept", by=Role.FINANCE)
        assert (await waiting(here), here.suspense_is_explained()) == ([], True)
        assert here.books()["write_offs"] == "0.30"
        assert "clearing:pay_json" not in here.books()
