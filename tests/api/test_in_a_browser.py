"""People at work in a real browser: keys only, both languages, nothing on the console."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from domain.money import Money
from domain.review import ReviewKind
from tests.api.office import CASE_NO, Office
from tests.api.serving import served
from tests.browser import browser as installed_browser

pytestmark = pytest.mark.slow
SIZE = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # A container's root has no sandbox of its own to put the browser into.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=installed_browser(), args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def url(office: Office, browser: Browser) -> Iterator[str]:
    with served(office) as address:
        yield address
        for context in browser.contexts:
            context.close()


class Desk:
    """One page of one person, and everything the browser complained about."""

    def __init__(
        self, browser: Browser, url: str, language: str, token: str = "", *, script: bool = True
    ) -> None:
        locale = {"zh": "zh-CN", "en": "en-GB"}[language]
        context = browser.new_context(
            viewport=SIZE,  # type: ignore[arg-type]
            locale=locale,
            java_script_enabled=script,
        )
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note_foreign)
        self.url = url
        if token:
            context.add_cookies([{"name": "huikuan_session", "value": token, "url": url}])

    def log_in(self, login: str) -> None:
        """Come in through the login page, by keyboard."""
        self.page.goto(f"{self.url}/")
        # A person looks for the cursor before typing; keys pressed earlier go nowhere.
        self.page.wait_for_function("() => document.activeElement.name === 'login'")
        self.page.keyboard.type(login)
        self.press("Tab")
        self.page.keyboard.type(f"password of {login}")
        self.press("Enter")
        self.page.wait_for_url(f"{self.url}/")

    def _note_foreign(self, request: object) -> None:
        address = getattr(request, "url", "")
        if not address.startswith((self.url, "data:")):
            self.complaints.append(f"asked {address}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def fits(self) -> bool:
        """Whether nothing has to be scrolled to decide."""
        return bool(
            self.page.evaluate(
                "() => document.documentElement.scrollHeight <= window.innerHeight &&"
                " document.querySelector('.side').scrollHeight"
                " <= document.querySelector('.side').clientHeight + 1"
            )
        )


def ask_two(office: Office) -> tuple[str, str]:
    """Two questions in the order of the inbox."""
    asked = [office.ask(ReviewKind.DENIAL), office.ask(ReviewKind.UNPAID)]
    first, second = sorted(review.review_no for review in asked)
    return first, second


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_decisions_are_taken_without_touching_the_mouse(
    office: Office, browser: Browser, url: str, language: str
) -> None:
    first, second = ask_two(office)
    desk = Desk(browser, url, language)
    desk.log_in("fin-wang")
    desk.press("j", "j", "k", "Enter")
    desk.page.wait_for_url(f"{url}/reviews/{first}")
    assert desk.fits()
    desk.press("a", "1", "Tab")
    desk.page.keyboard.type("a r j k ? typed in a field")
    assert desk.page.url == f"{url}/reviews/{first}"
    desk.press("Control+Enter")
    desk.page.wait_for_url(f"{url}/reviews/{second}?*")
    assert first in desk.page.get_by_role("status").inner_text()
    desk.press("r", "2", "Tab")
    desk.page.keyboard.type("second")
    desk.press("Control+Enter")
    desk.page.wait_for_url(f"{url}/?*")
    decisions = [office.review(number).decision for number in (first, second)]
    outcomes = {(d.kind.value, d.outcome, d.reason_code) for d in decisions if d}
    by_first = {"denial": ("correct", "document_missing"), "unpaid": ("chase", "payer_is_late")}
    by_second = {"denial": ("write_off", "too_small"), "unpaid": ("write_off", "too_small")}
    kinds = [office.review(number).kind.value for number in (first, second)]
    assert outcomes == {
        (kinds[0], *by_first[kinds[0]]),
        (kinds[1], *by_second[kinds[1]]),
    }
    assert office.review(first).reason_text == "a r j k ? typed in a field"
    assert desk.complaints == []


def test_nothing_is_decided_before_a_reason_stands_there(
    office: Office, browser: Browser, url: str
) -> None:
    first, _ = ask_two(office)
    desk = Desk(browser, url, "en", office.token("fin-wang"))
    desk.page.goto(f"{url}/reviews/{first}")
    desk.press("Enter", "Control+Enter", "a", "Control+Enter")
    assert desk.page.url == f"{url}/reviews/{first}"
    assert office.review(first).state == "open"
    assert desk.complaints == []


def test_single_keys_can_be_switched_off_and_stay_off(
    office: Office, browser: Browser, url: str
) -> None:
    first, _ = ask_two(office)
    desk = Desk(browser, url, "en", office.token("fin-wang"))
    desk.page.goto(f"{url}/reviews/{first}")
    desk.press("?")
    desk.page.get_by_label("Single keys on").uncheck()
    desk.press("Escape")
    desk.page.reload()
    desk.press("a", "j", "?")
    assert desk.page.url == f"{url}/reviews/{first}"
    assert desk.page.locator("input[name=outcome]:checked").count() == 0
    assert not desk.page.locator("#help").is_visible()
    desk.page.locator("#help-open").click()
    assert desk.page.locator("#help").is_visible()
    desk.press("?")
    assert not desk.page.locator("#help").is_visible()
    assert desk.complaints == []


def test_keys_with_a_modifier_are_the_browsers_own(
    office: Office, browser: Browser, url: str
) -> None:
    first, _ = ask_two(office)
    desk = Desk(browser, url, "en", office.token("fin-wang"))
    desk.page.goto(f"{url}/reviews/{first}")
    desk.press("Control+a", "Alt+r", "Meta+j")
    assert desk.page.locator("input[name=outcome]:checked").count() == 0
    assert desk.page.url == f"{url}/reviews/{first}"


def test_a_double_press_sends_the_form_once(office: Office, browser: Browser, url: str) -> None:
    first, _ = ask_two(office)
    desk = Desk(browser, url, "en", office.token("fin-wang"))
    desk.page.goto(f"{url}/reviews/{first}")
    posts: list[str] = []
    desk.page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    desk.press("a", "1", "Tab")
    desk.page.keyboard.type("x")
    desk.page.evaluate(
        "() => { const form = document.getElementById('decision');"
        " form.requestSubmit(); form.requestSubmit(); }"
    )
    desk.page.wait_for_url(f"{url}/reviews/*done=*")
    assert len(posts) == 1
    assert len(office.wakes.sent) == 1


def test_evidence_is_seen_beside_the_form_and_can_be_enlarged(
    office: Office, browser: Browser, url: str, tmp_path: object
) -> None:
    picture = Image.new("RGB", (1200, 900), "white")
    ImageDraw.Draw(picture).rectangle((40, 40, 700, 120), fill="navy")
    path = f"{tmp_path}/shot.png"
    picture.save(path)
    with open(path, "rb") as file:
        png = office.put(file.read(), kind="screenshot")
    review = office.ask(evidence=(png,))
    desk = Desk(browser, url, "zh", office.token("fin-wang"))
    desk.page.goto(f"{url}/reviews/{review.review_no}")
    image = desk.page.locator(".paper img")
    assert image.evaluate("node => node.complete && node.naturalWidth") == 1200
    assert desk.fits()
    narrow = image.bounding_box()
    desk.press("e")
    wide = image.bounding_box()
    assert narrow is not None
    assert wide is not None
    assert wide["width"] > 1.5 * narrow["width"]
    desk.press("Escape")
    assert image.bounding_box() == narrow
    assert desk.complaints == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_changed_evidence_is_shown_to_the_person_who_looked_at_the_old(
    office: Office, browser: Browser, url: str, language: str
) -> None:
    review = office.ask()
    desk = Desk(browser, url, language, office.token("fin-wang"))
    desk.page.goto(f"{url}/reviews/{review.review_no}")
    office.ask(amount=Money(30000))
    desk.press("a", "1", "Tab")
    desk.page.keyboard.type("kept words")
    desk.press("Control+Enter")
    alert = desk.page.get_by_role("alert")
    alert.wait_for()
    assert "¥240.00" in alert.inner_text()
    assert "¥300.00" in alert.inner_text()
    assert desk.page.locator("textarea").input_value() == "kept words"
    # The browser itself reports the 409 on its console.
    assert [line for line in desk.complaints if "409" not in line] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_quiet_named_and_readable(
    office: Office, browser: Browser, url: str, language: str
) -> None:
    first, _ = ask_two(office)
    desk = Desk(browser, url, language, office.token("head-chen"))
    for path in (
        "/",
        "/?show=open",
        f"/reviews/{first}",
        "/cases",
        f"/cases/{CASE_NO}",
        "/summary",
        "/lines",
        "/documents",
        "/funds",
        "/expected",
        "/periods",
        "/payments",
        "/pay-channels",
    ):
        desk.page.goto(url + path)
        assert desk.page.locator("h1").count() == 1, path
        assert desk.page.evaluate(NAMELESS) == [], path
        for width in (375, 1366):
            desk.page.set_viewport_size({"width": width, "height": 768})
            wide = desk.page.evaluate("() => document.documentElement.scrollWidth")
            assert wide <= width, f"{path} at {width}"
    other = {"zh": "English", "en": "中文"}[language]
    desk.page.get_by_role("link", name=other).click()
    expected = {"zh": "en", "en": "zh-CN"}[language]
    assert desk.page.evaluate("() => document.documentElement.lang") == expected
    assert desk.complaints == []


def test_without_script_the_form_still_decides(office: Office, browser: Browser, url: str) -> None:
    review = office.ask()
    context = browser.new_context(viewport=SIZE, locale="en-GB", java_script_enabled=False)  # type: ignore[arg-type]
    context.add_cookies(
        [{"name": "huikuan_session", "value": office.token("fin-wang"), "url": url}]
    )
    page = context.new_page()
    page.goto(f"{url}/reviews/{review.review_no}")
    page.locator("input[value=write_off]").check(force=True)
    page.locator("select").select_option("too_small")
    page.locator("textarea").fill("by hand")
    page.locator("#submit").click()
    page.wait_for_url(f"{url}/?*")
    decision = office.review(review.review_no).decision
    assert decision is not None
    assert decision.outcome == "write_off"


NAMELESS = """() => [...document.querySelectorAll(
    'a, button, input:not([type=hidden]), select, textarea, img')]
  .filter(node => node.offsetParent !== null)
  .filter(node => node.tagName === 'IMG' ? !node.hasAttribute('alt')
    : !(node.innerText || node.getAttribute('aria-label') || (node.labels && node.labels.length)))
  .map(node => node.outerHTML)"""
"""Visible things that a screen reader could not name."""
