"""The portals' figures as a monitor reads them: Prometheus text, without any person's data.

Two may ask: whoever sits at this machine (a monitor beside the API), and whoever is signed in.
A request that came through a proxy is not from this machine, whatever its last hop was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool

from api.channel_scores import ChannelAlarm, channels_down
from api.collection import MissingStatements, missing_statements
from api.parts import Parts, PartsOf
from api.portals import PortalSheet, portal_sheets
from api.problems import Problem
from api.rates import rates
from api.sessions import person_of
from engine.settings import LOOPBACK
from store import audit
from store.difference_rates import DifferenceRate
from store.issuers import IssuerState, paused_issuers

router = APIRouter()
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_OUTCOMES = ("ok", "business", "system", "drift", "person")


@router.get("/metrics")
async def show_metrics(request: Request, parts: PartsOf) -> Response:
    """Return the figures of every portal. 401 from elsewhere without a login."""
    if not is_on_this_machine(request) and await person_of(request) is None:
        raise Problem(401, "not-logged-in", headers={"WWW-Authenticate": "Bearer"})
    return Response(await run_in_threadpool(_told, parts), media_type=CONTENT_TYPE)


def is_on_this_machine(request: Request) -> bool:
    """Whether the caller itself, and no proxy for somebody else, is on loopback."""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for"))
    return request.client is not None and request.client.host in LOOPBACK and not forwarded


def _told(parts: Parts) -> bytes:
    with parts.database.reading() as s:
        sheets, missing = portal_sheets(s, parts), missing_statements(s, parts)
        shares = rates(s, parts)
        paused, down = paused_issuers(s), channels_down(s, parts)
        reported = audit.security_event_counts(s)
    # One of its own for each answer: the library's global one would add the process's figures.
    registry = CollectorRegistry()
    registry.register(_Figures(sheets, parts.clock.now()))
    registry.register(_MissingStatements(missing))
    registry.register(_Differences(shares))
    registry.register(_PausedIssuers(paused))
    registry.register(_ChannelsDown(down, parts.clock.now()))
    registry.register(_SecurityEvents(reported))
    return generate_latest(registry)


class _Figures(Collector):
    """Turns what the page shows into samples; labels are portal, step, outcome, days, state."""

    def __init__(self, sheets: list[PortalSheet], now: datetime) -> None:
        self._sheets, self._now = sheets, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family for each figure."""
        yield from self._standing()
        yield from self._counted()

    def _standing(self) -> Iterator[GaugeMetricFamily]:
        flags = {
            "paused": "1 while a portal is paused",
            "cooling_down": "1 while a portal is left alone",
            "login_locked": "1 while our login is locked by us",
            "lease_held": "1 while a bot holds the account",
        }
        for name, told in flags.items():
            family = GaugeMetricFamily(f"huikuan_portal_{name}", told, labels=["portal"])
            for sheet in self._sheets:
                family.add_metric([sheet.code], float(_flag(sheet, name)))
            yield family
        waiting = _family("patches_waiting", "Patches that wait for people", "kind")
        unended = _family("intents_open", "Sendings that may have arrived, without an end", "state")
        oldest = _family("intent_open_oldest_seconds", "Business time since the oldest of them")
        for sheet in self._sheets:
            _count(waiting, sheet.code, (patch.kind for patch in sheet.patches))
            _count(unended, sheet.code, (intent.state for intent in sheet.open_intents))
            ages = [(self._now - intent.since).total_seconds() for intent in sheet.open_intents]
            oldest.add_metric([sheet.code], max(ages, default=0.0))
        yield from (waiting, unended, oldest)

    def _counted(self) -> Iterator[GaugeMetricFamily]:
        runs = _family("runs", "Runs within so many working days", "step", "days", "outcome")
        rate = _family("first_try_ratio", "Share done at the first attempt", "step", "days")
        median = _family("run_seconds_median", "Median of runs that were ok", "step", "days")
        saved = _family("minutes_saved", "Minutes a person would have needed", "step", "days")
        for sheet in self._sheets:
            for window in sheet.windows:
                for one in window.figures:
                    where = [sheet.code, one.step, str(window.working_days)]
                    for outcome in _OUTCOMES:
                        runs.add_metric([*where, outcome], float(getattr(one, outcome)))
                    if one.first_try_rate:
                        rate.add_metric(where, float(one.first_try_rate))
                    if one.median_seconds:
                        median.add_metric(where, float(one.median_seconds))
                    saved.add_metric(where, float(one.minutes_saved))
        yield from (runs, rate, median, saved)


class _MissingStatements(Collector):
    """How many bank statements, or bills of a pay channel, should be here and are not."""

    def __init__(self, missing: list[MissingStatements]) -> None:
        self._missing = missing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family, with the accounts that lack something."""
        told = "Bank statements and pay channels' bills that should be here by now"
        family = GaugeMetricFamily("huikuan_statements_missing", told, labels=["account"])
        for one in self._missing:
            family.add_metric([one.account], float(len(one.days)))
        yield family


class _Differences(Collector):
    """How many bank lines matching left unclear, of how many, and whether that is too many."""

    def __init__(self, shares: list[tuple[DifferenceRate, bool]]) -> None:
        self._shares = shares

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family for each figure, by account."""
        for name, told in (
            ("differences", "Bank lines within the window that matching left unclear"),
            ("lines", "Bank lines within the window"),
            ("differences_too_many", "1 while more lines are unclear than may be"),
        ):
            family = GaugeMetricFamily(f"huikuan_bank_{name}", told, labels=["account"])
            for rate, is_too_high in self._shares:
                values = {"differences": rate.differences, "lines": rate.lines}
                family.add_metric([rate.account], float(values.get(name, is_too_high)))
            yield family


class _PausedIssuers(Collector):
    """Whose printed documents nobody reads until a person says so; the label is the issuer."""

    def __init__(self, paused: list[IssuerState]) -> None:
        self._paused = paused

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family, with the issuers that are paused."""
        told = "Issuers whose printed documents are not read"
        family = GaugeMetricFamily("huikuan_issuer_paused", told, labels=["issuer"])
        for one in self._paused:
            family.add_metric([one.issuer], 1.0)
        yield family


class _ChannelsDown(Collector):
    """For how long each live pay channel has been left alone; one that is used is not there."""

    def __init__(self, down: list[ChannelAlarm], now: datetime) -> None:
        self._down, self._now = down, now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family, with the channels that are down."""
        told = "Business time since a live pay channel was left alone"
        family = GaugeMetricFamily("huikuan_pay_channel_down_seconds", told, labels=["channel"])
        for one in self._down:
            family.add_metric([one.code], (self._now - one.down_since).total_seconds())
        yield family


class _SecurityEvents(Collector):
    """How often something was reported that nobody honest does; the label is its kind."""

    def __init__(self, reported: dict[str, int]) -> None:
        self._reported = reported

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family, with the kinds that were ever reported."""
        told = "What nobody honest does, as often as it was reported"
        family = GaugeMetricFamily("huikuan_security_events", told, labels=["kind"])
        for kind, count in self._reported.items():
            family.add_metric([kind], float(count))
        yield family


def _family(name: str, told: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"huikuan_portal_{name}", told, labels=["portal", *labels])


def _count(family: GaugeMetricFamily, portal: str, kinds: Iterable[str]) -> None:
    found = list(kinds)
    for kind in sorted(set(found)):
        family.add_metric([portal, kind], float(found.count(kind)))


def _flag(sheet: PortalSheet, name: str) -> bool:
    return {
        "paused": sheet.state.paused_since is not None,
        "cooling_down": sheet.cooling_down,
        "login_locked": sheet.login_locked,
        "lease_held": sheet.lease is not None,
    }[name]
