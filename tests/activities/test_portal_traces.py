"""Which runs are traced, and where the trace of one that failed goes."""

from __future__ import annotations

from contextlib import suppress

import pytest

from activities.portal_access import at_portal
from activities.world import World
from bots.portal import tracing
from bots.portal.bot import PortalBot
from bots.portal.refusals import PortalDown
from store import portal_runs
from store.documents import list_for_case
from tests.activities.facts import CASE_NO, CLAIM_NO, claim_with_payer
from tests.activities.test_portal_access import bot


async def traced_run(world: World, ours: PortalBot, error: Exception | None = None) -> bool:
    """One run whose bot leaves a trace whenever it is asked for one; whether it was asked."""
    asked = False

    async def work() -> None:
        nonlocal asked
        async with at_portal(world, ours, "PB", "status", claim_no=CLAIM_NO):
            traced = tracing._RUN.get()
            assert traced is not None
            asked, traced.trace = traced.is_wanted, b"PK" * traced.is_wanted
            if error is not None:
                raise error

    with suppress(type(error) if error else PortalDown):
        await work()
    assert tracing._RUN.get() is None
    return asked


async def test_the_run_after_a_failed_one_is_traced_until_one_goes_well(world: World) -> None:
    ours, down = bot(), PortalDown("away")
    asked = [await traced_run(world, ours, error) for error in (None, down, down, None, None)]
    assert asked == [False, False, True, True, False]


@pytest.mark.parametrize(("trace", "asked"), [("after_failure", True), ("never", False)])
async def test_every_canary_is_traced_unless_its_portal_is_never_traced(
    world: World, trace: str, asked: bool
) -> None:
    ours = bot()
    rule = ours.definition.evidence.model_copy(update={"trace": trace})
    ours.written = ours.definition.model_copy(update={"evidence": rule})
    async with at_portal(world, ours, "PB", "canary"):
        run = tracing._RUN.get()
        assert run is not None
        assert run.is_wanted is asked


@pytest.mark.parametrize(("trace", "asked"), [("always", True), ("never", False)])
async def test_a_portal_may_say_that_every_run_is_traced_or_none(
    world: World, trace: str, asked: bool
) -> None:
    rule = bot().definition.evidence.model_copy(update={"trace": trace})
    ours = bot()
    ours.written = ours.definition.model_copy(update={"evidence": rule})
    down = PortalDown("away")
    assert [await traced_run(world, ours, error) for error in (None, down, down)] == [asked] * 3


async def test_a_trace_is_kept_in_the_case_of_the_claim_and_named_by_its_run(
    world: World,
) -> None:
    claim_with_payer(world)
    for _ in range(2):
        await traced_run(world, bot(), PortalDown("away"))
    with world.database.reading() as s:
        untraced, failed = portal_runs.runs_of(s, CLAIM_NO)
        (kept,) = [one for one in list_for_case(s, CASE_NO) if one.kind == "trace"]
        assert (kept.sha256, kept.source) == (failed.trace_sha256, "PB")
        assert kept.name == f"{CLAIM_NO} status 1"
        assert world.evidence.get(s, kept.sha256) == b"PK"
    assert untraced.trace_sha256 == ""
