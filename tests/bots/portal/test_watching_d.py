"""Portal D as the canary and the daily comparison see it: the whole list, the unsent form."""

from __future__ import annotations

from datetime import date

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.rehearsal import made_up_claim
from tests.bots.portal.portal_d import bot as bot_d
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_a_rehearsal_sends_nothing_and_an_empty_list_is_read(
    portal_d: Running, browser: PortalBrowser
) -> None:
    bot = bot_d(portal_d, browser)
    assert (await bot.listed()).value == []
    seen = await bot.rehearse(made_up_claim(bot.definition, date(2026, 1, 4)))
    assert seen.warnings == ()
    assert portal_d.books()["claims"] == []
