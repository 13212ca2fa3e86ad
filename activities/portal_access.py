"""Before a bot goes to a portal, and after: may it, has it the account to itself, how did it go.

Apart from the steps because every one of them goes through this door.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from activities import portal_drift, portal_evidence
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.refusals import (
    CaptchaShown,
    CodeRefused,
    LoginRefused,
    Obstacle,
    PortalLayoutChanged,
    SignedInElsewhere,
)
from bots.portal.tracing import TracedRun, traced
from store import portal_leases, portal_runs, portal_states
from store.portal_leases import Fence, FenceLost, Lease, LeaseHeld

ZONE = ZoneInfo("Asia/Shanghai")
LEASE_S = 30
"""How long a killed bot keeps the account from others; a living one renews long before."""
_RENEWALS = 6
_ASK_AGAIN_S = 0.25
_MOST_WAIT_S = 120.0


class PortalClosed(RuntimeError):
    """The portal may be used at certain hours only."""

    def __init__(self, portal: str, hours: str, wait_s: int) -> None:
        self.portal, self.wait_s = portal, wait_s
        super().__init__(f"Portal {portal} is used at {hours} only; it opens in {wait_s} s.")


@dataclass
class Access:
    """One run at a portal; `outcome` may be set to "business" when the portal rightly said no."""

    portal: str
    account: str
    attempt: int
    lease_s: int = LEASE_S
    outcome: portal_runs.Outcome = "ok"
    lease: Lease | None = None

    def fence(self) -> Fence | None:
        """What to show with everything that is noted or sent, at this moment."""
        return None if self.lease is None else self.lease.shown(real_now())

    def holds(self) -> bool:
        """Whether the lease lives by our own clock: asked without the store, so at any moment."""
        return self.lease is not None and self.lease.is_alive(real_now())


def real_now() -> datetime:
    """The machine's own time: a lease guards against processes, which know no simulated clock."""
    return datetime.now(UTC)


@asynccontextmanager
async def at_portal(
    world: World,
    bot: PortalBot,
    portal: str,
    step: portal_runs.Step,
    *,
    claim_no: str = "",
    attempt: int = 1,
    alone: bool = False,
    lease_s: int = LEASE_S,
) -> AsyncIterator[Access]:
    """Let one run in, and write down how it went. `alone`: nobody else may use the account.

    `lease_s`: how long it stays ours when this process is killed or stands still.

    Raises: PortalClosed, PortalPaused, PortalCoolingDown, PortalLoginLocked, LeaseHeld.
    """
    account = bot.username
    access = Access(portal, account, attempt, lease_s)
    traced_run = await asyncio.to_thread(_require_open, world, bot, access, step)
    started_at, started_s = world.now(), time.monotonic()
    alone = alone or bot.definition.politeness.most_sessions == 1
    error: BaseException | None = None
    try:
        async with _held(world, access) if alone else _nothing():
            with traced(traced_run):
                yield access
    except BaseException as failure:
        error = failure
        raise
    finally:
        run = portal_runs.PortalRun(
            portal=portal,
            step=step,
            started_at=started_at,
            ended_at=world.now(),
            outcome=access.outcome if error is None else outcome_of(error),
            attempt=attempt,
            seconds=round(time.monotonic() - started_s, 3),
            error_type="" if error is None else type(error).__name__,
            claim_no=claim_no,
        )
        if not isinstance(error, asyncio.CancelledError):
            kept = await asyncio.to_thread(portal_evidence.keep_trace, world, run, traced_run.trace)
            run = replace(run, trace_sha256=kept)
            await asyncio.to_thread(_write_down, world, bot, access, run, error)


def outcome_of(error: BaseException) -> portal_runs.Outcome:
    """How a run that failed is counted."""
    if isinstance(error, PortalLayoutChanged):
        return "drift"
    if isinstance(error, Obstacle | LoginRefused | CodeRefused):
        return "person"
    return "system"


def _require_open(
    world: World, bot: PortalBot, access: Access, step: portal_runs.Step
) -> TracedRun:
    """Whether the run may begin, and whether it is traced: a canary is, for it is run once a day
    and the first to meet a portal that was rebuilt."""
    politeness, now = bot.definition.politeness, world.now().astimezone(ZONE)
    if not politeness.is_open(now.time()):
        opens = datetime.strptime(politeness.hours[:5], "%H:%M").replace(tzinfo=ZONE).timetz()
        opens_at = datetime.combine(now.date(), opens)
        if opens_at <= now:
            opens_at += timedelta(days=1)
        wait_s = int((opens_at - now).total_seconds()) + 1
        raise PortalClosed(access.portal, politeness.hours, wait_s)
    with world.database.reading() as session:
        portal_states.require_open(session, access.portal, access.account, world.now())
        bot.unlocks = portal_states.unlocks_of(session, access.portal, access.account)
        # What people accepted since the last run holds from here on, without a restart.
        portal_drift.lay_over(session, bot, access.portal)
        rule = bot.definition.evidence.trace
        is_wanted = rule == "after_failure" and portal_runs.has_failed_last(session, access.portal)
    is_wanted = is_wanted or rule == "always" or (step == "canary" and rule != "never")
    return TracedRun(is_wanted)


@asynccontextmanager
async def _held(world: World, access: Access) -> AsyncIterator[None]:
    """Hold the account's lease and renew it; whoever loses it meets the fence at the next note."""
    access.lease = await _acquire(world, access)
    renewing = asyncio.create_task(_renew(world, access))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError, FenceLost):
            await renewing
        await asyncio.to_thread(_release, world, access.lease)


async def _acquire(world: World, access: Access) -> Lease:
    """Wait for our turn, up to two minutes. Raises: LeaseHeld."""
    holder, ends_at = uuid.uuid4().hex, time.monotonic() + _MOST_WAIT_S
    while True:
        try:
            return await asyncio.to_thread(_acquire_once, world, access, holder)
        except LeaseHeld:
            if time.monotonic() > ends_at:
                raise
        await asyncio.sleep(_ASK_AGAIN_S)


def _acquire_once(world: World, access: Access, holder: str) -> Lease:
    with world.writing() as session:
        return portal_leases.acquire(
            session, access.portal, access.account, holder, now=real_now(), lasts_s=access.lease_s
        )


async def _renew(world: World, access: Access) -> None:
    while True:
        await asyncio.sleep(access.lease_s / _RENEWALS)
        access.lease = await asyncio.to_thread(_renew_once, world, access)


def _renew_once(world: World, access: Access) -> Lease:
    assert access.lease is not None
    with world.writing() as session:
        return portal_leases.renew(
            session,
            access.portal,
            access.account,
            access.lease.fence,
            now=real_now(),
            lasts_s=access.lease_s,
        )


def _release(world: World, lease: Lease) -> None:
    with world.writing() as session:
        portal_leases.release(session, lease.portal, lease.account, lease.fence, now=real_now())


def _write_down(
    world: World,
    bot: PortalBot,
    access: Access,
    run: portal_runs.PortalRun,
    error: BaseException | None,
) -> None:
    """How it went; two failures in a row pause the portal, two refused logins lock the account."""
    portal, account, now = access.portal, access.account, world.now()
    with world.writing() as session:
        portal_runs.note_run(session, run)
        if isinstance(error, LoginRefused):
            portal_states.note_login_refused(session, portal, account, now)
        elif isinstance(error, CaptchaShown | SignedInElsewhere):
            # A captcha wants a person, and a person who is in wants to stay in.
            minutes = bot.definition.politeness.cool_down_minutes
            portal_states.cool_down(session, portal, now + timedelta(minutes=minutes))
        elif isinstance(error, PortalLayoutChanged):
            portal_states.note_failure(session, portal, str(error), now)
        elif error is None:
            portal_states.note_success(session, portal)
            portal_states.note_login_worked(session, portal, account)


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield
