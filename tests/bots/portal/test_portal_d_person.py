"""The whole way of a code: portal, telephone, staff page, store, bot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from activities.portal_access import real_now
from activities.portal_codes import PersonCodes
from bots.portal.browser import PortalBrowser
from bots.portal.refusals import CodeNotGiven
from engine.codec import Sealer
from store import portal_codes
from store.database import Database
from tests.activities.desk import world_over
from tests.api.furniture import furnish
from tests.api.office import KEY, Office, hidden, open_office
from tests.bots.portal.portal_d import bot, claim_d
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    database = Database(f"sqlite:///{tmp_path}/office.sqlite", Sealer({"k1": KEY}))
    database.migrate()
    furnish(database)
    yield open_office(tmp_path, database)
    database.dispose()


def asking(office: Office, folder: Path, minutes: int = 10) -> PersonCodes:
    return PersonCodes(world_over(office.database, folder), "PD", "hk-bot", minutes)


async def test_the_bot_waits_in_the_middle_of_signing_in_until_a_clerk_types_the_code(
    portal_d: Running, browser: PortalBrowser, office: Office, tmp_path: Path
) -> None:
    ours = bot(portal_d, browser, codes=asking(office, tmp_path))
    looking = asyncio.create_task(ours.find(claim_d()))
    async with office.browser("fin-wang") as clerk:
        page = (await clerk.get("/")).text
        while "/portals/codes/" not in page and not looking.done():
            await asyncio.sleep(0.05)
            page = (await clerk.get("/")).text
        address = page.split('action="/portals/codes/')[1].split('"')[0]
        form = {
            "code": portal_d.get("/_sandbox/code")["code"],
            "form_token": hidden(page, "form_token"),
        }
        given = await clerk.post(f"/portals/codes/{address}", data=form)
    assert given.status_code == 303
    assert (await looking).value == []


async def test_a_code_that_nobody_types_ends_the_sign_in_and_the_next_one_asks_anew(
    portal_d: Running, browser: PortalBrowser, office: Office, tmp_path: Path
) -> None:
    with pytest.raises(CodeNotGiven):
        await bot(portal_d, browser, codes=asking(office, tmp_path, minutes=0)).find(claim_d())
    with office.database.transaction() as s:
        assert portal_codes.open_requests(s, real_now()) == []
        no = portal_codes.ask(s, "PD", "hk-bot", real_now(), lasts=timedelta(minutes=10))
        assert portal_codes.code_request(s, no).given_by is None
