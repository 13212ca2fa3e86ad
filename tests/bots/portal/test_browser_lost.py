"""A worker whose browser, or the driver between them, was killed goes on with the next visit."""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path

import pytest

from activities.failures import as_told_to_temporal
from bots.portal.browser import BrowserDoesNotStart, PortalBrowser
from bots.portal.guard import Guard
from bots.portal.values import Submitted
from tests.bots.portal.samples import Notes, bot, claim, claims_at
from tests.browser import browser as installed_browser
from tests.faults.portals import tree
from tests.faults.portals.cases import Victim
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("victim", ["driver", "browser"])
async def test_a_killed_driver_or_browser_is_replaced_with_the_next_visit(
    portal: Running, victim: Victim, caplog: pytest.LogCaptureFixture
) -> None:
    others = {one.pid for one in tree.below(os.getpid())}
    async with PortalBrowser(installed_browser()) as browser:
        ours = bot(portal, browser)
        await ours.find(claim())
        doomed = set(tree.victims(victim, os.getpid())) - others
        tree.kill(sorted(doomed))
        tree.end(sorted(doomed))
        seen = await ours.submit(claim(), Notes())
        assert isinstance(seen.value, Submitted)
    assert claims_at(portal) == [("CL-2026-0001-1", 1, "accepted")]
    # What the next visit has met already is not told once more by the loop.
    gc.collect()
    await asyncio.sleep(0)
    assert [one.getMessage() for one in caplog.records if one.name == "asyncio"] == []


async def test_a_browser_that_does_not_start_is_no_fault_of_the_portal_and_may_pass(
    portal: Running, tmp_path: Path
) -> None:
    gone = tmp_path / "chromium"
    async with PortalBrowser(gone) as browser:
        with pytest.raises(BrowserDoesNotStart, match="chromium does not start: ") as told:
            await bot(portal, browser).find(claim())
        named = as_told_to_temporal(told.value)
        assert named is not None
        assert (named.type, named.non_retryable) == ("BrowserDoesNotStart", False)
        gone.symlink_to(installed_browser() or "")
        assert (await bot(portal, browser).find(claim())).value == []


async def test_a_browser_is_another_one_after_so_many_visits_and_none_in_between(
    portal: Running,
) -> None:
    async with PortalBrowser(installed_browser(), recycled_after=2) as browser:
        ours = bot(portal, browser)
        used = []
        for _ in range(5):
            await ours.find(claim())
            used.append(browser._browser)
        first, second, third = used[0], used[2], used[4]
        assert used == [first, first, second, second, third]
        assert len({id(one) for one in (first, second, third)}) == 3
        # A browser that somebody still uses is left alone, however many visits it has had.
        guard = Guard(ours.definition.commit.request, ours.definition.writes)
        async with browser.visit(str(portal.client.base_url), "another", guard, wait_s=30):
            browser._visits = 100
            await ours.find(claim())
            assert browser._browser is third
        await ours.find(claim())
        assert browser._browser is not third
