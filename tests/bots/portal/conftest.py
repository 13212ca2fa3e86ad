"""One real Chromium for all tests of the bot, and a fresh portal for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bots.portal.browser import PortalBrowser
from sandbox import payer_d
from sandbox.payer_b import service
from tests.browser import browser as installed_browser
from tests.sandbox.running import Running, running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[PortalBrowser]:
    async with PortalBrowser(installed_browser()) as started:
        yield started


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path / "portal") as there:
        yield there


@pytest.fixture
def portal_d(tmp_path: Path) -> Iterator[Running]:
    with running(payer_d.service, tmp_path / "portal-d", accept_after_s="0.2") as there:
        yield there
