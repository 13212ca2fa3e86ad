"""Puts the portal bots together: one browser per worker, one bot per portal account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from activities.portal_steps import PortalActivities
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser, Sessions, browser_path
from bots.portal.definition import PortalDefinition
from bots.portal.values import Credentials
from engine.converter import sealer_of
from runtime.wiring import Parts


@asynccontextmanager
async def portal_activities(parts: Parts, world: World) -> AsyncIterator[PortalActivities]:
    """The steps of the queue `bots`, with their browser; it ends with the worker."""
    settings = parts.settings
    sessions = Sessions(settings.home / "portal-sessions", sealer_of(settings))
    browser = PortalBrowser(
        browser_path(settings.found_browser(), settings.home),
        headless=settings.portal_headless,
        sessions=sessions,
    )
    bots = {}
    for payer in parts.counterparties.payers():
        if payer.way == "portal":
            file = settings.counterparties_folder / payer.code / "portal.toml"
            definition = PortalDefinition.load(file, url=payer.url)
            password = payer.secret().get_secret_value()
            bots[payer.code] = PortalBot(definition, Credentials(payer.login, password), browser)
    try:
        yield PortalActivities(world, bots)
    finally:
        await browser.close()
