"""What a walk is seen as, though browser and page tell of it in an order of their own."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from bots.portal.drafting.seen import Event, Pressed, Seen, SeenControl, SeenPage, Wrote
from bots.portal.drafting.watching import Watcher, watch
from bots.portal.drafting.writing import written
from tests.browser import browser

FORM = (
    "data:text/html;charset=utf-8,<h2 class=page>附件</h2>"
    "<form id=send><input type=submit id=go value=提交>"
)


def page(key: str, *buttons: str) -> SeenPage:
    controls = [SeenControl("submit", True, {"id": one, "text": one}, one) for one in buttons]
    return SeenPage(key, f"/claims/{key}", controls=controls)


@pytest.mark.parametrize("is_told_late", [False, True])
def test_the_button_that_sends_is_known_also_if_its_press_is_told_after_the_request(
    is_told_late: bool,
) -> None:
    sent = Wrote("attachment", "POST", "/claims/submit", ("sbdh",))
    sending: list[Event] = [Pressed("attachment", {"id": "go", "text": "go"}), sent]
    told = sending[::-1] if is_told_late else sending
    seen = Seen(
        pages={"lines": page("lines", "next"), "attachment": page("attachment", "go")},
        events=[Pressed("lines", {"id": "next", "text": "next"}), *told],
    )
    lines = written(seen, "https://portal.invalid").splitlines()
    where = lines.index("[commit]")
    assert lines[where + 1 : where + 3] == ['page = "attachment"', 'button = "go"']


@pytest.mark.slow
async def test_a_button_that_a_page_greys_when_it_is_pressed_stays_known() -> None:
    async def person(there: Page, watcher: Watcher) -> None:
        await watcher.look()
        await there.evaluate("document.getElementById('go').disabled = true")
        await watcher.look()

    seen = await watch(FORM, person, executable=browser(), headless=True, sandboxed=False)
    (only,) = seen.pages.values()
    assert [one.anchors for one in only.buttons] == [{"id": "go", "text": "提交"}]
