"""A day on which somebody hands claims in by hand under our account, and the portal changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domain.review import ReviewKind, Role
from domain.watch import PortalToWatch
from engine.ids import canary_id, compare_id
from engine.queues import CASES
from store import portal_runs
from tests.lifecycle.house import House, house
from tests.sandbox.clerk import Clerk, Paper
from workflows.compare_portal import ComparePortal, RehearsePortal

pytestmark = pytest.mark.slow

BY_PORTAL = "SO-2026-0001"
PB = PortalToWatch("PB")


async def compare(here: House) -> str:
    """The evening's comparison; it ends without waiting for anybody."""
    today = here.conductor.now.date()
    return await here.client.execute_workflow(
        ComparePortal.run, PB, id=compare_id("PB", today), task_queue=CASES
    )


async def rehearse(here: House) -> str:
    """The night's walk up to the unsent form."""
    today = here.conductor.now.date()
    return await here.client.execute_workflow(
        RehearsePortal.run, PB, id=canary_id("PB", today), task_queue=CASES
    )


def hand_in_by_hand(here: House, paper: Paper) -> str:
    with Clerk(str(here.sandbox["payer_b"].client.base_url)) as clerk:
        clerk.sign_in()
        return clerk.file(paper)


def strike(here: House, *faults: tuple[str, int | None, str]) -> None:
    told = [{"match": match, "times": times, "how": how} for match, times, how in faults]
    here.sandbox["payer_b"].put("faults", told)


def canaries(here: House) -> list[str]:
    with here.parts.database.reading() as session:
        return [run.outcome for run in portal_runs.runs_of(session, "") if run.step == "canary"]


async def test_what_nobody_here_handed_in_is_asked_about_once_and_a_changed_portal_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch, with_browser=True) as here:
        # Tuesday 6 January: our claim is handed in, and in the evening everything is in order.
        await here.morning(0)
        await here.start(BY_PORTAL)
        await here.morning(1)
        assert here.claims(BY_PORTAL)[0][1] == "submitted"
        assert await rehearse(here) == "PB, done: every page is as defined"
        assert len(here.held_by("payer_b")["claims"]) == 1
        await evening(here)
        assert await compare(here) == "PB, done: 1 listed, 1 ours, 0 arrived, 0 differ"
        assert here.inbox() == []

        # Wednesday 7 and Thursday 8 January: somebody hands in a claim by hand.
        await expect_a_stranger_asked_about_once(here)
        # Friday 9 January: the form is another one.
        await expect_two_drifts_in_a_row_pause_the_portal(here)
        assert len(here.held_by("payer_b")["claims"]) == 2


async def evening(here: House) -> None:
    await here.conductor.move_to(here.conductor.now.replace(hour=21))


async def expect_a_stranger_asked_about_once(here: House) -> None:
    await here.morning(2)
    receipt = hand_in_by_hand(here, replace(Paper(), claim_no="BY-HAND-1"))
    await evening(here)
    assert (await compare(here)).endswith("2 listed, 1 ours, 0 arrived, 1 differ")
    await here.conductor.settle()
    asked = here.asked(ReviewKind.PORTAL_FINDING)
    assert asked.sentence_en == (
        f"PB lists claim {receipt} (BY-HAND-1), which we never handed in. Who did?"
    )
    assert asked.amount.plain() == "360.00"

    # Nobody has answered. It is compared all the same, and asked no second time.
    await here.morning(3)
    await evening(here)
    assert (await compare(here)).endswith("1 differ")
    await here.conductor.settle()
    assert here.asked(ReviewKind.PORTAL_FINDING).version == asked.version
    await here.decide(ReviewKind.PORTAL_FINDING, "all_right", by=Role.OPS)
    assert here.inbox() == []
    assert here.security_events() == ["unknown_claim_at_portal"]


async def expect_two_drifts_in_a_row_pause_the_portal(here: House) -> None:
    await here.morning(4)
    strike(here, ("GET /claims/new", None, "changed_layout"))
    assert (await rehearse(here)).startswith("PB, needs a person: Page 'insured'")
    await rehearse(here)
    await here.conductor.settle()
    assert here.asked(ReviewKind.PORTAL_FINDING).subject == "PB PortalLayoutChanged"
    await here.morning(5)
    assert (await rehearse(here)).startswith("PB, not open: Portal PB is paused")
    assert canaries(here) == ["ok", "drift", "drift"]
