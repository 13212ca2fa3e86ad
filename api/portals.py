"""Everything a page or program may see of the portals, gathered in one reading transaction.

Apart from the page, because the metrics and the REST route show the same figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlmodel import Session

from api.parts import Parts
from domain.calendar import WorkingDays
from engine.clock import business_zone
from engine.profiles import PayerProfile
from store import claims, intents, portal_leases, portal_patches, portal_runs, portal_states
from store.portal_leases import Lease
from store.portal_patches import PatchView
from store.portal_runs import PersonMinutes, PortalFigures
from store.portal_states import PortalState

WINDOWS = (7, 30)
"""Working days that the figures look back, today included."""
MOST_FAILURES = 5
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OpenIntent:
    """A sending that may have arrived and has no end yet."""

    claim_no: str
    version: int
    kind: str
    state: str
    since: datetime
    case_no: str


@dataclass(frozen=True)
class Figures:
    """One step's runs within a window; rates, seconds and minutes are decimals as text.

    `first_try_rate` is from 0 to 1, `median_seconds` is over runs that were ok; both are empty
    when there is nothing to tell.
    """

    step: str
    runs: int
    ok: int
    business: int
    system: int
    drift: int
    person: int
    first_try_rate: str
    median_seconds: str
    minutes_saved: str


@dataclass(frozen=True)
class Window:
    """The figures of so many working days, from the beginning of the day `since`."""

    working_days: int
    since: date
    figures: list[Figures]


@dataclass(frozen=True)
class FailedRun:
    """A run that failed; `trace_sha256` is empty when it left no trace."""

    started_at: datetime
    step: str
    error_type: str
    claim_no: str
    trace_sha256: str


@dataclass(frozen=True)
class PortalSheet:
    """One portal as it stands; `lease` is there while somebody holds the account."""

    code: str
    name_zh: str
    name_en: str
    account: str
    state: PortalState
    cooling_down: bool
    login_locked: bool
    lease: Lease | None
    open_intents: list[OpenIntent]
    windows: list[Window]
    patches: list[PatchView]
    failures: list[FailedRun]


def portal_sheets(s: Session, parts: Parts) -> list[PortalSheet]:
    """Every portal that a payer has, by the payer's code."""
    since = {days: begin_of(parts.calendar, parts.clock.today(), days) for days in WINDOWS}
    by_hand = minutes_by_hand(parts)
    counted = {
        days: portal_runs.figures(s, datetime.combine(day, time(), business_zone), by_hand)
        for days, day in since.items()
    }
    waiting = portal_patches.waiting_patches(s)
    return [
        _sheet(
            s,
            parts,
            payer,
            [Window(days, since[days], _of_portal(counted[days], payer.code)) for days in WINDOWS],
            [patch for patch in waiting if patch.portal == payer.code],
        )
        for payer in portals_of(parts)
    ]


def portals_of(parts: Parts) -> list[PayerProfile]:
    """The payers that are reached through a portal, by code."""
    return [payer for payer in parts.counterparties.payers() if payer.way == "portal"]


def minutes_by_hand(parts: Parts) -> list[PersonMinutes]:
    """What a person would need for each step, dated, from our own profile."""
    return [
        PersonMinutes(dated.step, dated.from_day, dated.minutes)
        for dated in parts.counterparties.own.portal_minutes
    ]


def begin_of(calendar: WorkingDays, today: date, working_days: int) -> date:
    """The first of the last so many working days; today counts when it is one."""
    day, left = today, working_days
    while True:
        left -= calendar.is_working_day(day)
        if left == 0:
            return day
        day -= _ONE_DAY


def open_intents(s: Session, portal: str) -> list[OpenIntent]:
    """What may have arrived at a portal and has no end, the longest waiting first."""
    return [
        OpenIntent(
            claim_no=intent.claim_no,
            version=intent.version,
            kind=intent.kind,
            state=intent.state,
            since=intent.changed_at,
            case_no=_case_of(s, intent),
        )
        for intent in intents.open_intents(s, portal)
    ]


def failed_runs(s: Session, portal: str) -> list[FailedRun]:
    """The runs that failed last, the newest first."""
    return [
        FailedRun(run.started_at, run.step, run.error_type, run.claim_no, run.trace_sha256)
        for run in portal_runs.failures_of(s, portal, MOST_FAILURES)
    ]


def _case_of(s: Session, intent: intents.IntentView) -> str:
    """The case of a sending; "" for a month's clearing, which belongs to none."""
    return "" if intent.kind == "clearing" else claims.claim_of(s, intent.claim_no).case_no


def _sheet(
    s: Session,
    parts: Parts,
    payer: PayerProfile,
    windows: list[Window],
    patches: list[PatchView],
) -> PortalSheet:
    state = portal_states.portal_state(s, payer.code)
    until = state.cool_down_until
    lease = portal_leases.lease_of(s, payer.code, payer.login)
    # A lease lives in real time; the business clock of a demo runs ahead of it.
    alive = lease is not None and lease.is_alive(parts.login_time())
    return PortalSheet(
        code=payer.code,
        name_zh=payer.name_zh,
        name_en=payer.name_en,
        account=payer.login,
        state=state,
        cooling_down=until is not None and parts.clock.now() < until,
        login_locked=portal_states.login_locked(s, payer.code, payer.login),
        lease=lease if alive else None,
        open_intents=open_intents(s, payer.code),
        windows=windows,
        patches=patches,
        failures=failed_runs(s, payer.code),
    )


def _of_portal(counted: Iterable[PortalFigures], portal: str) -> list[Figures]:
    return [
        Figures(
            step=one.step,
            runs=one.runs,
            ok=one.ok,
            business=one.business,
            system=one.system,
            drift=one.drift,
            person=one.person,
            first_try_rate="" if one.first_try_rate is None else f"{one.first_try_rate:.3f}",
            median_seconds="" if one.median_seconds is None else f"{one.median_seconds:.1f}",
            minutes_saved=plain_minutes(one.minutes_saved),
        )
        for one in counted
        if one.portal == portal
    ]


def plain_minutes(minutes: Decimal) -> str:
    """Minutes without zeros that say nothing: "9", "1.5"."""
    return f"{minutes.normalize():f}"
