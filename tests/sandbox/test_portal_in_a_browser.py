"""The old portal in a real browser: its dialogs, its script, its download."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, sync_playwright

from tests.browser import browser as installed_browser
from tests.sandbox.clerk import SYRINGE, Paper
from tests.sandbox.process import Counterparty


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Counterparty]:
    process = Counterparty("payer_b", tmp_path)
    yield process
    process.stop()


@pytest.fixture
def page(portal: Counterparty) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed_browser(), args=["--no-sandbox"]
        )
        page = browser.new_page(base_url=portal.url)
        yield page
        browser.close()


def fill_in(page: Page) -> None:
    page.goto("/login")
    page.fill("#username", "hk-bot")
    page.fill("#password", "sandbox-portal-password")
    page.click("input[value=登录]")
    page.click("text=新增申报")
    for field, text in Paper().insured().items():
        page.fill(f"#{field}", text)
    page.click("input[value=下一步]")
    page.click("#addRow")
    typed = {"ybbm_6": SYRINGE, "sl_6": "3", "je_6": "360.00", "hjje": "360.00"}
    for field, text in typed.items():
        page.fill(f"#{field}", text)
    page.click("input[value=下一步]")


@pytest.mark.slow
def test_a_claim_is_filed_only_when_the_dialog_is_accepted(
    portal: Counterparty, page: Page, tmp_path: Path
) -> None:
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(b"%PDF-1.4 pretend")
    said: list[str] = []
    answers = [Dialog.dismiss, Dialog.accept, Dialog.accept]

    def answer(dialog: Dialog) -> None:
        said.append(f"{dialog.type}: {dialog.message}")
        answers[len(said) - 1](dialog)

    page.on("dialog", answer)
    fill_in(page)
    page.set_input_files("#fj", signed)
    page.click("#submitButton")
    assert portal.client.get("/_sandbox/books").json()["claim_count"] == 0
    page.click("#submitButton")
    page.wait_for_url("**/receipt")
    assert page.inner_text("#slh") == "B20260105000001"
    question = "confirm: 确认提交申报单 SO-2026-0101-PB（版本 1）吗？提交后不可修改。"
    assert said == [question, question, "alert: 申报提交成功，受理号：B20260105000001"]
    page.goto("/claims/B20260105000001")
    row = page.locator("#lineSummary tbody tr").inner_text().split("\t")
    assert row == ["6", SYRINGE, "3", "360.00"]


@pytest.mark.slow
def test_an_advice_is_downloaded_under_its_own_number(
    portal: Counterparty, page: Page, tmp_path: Path
) -> None:
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(b"%PDF-1.4 pretend")
    page.on("dialog", lambda dialog: dialog.accept())
    fill_in(page)
    page.set_input_files("#fj", signed)
    page.click("#submitButton")
    page.wait_for_url("**/receipt")
    portal.move_clock("2026-01-09 08:00")
    page.click("text=支付通知")
    with page.expect_download() as download:
        page.click("text=下载")
    assert download.value.suggested_filename == "RB-20260108-001.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")
