"""Puts the portal bots together: one browser per worker, one bot per portal account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from activities.portal_codes import PersonCodes
from activities.portal_steps import PortalActivities
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser, browser_path
from bots.portal.definition import PortalDefinition, load
from bots.portal.one_time_codes import TotpCodes
from bots.portal.sessions import Sessions
from bots.portal.signing_in import Codes
from bots.portal.tracing import Tracer
from bots.portal.values import Credentials
from engine.converter import sealer_of
from engine.profiles import PayerProfile
from runtime.wiring import Parts


@asynccontextmanager
async def portal_activities(parts: Parts, world: World) -> AsyncIterator[PortalActivities]:
    """The steps of every portal's queue, with their browser; it ends with the worker."""
    async with portal_bots(parts, world, parts.counterparties.payers()) as bots:
        yield PortalActivities(world, bots)


@asynccontextmanager
async def portal_bots(
    parts: Parts, world: World, payers: Iterable[PayerProfile]
) -> AsyncIterator[dict[str, PortalBot]]:
    """A bot for each of these payers that has a portal, all with one browser."""
    settings = parts.settings
    sessions = Sessions(settings.home / "portal-sessions", sealer_of(settings))
    browser = PortalBrowser(
        browser_path(settings.found_browser(), settings.home),
        headless=settings.portal_headless,
        sessions=sessions,
        tracer=Tracer(settings.home / "portal-traces"),
    )
    bots = {}
    for payer in payers:
        if payer.way == "portal":
            file = settings.counterparties_folder / payer.code / "portal.toml"
            definition = load(file, url=payer.url)
            credentials = Credentials(payer.login, payer.secret().get_secret_value())
            codes = codes_of(definition, world, payer)
            bots[payer.code] = PortalBot(definition, credentials, browser, codes)
    try:
        yield bots
    finally:
        await browser.close()


def codes_of(definition: PortalDefinition, world: World, payer: PayerProfile) -> Codes | None:
    """Where a portal's one-time codes come from, if it asks for any."""
    if definition.login.mfa == "totp":
        return TotpCodes(payer.totp_secret().get_secret_value())
    if definition.login.mfa == "person":
        return PersonCodes(world, payer.code, payer.login, definition.login.code_minutes)
    return None
