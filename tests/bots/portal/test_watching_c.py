"""Portal C as the canary and the daily comparison see it: the whole list, the unsent form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.rehearsal import made_up_claim
from sandbox.payer_c import service
from tests.bots.portal.portal_c import RECEIPT, bot_c, claim_c
from tests.bots.portal.samples import Notes
from tests.sandbox.running import Running, running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def portal_c(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path / "portal_c", list_lag_minutes="0") as there:
        yield there


async def test_the_whole_list_is_read_without_a_search_and_a_rehearsal_sends_nothing(
    portal_c: Running, browser: PortalBrowser
) -> None:
    bot = bot_c(portal_c, browser)
    await bot.submit(claim_c(), Notes())
    assert [one.receipt for one in (await bot.listed()).value] == [RECEIPT]
    seen = await bot.rehearse(made_up_claim(bot.definition, date(2026, 1, 4)))
    assert seen.warnings == ()
    assert len(portal_c.books()["claims"]) == 1
