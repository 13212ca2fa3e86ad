"""Whether a bot may go to a portal, whether it is alone there, and what is noted of the run."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities import portal_access
from activities.portal_access import PortalClosed, at_portal
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser
from bots.portal.definition import Politeness, load
from bots.portal.refusals import (
    CaptchaShown,
    CodeRefused,
    LoginRefused,
    PortalDown,
    PortalLayoutChanged,
    SignedInElsewhere,
)
from bots.portal.values import Credentials
from store import portal_leases, portal_runs, portal_states
from store.portal_leases import FenceLost, LeaseHeld
from store.portal_states import PortalCoolingDown, PortalLoginLocked, PortalPaused
from tests.activities.desk import ZHAO, clock_of

DEFINITION = Path(__file__).parents[2] / "counterparties" / "PB" / "portal.toml"


def bot(hours: str = "00:00-24:00", sessions: int = 4) -> PortalBot:
    """A bot that never opens its browser."""
    politeness = Politeness(hours=hours, most_sessions=sessions, cool_down_minutes=120)
    definition = load(DEFINITION, url="http://127.0.0.1:1")
    polite = definition.model_copy(update={"politeness": politeness})
    return PortalBot(polite, Credentials("hk-bot", "a-secret"), PortalBrowser())


async def run(world: World, error: Exception | None = None, ours: PortalBot | None = None) -> None:
    """One run that ends well, or with an error."""
    async with at_portal(world, ours or bot(), "PB", "status", claim_no="CL-2026-0001-1"):
        if error is not None:
            raise error


def runs(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as s:
        return [(one.outcome, one.error_type) for one in portal_runs.runs_of(s, "CL-2026-0001-1")]


async def test_every_run_is_counted_by_how_it_ended(world: World) -> None:
    await run(world)
    for error in (PortalDown("away"), PortalLayoutChanged("claims", "moved")):
        with pytest.raises(type(error)):
            await run(world, error)
    assert runs(world) == [("ok", ""), ("system", "PortalDown"), ("drift", "PortalLayoutChanged")]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (CaptchaShown(), "person"),
        (LoginRefused("PB", "hk-bot"), "person"),
        (CodeRefused("PB"), "person"),
        (LeaseHeld("PB", "hk-bot", datetime.now(UTC)), "system"),
        (ValueError("whatever else"), "system"),
    ],
)
def test_what_only_a_person_can_help_is_counted_apart(error: Exception, outcome: str) -> None:
    assert portal_access.outcome_of(error) == outcome


async def test_a_portal_that_rightly_said_no_and_a_second_try_are_counted_as_that(
    world: World,
) -> None:
    claim_no = "CL-2026-0001-1"
    async with at_portal(world, bot(), "PB", "submit", claim_no=claim_no, attempt=2) as access:
        access.outcome = "business"
    with world.database.reading() as s:
        (noted,) = portal_runs.runs_of(s, claim_no)
    assert (noted.outcome, noted.attempt) == ("business", 2)


async def test_a_run_that_is_called_off_is_no_run(world: World) -> None:
    with pytest.raises(asyncio.CancelledError):
        async with at_portal(world, bot(), "PB", "status", claim_no="CL-2026-0001-1"):
            raise asyncio.CancelledError
    assert runs(world) == []


async def test_the_second_changed_page_in_a_row_pauses_the_portal_for_everybody(
    world: World,
) -> None:
    changed = PortalLayoutChanged("claims", "moved")
    for error in (changed, None, changed):
        if error is None:
            await run(world)
            continue
        with pytest.raises(PortalLayoutChanged):
            await run(world, error)
    await run(world)
    for _ in range(2):
        with pytest.raises(PortalLayoutChanged):
            await run(world, changed)
    with pytest.raises(PortalPaused):
        await run(world)


async def test_a_portal_that_is_away_in_between_has_not_shown_its_old_pages_again(
    world: World,
) -> None:
    changed = PortalLayoutChanged("claims", "moved")
    for error in (changed, PortalDown("away"), changed):
        with pytest.raises(type(error)):
            await run(world, error)
    with pytest.raises(PortalPaused):
        await run(world)


async def test_a_portal_that_is_away_twice_is_not_paused(world: World) -> None:
    for _ in range(3):
        with pytest.raises(PortalDown):
            await run(world, PortalDown("it is being maintained"))
    await run(world)


async def test_a_login_that_was_refused_twice_is_tried_no_third_time(world: World) -> None:
    for _ in range(2):
        with pytest.raises(LoginRefused):
            await run(world, LoginRefused("PB", "hk-bot"))
    with pytest.raises(PortalLoginLocked):
        await run(world)


async def test_a_login_that_works_in_between_begins_the_count_anew(world: World) -> None:
    refused = LoginRefused("PB", "hk-bot")
    for error in (refused, None, refused):
        if error is None:
            await run(world)
            continue
        with pytest.raises(LoginRefused):
            await run(world, error)
    await run(world)


async def test_a_run_after_an_unlock_knows_that_a_person_has_seen_to_the_password(
    world: World,
) -> None:
    ours = bot()
    await run(world, ours=ours)
    assert ours.unlocks == 0
    with world.writing() as s:
        portal_states.unlock(s, "PB", "hk-bot", ZHAO, world.now(), why="changed at the portal")
    await run(world, ours=ours)
    assert ours.unlocks == 1


async def test_a_captcha_leaves_the_portal_alone_for_as_long_as_it_says(world: World) -> None:
    with pytest.raises(CaptchaShown):
        await run(world, CaptchaShown())
    clock_of(world).moment += timedelta(minutes=119)
    with pytest.raises(PortalCoolingDown):
        await run(world)
    clock_of(world).moment += timedelta(minutes=1)
    await run(world)


async def test_an_account_that_somebody_else_uses_is_left_to_them_for_a_while(
    world: World,
) -> None:
    with pytest.raises(SignedInElsewhere):
        await run(world, SignedInElsewhere())
    with pytest.raises(PortalCoolingDown):
        await run(world)


async def test_a_portal_is_used_in_its_hours_only(world: World) -> None:
    # It is eight in the morning in Shanghai.
    await run(world, ours=bot("08:00-17:00"))
    with pytest.raises(PortalClosed) as closed:
        await run(world, ours=bot("09:30-17:00"))
    assert closed.value.wait_s == 5401
    clock_of(world).moment += timedelta(hours=1)
    with pytest.raises(PortalClosed) as tomorrow:
        await run(world, ours=bot("08:00-09:00"))
    assert tomorrow.value.wait_s == 23 * 3600 + 1
    clock_of(world).moment -= timedelta(hours=1)
    with pytest.raises(PortalClosed) as over:
        await run(world, ours=bot("06:00-08:00"))
    assert over.value.wait_s == 22 * 3600 + 1


async def test_only_one_run_at_a_time_has_an_account_to_itself(world: World) -> None:
    order: list[str] = []

    async def one(name: str) -> None:
        async with at_portal(world, bot(), "PB", "submit", alone=True):
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    await asyncio.gather(one("first"), one("second"))
    assert order[0][:5] == order[1][:5]
    assert order[2][:5] == order[3][:5]
    with world.database.reading() as s:
        lease = portal_leases.lease_of(s, "PB", "hk-bot")
    assert lease is not None
    assert lease.fence == 2
    assert not lease.is_alive(portal_access.real_now())


async def test_whoever_was_taken_over_shows_a_fence_that_is_worth_nothing(world: World) -> None:
    later = datetime.now(UTC) + timedelta(seconds=portal_access.LEASE_S + 5)
    async with at_portal(world, bot(), "PB", "submit", alone=True) as access:
        fence = access.fence()
        assert fence is not None
        with world.writing() as s:
            portal_leases.require_shown(s, fence)
        with world.writing() as s, pytest.raises(LeaseHeld):
            portal_leases.acquire(s, "PB", "hk-bot", "other", now=datetime.now(UTC), lasts_s=30)
        with world.writing() as s:
            portal_leases.acquire(s, "PB", "hk-bot", "other", now=later, lasts_s=30)
        stale = access.fence()
        assert stale is not None
        with world.writing() as s, pytest.raises(FenceLost):
            portal_leases.require_shown(s, stale)
    with world.database.reading() as s:
        present = portal_leases.lease_of(s, "PB", "hk-bot")
    assert present is not None
    assert present.holder == "other"


async def test_a_lease_is_renewed_for_as_long_as_its_bot_lives(world: World) -> None:
    async with at_portal(world, bot(), "PB", "submit", alone=True, lease_s=1) as access:
        await asyncio.sleep(1.2)
        assert access.holds()
        fence = access.fence()
        assert fence is not None
        with world.writing() as s:
            portal_leases.require_shown(s, fence)


async def test_a_lease_that_ran_out_is_not_held_whoever_else_has_it(world: World) -> None:
    now = portal_access.real_now()
    access = portal_access.Access("PB", "hk-bot", 1)
    assert not access.holds()
    with world.writing() as s:
        access.lease = portal_leases.acquire(s, "PB", "hk-bot", "me", now=now, lasts_s=30)
    assert access.holds()
    with world.writing() as s:
        long_ago = now - timedelta(seconds=60)
        access.lease = portal_leases.acquire(s, "PB", "other", "me", now=long_ago, lasts_s=30)
    assert not access.holds()


async def test_a_portal_with_one_session_is_never_used_twice_at_once(world: World) -> None:
    async with at_portal(world, bot(sessions=1), "PB", "status") as access:
        assert access.fence() is not None
    async with at_portal(world, bot(sessions=2), "PB", "status") as access:
        assert access.fence() is None


async def test_a_state_that_was_never_noted_is_open(world: World) -> None:
    with world.database.reading() as s:
        assert portal_states.portal_state(s, "PB").paused_since is None
