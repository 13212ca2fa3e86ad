"""Who writes an appeal sees how much the payer's website takes, with script and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.api.office import Office
from tests.api.test_appeal_texts import denied_by_the_portal
from tests.api.test_in_a_browser import Desk, browser, url  # noqa: F401

pytestmark = pytest.mark.slow


def test_a_text_that_is_too_long_stays_in_the_form_until_it_is_shortened(
    office: Office,
    browser: Browser,  # noqa: F811
    url: str,  # noqa: F811
) -> None:
    review = denied_by_the_portal(office)
    desk = Desk(browser, url, "en", office.token("fin-wang"))
    page = desk.page
    page.set_viewport_size({"width": 375, "height": 667})
    page.goto(f"{url}/reviews/{review.review_no}")
    page.check('input[value="appeal"]')
    page.select_option("#reason", "papers_added")
    page.fill("#text", "补" * 499 + "\n交")
    assert page.text_content("#text-count") == "502 / 500"
    page.click("#submit")
    told = page.evaluate("document.getElementById('text').validationMessage")
    assert told == "An appeal takes 500 characters at most. Shorten it."
    assert office.review(review.review_no).state == "open"
    # A correction is not typed into that form, so it may be longer.
    page.check('input[value="correct"]')
    assert page.evaluate("document.getElementById('text').validationMessage") == ""
    page.check('input[value="appeal"]')
    page.select_option("#reason", "papers_added")
    page.fill("#text", "补" * 500)
    assert page.text_content("#text-count") == "500 / 500"
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.click("#submit")
    page.wait_for_url("**/?show=mine&done=*")
    assert office.review(review.review_no).state == "decided"
    assert desk.complaints == []


def test_without_script_the_page_comes_back_with_the_reason_and_the_text(
    office: Office,
    browser: Browser,  # noqa: F811
    url: str,  # noqa: F811
) -> None:
    review = denied_by_the_portal(office)
    desk = Desk(browser, url, "zh", office.token("fin-wang"), script=False)
    page = desk.page
    page.goto(f"{url}/reviews/{review.review_no}")
    assert "选择申诉时最多 500 字" in (page.text_content("#text-limit") or "")
    page.check('input[value="appeal"]')
    page.select_option("#reason", "papers_added")
    page.fill("#text", "补" * 501)
    page.click("#submit")
    assert "上限" in (page.text_content("p.notice.bad") or "")
    assert page.input_value("#text") == "补" * 501
    assert office.review(review.review_no).state == "open"
