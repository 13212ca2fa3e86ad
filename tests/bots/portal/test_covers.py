"""Pictures leave out what is covered, also on pages that move, fade and insist on being seen."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bots.portal.browser import PortalBrowser
from bots.portal.definition import load
from bots.portal.desk import Desk
from bots.portal.evidence import Album
from bots.portal.guard import Guard
from tests.bots.portal.samples import DEFINITION, NAME

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

URL = "http://127.0.0.1:9"
RED, COVER = (255, 0, 0), (0x40, 0x40, 0x40)
PAGE = f"""<style>
  #who {{ position: absolute; font-size: 60px; color: #f00;
    opacity: 1 !important; transition: opacity 9s;
    animation: fade 9s infinite; }}
  @keyframes fade {{ from {{ opacity: 1 }} to {{ opacity: 0.9 }} }}
</style>
<h1 aria-hidden="true">Claim</h1><p id="who" aria-hidden="true">{NAME}</p><p>{NAME}</p>
<div style="height: HIGHpx"></div>"""
# It runs to the right and back faster than anybody can draw a box around it.
MOVING = """() => setInterval(() => {
  document.getElementById('who').style.left = `${performance.now() % 700}px`;
}, 1)"""


async def pictured(browser: PortalBrowser, high: int, moving: str = "() => 0") -> tuple[Album, str]:
    """A picture of the page, and the page as it stands after it."""
    definition = load(DEFINITION, url=URL)
    guard = Guard(definition.commit.request, definition.writes)
    async with browser.visit(URL, "nobody", guard, wait_s=30) as visit:
        await visit.page.set_content(PAGE.replace("HIGH", str(high)))
        await visit.page.evaluate(moving)
        album = Album(definition, (NAME,))
        await album.take(Desk(visit.page, definition), "seen")
        return album, await visit.page.content()


def colours(png: bytes) -> dict[object, int]:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return {colour: count for count, colour in image.getcolors(1 << 24) or []}


async def test_a_name_that_moves_while_the_picture_is_taken_is_not_in_it(
    browser: PortalBrowser,
) -> None:
    album, _ = await pictured(browser, 10, MOVING)
    seen = colours(album.pictures[0].png)
    assert RED not in seen
    assert seen[COVER] > 10_000
    assert NAME not in album.pictures[0].snapshot


async def test_a_page_stands_after_its_picture_as_it_stood_before(browser: PortalBrowser) -> None:
    _, after = await pictured(browser, 10)
    assert '<h1 aria-hidden="true">Claim</h1><p id="who" aria-hidden="true">' in after
    assert f"<p>{NAME}</p>" in after
    assert "data-covered" not in after
    assert "404040" not in after


async def test_a_picture_shows_the_whole_of_a_long_page(browser: PortalBrowser) -> None:
    album, _ = await pictured(browser, 3000)
    image = Image.open(io.BytesIO(album.pictures[0].png))
    assert image.width == 1024
    assert 3100 < image.height < 3500
    assert RED not in colours(album.pictures[0].png)
