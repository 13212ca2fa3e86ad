"""A patient with a phone, large type and keys only: two steps to the channel, nothing cut off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from domain.pay_channel import PayStatus
from domain.payment import PaymentEvent
from tests.api.office import Office
from tests.api.serving import served
from tests.api.test_cashier import Cashier
from tests.browser import browser as installed_browser

pytestmark = pytest.mark.slow
SIZES = {"phone": (375, 667), "desk": (1280, 800)}
SHOTS = os.environ.get("HUIKUAN_TEST_SHOTS", "")
"""A folder for pictures of what was tested, for whoever wants to look."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=installed_browser(), args=arguments)
        yield opened
        opened.close()


class Visit:
    """One visitor's page, and everything that the browser complained about."""

    def __init__(self, browser: Browser, url: str, lang: str, size: str) -> None:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale={"zh": "zh-CN", "en": "en-GB"}[lang],
        )
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.url, self.name = url, f"{lang}-{size}"

    def shoot(self, what: str) -> None:
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{what}-{self.name}.png", full_page=True)

    def overflows(self) -> bool:
        """Whether something is wider than the screen."""
        return bool(
            self.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth")
        )

    def follow(self, words: str) -> None:
        """Go to a link by Tab alone and press Enter."""
        for _ in range(20):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate("() => document.activeElement.textContent")
            if words in focused:
                self.page.keyboard.press("Enter")
                return
        raise AssertionError(f"no link {words!r} is reached by Tab")


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize(
    ("lang", "larger", "go", "channel"),
    [
        ("zh", "大字版", "去付款", "打开付款页面"),
        ("en", "Large type", "Go and pay", "Open the payment page"),
    ],
)
def test_a_patient_reaches_the_channel_in_two_steps_by_keys_in_large_type(
    office: Office, browser: Browser, lang: str, larger: str, go: str, channel: str, size: str
) -> None:
    cashier = Cashier(office)
    with served(office) as url:
        cashier.wait_for_the_patient(f"{url}/healthz")
        visit = Visit(browser, url, lang, size)
        visit.page.goto(f"{url}/cashier/{cashier.token}")
        visit.shoot("look")
        assert not visit.overflows()
        visit.follow(larger)
        visit.page.wait_for_url("**size=large")
        visit.shoot("look-large")
        assert not visit.overflows()
        visit.follow(go)
        visit.page.wait_for_url("**/pay?size=large")
        visit.shoot("pay-large")
        assert not visit.overflows()
        visit.follow(channel)
        visit.page.wait_for_url(f"{url}/healthz")
        assert visit.complaints == []


def test_the_page_shows_by_itself_that_the_bill_is_paid(office: Office, browser: Browser) -> None:
    cashier = Cashier(office)
    with served(office) as url:
        cashier.wait_for_the_patient()
        visit = Visit(browser, url, "en", "phone")
        visit.page.goto(f"{url}/cashier/{cashier.token}/pay")
        visit.shoot("pay")
        cashier.tell(1, "pay_json", PayStatus.PAID)
        cashier.move(PaymentEvent.ALL_PAID)
        visit.page.wait_for_url(f"{url}/cashier/{cashier.token}")
        visit.page.get_by_text("Paid in full").wait_for()
        visit.shoot("paid")
        visit.follow("Statement")
        visit.page.wait_for_url("**/statement")
        visit.shoot("statement")
        assert visit.complaints == []
