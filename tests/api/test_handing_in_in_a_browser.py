"""A pay channel's bill is handed in with keys only, in both languages, nothing on the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from store import documents
from tests.api.office import Office
from tests.api.test_handing_in_bills import FILE, NUMBER, TUESDAY
from tests.api.test_in_a_browser import Desk, browser, url

__all__ = ["browser", "url"]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("language", "refused", "kept"),
    [
        ("zh", "账单中有其他日期的行。", f"已收存 {NUMBER}"),
        ("en", "The bill has lines of another day.", f"{NUMBER} is kept."),
    ],
)
def test_a_bill_is_handed_in_and_a_wrong_day_mended_without_touching_the_mouse(
    office: Office,
    browser: Browser,
    url: str,
    tmp_path: Path,
    language: str,
    refused: str,
    kept: str,
) -> None:
    office.clock.moment = TUESDAY
    (tmp_path / "bill.csv").write_bytes(FILE)
    desk = Desk(browser, url, language, office.token("fin-wang"))
    # Listened for from the start: the browser is told to hand choosers over when somebody first
    # listens, and nobody waits until it was told.
    desk.page.on("filechooser", lambda _chooser: None)
    desk.page.goto(f"{url}/documents")

    def choose_file() -> None:
        with desk.page.expect_file_chooser() as chooser:
            desk.press("Enter")
        chooser.value.set_files(tmp_path / "bill.csv")

    desk.page.locator("select[name=account]").focus()
    desk.page.keyboard.type("pay_json")
    desk.press("Tab")
    # The field's own order is that of the browser, whatever language the page has.
    desk.page.keyboard.type("01112026")
    desk.press("Tab")
    while desk.page.evaluate("() => document.activeElement.name") != "file":
        desk.press("Tab")
    choose_file()
    desk.press("Tab", "Enter")
    desk.page.get_by_role("alert").wait_for()
    assert refused in desk.page.get_by_role("alert").inner_text()
    assert desk.page.locator("[aria-invalid=true]").get_attribute("name") == "day"

    desk.page.locator("input[name=day]").focus()
    desk.page.keyboard.type("01122026")
    while desk.page.evaluate("() => document.activeElement.name") != "file":
        desk.press("Tab")
    choose_file()
    desk.press("Tab", "Enter")
    desk.page.get_by_role("status").wait_for()
    assert kept in desk.page.get_by_role("status").inner_text()
    with office.database.reading() as s:
        assert [one.number for one in documents.list_documents(s)] == [NUMBER]
    # The answer to a refused form is no fault of the page.
    assert [told for told in desk.complaints if "422" not in told] == []
