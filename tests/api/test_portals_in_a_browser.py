"""The portals and a changed page in a real browser: keys only, both languages, narrow and wide."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from store import portal_patches, portal_states
from tests.api.office import CASE_NO, Office
from tests.api.serving import served
from tests.api.test_drift_page import failed, propose
from tests.api.test_in_a_browser import Desk, browser
from tests.api.test_portals import run
from tests.api.test_sendings import CLAIM_NO, send

__all__ = ["browser", "failed"]

pytestmark = pytest.mark.slow


@pytest.fixture
def url(office: Office, browser: Browser) -> Iterator[str]:
    with served(office) as address:
        yield address
        for context in browser.contexts:
            context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_portal_is_paused_and_used_again_without_touching_the_mouse(
    office: Office, browser: Browser, url: str, language: str
) -> None:
    desk = Desk(browser, url, language, office.token("ops-li"))
    desk.page.goto(f"{url}/portals")
    form = desk.page.locator('form[action="/portals/PB/pause"]')
    form.locator('input[name="reason"]').focus()
    desk.press("Enter")
    assert desk.page.url == f"{url}/portals", "it went without a reason"
    desk.page.keyboard.type("a r j k ? typed in a field")
    desk.press("Tab", "Enter")
    desk.page.wait_for_url(f"{url}/portals?done=paused")
    assert "ops-li" in desk.page.locator("#portal-PB").inner_text()
    desk.page.locator('form[action="/portals/PB/go-on"] input[name="reason"]').focus()
    desk.page.keyboard.type("seen to it")
    desk.press("Enter")
    desk.page.wait_for_url(f"{url}/portals?done=going")
    with office.database.reading() as s:
        assert portal_states.portal_state(s, "PB").paused_since is None
    assert desk.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_the_pictures_of_a_sending_come_when_they_are_opened(
    office: Office, browser: Browser, url: str, script: bool
) -> None:
    send(office)
    desk = Desk(browser, url, "en", office.token("ops-li"), script=script)
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.page.goto(f"{url}/cases/{CASE_NO}")
    part = desk.page.locator("details.later")
    part.locator("summary").focus()
    assert not any("/pictures/" in address for address in asked)
    desk.press("Enter")
    if not script:
        desk.press("Tab", "Enter")
        desk.page.wait_for_url(f"{url}/cases/{CASE_NO}/pictures/*")
        part = desk.page.locator("main")
    part.get_by_text("Evidence unbroken").wait_for()
    assert part.locator("a.chip").count() == 3
    assert desk.complaints == []


@pytest.mark.usefixtures("failed")
def test_a_change_is_accepted_beside_its_question_and_decides_nothing_else(
    office: Office, browser: Browser, url: str
) -> None:
    patch_no = propose(office)
    desk = Desk(browser, url, "en", office.token("fin-wang"))
    desk.page.goto(f"{url}/?show=open")
    desk.press("j", "Enter")
    desk.page.wait_for_url(f"{url}/reviews/*")
    review = desk.page.url
    # The decision is filled in, but it is another form's turn.
    desk.press("a", "1")
    desk.page.locator('#decision textarea[name="text"]').fill("the page is understood")
    reason = desk.page.locator(f'form[action="/portals/patches/{patch_no}"] input[name="reason"]')
    reason.focus()
    desk.page.keyboard.type("seen at the portal")
    desk.press("Control+Enter")
    assert desk.page.url == review
    desk.press("Tab", "Enter")
    desk.page.wait_for_url(f"{review.partition('?')[0]}#drift")
    with office.database.reading() as s:
        assert portal_patches.patch_of(s, patch_no).state == "accepted"
    number = review.rpartition("/")[2].partition("?")[0]
    assert office.review(number).state == "open"
    assert desk.complaints == []


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_of_the_portals_is_wider_than_its_window(
    office: Office, browser: Browser, url: str, language: str, width: int
) -> None:
    send(office)
    propose(office, "money")
    run(office, 1)
    desk = Desk(browser, url, language, office.token("head-chen"))
    desk.page.set_viewport_size({"width": width, "height": 800})
    for path in ("/portals", f"/cases/{CASE_NO}", f"/cases/{CASE_NO}/pictures/{CLAIM_NO}"):
        desk.page.goto(url + path)
        wide = desk.page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, path
    assert desk.complaints == []
