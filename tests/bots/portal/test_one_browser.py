"""One browser for a worker, its sandbox kept, a few tabs at once, each in a fresh context."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.guard import Guard
from tests.bots.portal.samples import bot, claim
from tests.browser import browser as installed_browser
from tests.sandbox.running import Running


class Driver:
    """A driver of Playwright that starts nothing and notes how it was asked."""

    def __init__(self) -> None:
        self.chromium = self
        self.asked: dict[str, Any] = {}

    async def launch(self, **asked: Any) -> None:
        self.asked = asked


@pytest.mark.parametrize(("user", "is_kept"), [(0, False), (1, True), (1000, True)])
async def test_only_root_does_without_the_sandbox_of_the_browser(
    monkeypatch: pytest.MonkeyPatch, user: int, is_kept: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    driver = Driver()
    browser = PortalBrowser(Path("chromium"))
    await browser._launched(driver)  # type: ignore[arg-type]
    await browser.close()
    assert driver.asked["chromium_sandbox"] is is_kept
    assert not [flag for flag in driver.asked["args"] if "sandbox" in flag]


@pytest.mark.slow
async def test_a_visit_waits_while_as_many_tabs_are_open_as_the_machine_bears(
    portal: Running,
) -> None:
    async with PortalBrowser(installed_browser(), most_contexts=1) as browser:
        ours = bot(portal, browser)
        guard = Guard(ours.definition.commit.request, ours.definition.writes)
        url = str(portal.client.base_url)
        async with browser.visit(url, "first", guard, wait_s=30) as first:
            waiting = asyncio.create_task(ours.find(claim()))
            # Long enough to sign in and search, if it were let in.
            await first.page.goto("/login")
            await asyncio.sleep(0.5)
            assert browser._browser is not None
            assert (len(browser._browser.contexts), waiting.done()) == (1, False)
        assert (await waiting).value == []


@pytest.mark.slow
async def test_every_run_has_a_context_of_its_own_that_ends_with_it(portal: Running) -> None:
    async with PortalBrowser(installed_browser()) as browser:
        ours = bot(portal, browser)
        await ours.find(claim())
        assert browser._browser is not None
        assert browser._browser.contexts == []
        await asyncio.gather(ours.find(claim()), ours.listed())
        assert browser._browser.contexts == []
