"""The portal of payer C in a real browser, used as a person would: frames, popups, dialogs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Frame, Page, sync_playwright

from sandbox.webforms.totp import code_at
from tests.browser import browser as installed_browser
from tests.sandbox.clerk_c import SECRET, SYRINGE
from tests.sandbox.process import Counterparty

pytestmark = pytest.mark.slow
INSIDE = "#ctl00_ContentPlaceHolder1_"
QUESTION = "confirm: 确定要提交申报单 SO-2026-0101-PC（版本 1）吗？提交后不能修改！"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Counterparty]:
    process = Counterparty("payer_c", tmp_path)
    yield process
    process.stop()


@pytest.fixture
def page(portal: Counterparty) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed_browser(), args=["--no-sandbox"]
        )
        page = browser.new_page(base_url=portal.url, viewport={"width": 1024, "height": 640})
        page.set_default_timeout(15_000)
        yield page
        browser.close()


def sign_in(page: Page) -> Frame:
    """Sign in and return the frame in which the work is done."""
    page.goto("/")
    page.fill("#txtUser", "hk-bot")
    page.fill("#txtPwd", "sandbox-portal-password")
    page.click("#btnLogin")
    page.fill("#txtCode", code_at(SECRET, time.time()))
    page.click("#btnOk")
    page.frame_locator("frame[name=main]").get_by_text("欢迎使用").wait_for()
    main = page.frame("main")
    assert main is not None
    return main


def open_form(page: Page, main: Frame) -> None:
    page.frame_locator("frame[name=left]").get_by_text("申报录入").click()
    main.get_by_text("第一步").wait_for()


def fill_step_one(page: Page, main: Frame) -> None:
    for control, text in {
        "txtSbdh": "SO-2026-0101-PC",
        "txtBb": "1",
        "txtDdh": "SO-2026-0101",
        "txtFphm": "26000000000000000001",
    }.items():
        main.fill(INSIDE + control, text)
    with page.expect_popup() as calendar:
        main.click("input[value='…']")
    calendar.value.click("a[title='上一月']")
    calendar.value.get_by_text("2025年12月").wait_for()
    calendar.value.click("a[title='2025/12/31']")
    with page.expect_popup() as picker:
        main.click("input[value='选择']")
    picker.value.fill("#txtKey", "测试乙")
    picker.value.click("#btnFind")
    picker.value.locator("tr", has_text="M-TEST-0001").get_by_text("选择").click()
    main.wait_for_function("() => document.querySelector('input[name$=hidCbh]').value")
    main.check(f"{INSIDE}rblGyfs_1")
    main.select_option(f"{INSIDE}ddlXz", label="职工医保")
    main.get_by_text("职工门诊特殊药品政策").wait_for()


def fill_steps_two_and_three(main: Frame, folder: Path) -> None:
    main.click(f"{INSIDE}btnNext")
    main.click("text=增加一行")
    # What is typed while the page is sent back and forth is lost.
    main.locator(f"{INSIDE}gvMx_ctl03_txtYbbm").wait_for()
    for row, quantity, amount in (("02", "3", "1360.00"), ("03", "1", "40.00")):
        main.fill(f"{INSIDE}gvMx_ctl{row}_txtYbbm", SYRINGE)
        main.fill(f"{INSIDE}gvMx_ctl{row}_txtSl", quantity)
        main.fill(f"{INSIDE}gvMx_ctl{row}_txtJe", amount)
    main.fill(f"{INSIDE}txtHjje", "1400.00")
    main.click(f"{INSIDE}btnNext")
    paper = folder / "盖章件.pdf"
    paper.write_bytes(b"%PDF-1.4 pretend")
    main.set_input_files(f"{INSIDE}fuFj", paper)
    main.click(f"{INSIDE}btnUpload")
    main.get_by_text("盖章件.pdf（16字节）").wait_for()


def claim_count(portal: Counterparty) -> int:
    count: int = portal.client.get("/_sandbox/books").json()["claim_count"]
    return count


def test_a_person_files_a_claim_through_frames_and_popups(
    portal: Counterparty, page: Page, tmp_path: Path
) -> None:
    said: list[str] = []
    answers = [Dialog.dismiss, Dialog.accept]

    def answer(dialog: Dialog) -> None:
        said.append(f"{dialog.type}: {dialog.message}")
        answers[len(said) - 1](dialog)

    page.on("dialog", answer)
    main = sign_in(page)
    open_form(page, main)
    fill_step_one(page, main)
    assert main.input_value(f"{INSIDE}txtXm") == "测试乙 001"
    fill_steps_two_and_three(main, tmp_path)
    main.click(f"{INSIDE}btnSubmit")
    assert claim_count(portal) == 0
    main.click(f"{INSIDE}btnSubmit")
    main.get_by_text("受理回执").wait_for()
    assert main.inner_text("#tblHz tr:first-child td:last-child") == "C20260105000001"
    assert said == [QUESTION, QUESTION]
    claim = portal.client.get("/_sandbox/books").json()["claims"][0]
    assert claim["billed"] == "1400.00"
    main.click("text=申报查询")
    main.get_by_text("没有符合条件的数据").wait_for()
    main.goto("/sb/ClaimView.aspx?id=C20260105000001")
    assert "2025/12/31" in main.inner_text("#tblXx")
    assert "测试乙 001" in main.inner_text("#tblXx")


def test_a_session_that_ended_leads_the_whole_window_to_the_login(
    portal: Counterparty, page: Page
) -> None:
    main = sign_in(page)
    portal.client.put(
        "/_sandbox/faults",
        json=[{"match": "GET /sb/ClaimEdit.aspx", "times": 1, "how": "expire_session"}],
    )
    page.frame_locator("frame[name=left]").get_by_text("申报录入").click()
    page.wait_for_url("**/Login.aspx")
    assert page.locator("#txtUser").is_visible()
    assert main.is_detached()


def test_the_form_that_was_rebuilt_in_every_way_is_still_a_form(
    portal: Counterparty, page: Page
) -> None:
    """All changes at once: one picture in which a person still finds the way."""
    names = list(portal.client.get("/_sandbox/layout").json()["changes"])
    names.remove("popup_became_dropdown")
    portal.client.put("/_sandbox/layout", json={"changes": names})
    main = sign_in(page)
    open_form(page, main)
    assert main.locator(f"{INSIDE}txtSbdh2").is_hidden()
    assert main.get_by_text("单据编号").count() == 3
    main.click("input[value='继续']")
    main.get_by_text("请填写联系电话").wait_for()
    assert claim_count(portal) == 0
