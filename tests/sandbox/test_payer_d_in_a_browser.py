"""The page of payer D in a real browser: its widgets, its dialogs, its later acceptance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect, sync_playwright

from sandbox.onepage.layouts import FAULTS
from tests.browser import browser as installed_browser
from tests.sandbox.clerk import INVOICE_NO, SYRINGE
from tests.sandbox.process import Counterparty

pytestmark = pytest.mark.slow


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Counterparty]:
    process = Counterparty("payer_d", tmp_path, accept_after_s="0.5", list_lag_minutes="0")
    yield process
    process.stop()


@pytest.fixture
def page(portal: Counterparty) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed_browser(), args=["--no-sandbox"]
        )
        page = browser.new_page(base_url=portal.url, viewport={"width": 1200, "height": 900})
        page.set_default_timeout(10_000)
        yield page
        browser.close()


def books(portal: Counterparty) -> Any:
    return portal.client.get("/_sandbox/books").json()


def strike(portal: Counterparty, *hows: str) -> None:
    faults = [{"match": "", "times": None, "how": how} for how in hows]
    assert portal.client.put("/_sandbox/faults", json=faults).status_code == 200


def sign_in(portal: Counterparty, page: Page) -> None:
    page.goto("/#/claims/new")
    page.get_by_label("用户名").fill("hk-bot")
    page.get_by_label("密码").fill("sandbox-portal-password")
    page.get_by_role("button", name="登录").click()
    asked = page.get_by_label("短信验证码")
    expect(asked).to_be_visible()  # until then the code of an earlier sign-in is told
    asked.fill(portal.client.get("/_sandbox/code").json()["code"])
    page.get_by_label("记住本设备").check()
    page.get_by_role("button", name="验证").click()
    expect(page.locator("fieldset").first).to_be_visible()


def near(page: Page, caption: str) -> Any:
    """Return the field whose caption only stands near it."""
    return page.locator(".field", has=page.get_by_text(caption, exact=True))


def choose(page: Page, caption: str, option: str) -> None:
    near(page, caption).get_by_role("combobox").click()
    page.get_by_role("option", name=option, exact=True).click()


def fill_in(page: Page, folder: Path, *, changed: bool = False) -> None:
    """Fill the form as a person does; `changed` when every layout change is on at once."""
    signed = folder / "signed.pdf"
    signed.write_bytes(b"%PDF-1.4 pretend")
    page.get_by_label("被保险人", exact=True).press_sequentially("M-TEST-0101")
    page.get_by_role("option", name="M-TEST-0101 团体医疗保障计划").click()
    page.get_by_label("姓名").fill("测试甲 101")
    choose(page, "与投保人关系", "本人")
    page.get_by_label("案件编号" if changed else "申报单号").fill("SO-2026-0101-PD")
    near(page, "版本").locator("input").fill("1")
    page.get_by_role("radio", name="首次申报").click()
    if changed:
        choose(page, "出险原因", "疾病")
    else:
        page.get_by_label("订单号").fill("SO-2026-0101")
    page.get_by_label("发票号码").fill(INVOICE_NO)
    near(page, "服务日期").locator(".day").click()
    page.get_by_role("button", name="上个月").click()
    page.get_by_role("button", name="2025年12月31日").click()
    page.get_by_role("radio", name="器械配送").click()
    choose(page, "使用场所", "居家使用")
    page.get_by_label("第1行 医保编码").fill(SYRINGE)
    page.get_by_label("第1行 数量").fill("3")
    page.get_by_label("第1行 金额").fill("300.00")
    page.get_by_role("button", name="添加明细").click()
    page.get_by_label("第2行 医保编码").fill(SYRINGE)
    page.get_by_label("第2行 数量").fill("1")
    page.get_by_label("第2行 金额").fill("60.00")
    page.get_by_label("理赔总额" if changed else "申报金额").fill("360.00")
    choose(page, "收款账户", "尾号0001（对公结算户）" if changed else "对公账户 尾号0001")
    near(page, "附件").locator("input[type=file]").set_input_files(signed)
    expect(near(page, "附件")).to_contain_text("已上传")
    page.get_by_label("本人确认所填内容真实").check()


def test_a_person_files_a_claim_and_finds_its_receipt_later(
    portal: Counterparty, page: Page, tmp_path: Path
) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    sign_in(portal, page)
    fill_in(page, tmp_path)
    page.screenshot(path=tmp_path / "form.png", full_page=True)
    page.get_by_role("button", name="提交", exact=True).click()
    dialog = page.get_by_role("dialog", name="确认提交")
    expect(dialog).to_contain_text("确认提交申报单 SO-2026-0101-PD，申报金额 360.00 元吗")
    page.screenshot(path=tmp_path / "dialog.png")
    dialog.get_by_role("button", name="取消").click()
    assert books(portal)["tickets"] == []
    page.get_by_role("button", name="提交", exact=True).click()
    dialog.get_by_role("button", name="确认提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("受理进度")
    expect(page.locator("table.list")).to_contain_text("D20260105000001")
    page.screenshot(path=tmp_path / "progress.png")
    page.get_by_role("link", name="申报查询").click()
    page.get_by_label("申报单号").fill("SO-2026-0101-PD")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="D20260105000001").click()
    expect(page.locator("dl.pairs")).to_contain_text("2025-12-31")
    page.screenshot(path=tmp_path / "detail.png")
    posts = {(request.method, request.url) for request in sent if request.method != "GET"}
    assert posts == {("POST", f"{portal.url}/api")}
    assert {request.url.split("/")[2] for request in sent} == {portal.url.split("/")[2]}
    (claim,) = books(portal)["claims"]
    assert claim["billed"] == "360.00"


def test_what_the_server_finds_wrong_stands_in_the_page(portal: Counterparty, page: Page) -> None:
    sign_in(portal, page)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("ul.errors > li").first).to_have_text("请填写被保险人")
    expect(page.locator(".toast")).to_have_text("请更正标出的内容")
    assert page.get_by_role("dialog").count() == 0


def test_a_portal_that_sends_twice_makes_two_claims(
    portal: Counterparty, page: Page, tmp_path: Path
) -> None:
    strike(portal, "double_send", "unknown_dialog", "layout:step_inserted")
    sign_in(portal, page)
    fill_in(page, tmp_path)
    page.get_by_role("button", name="提交", exact=True).click()
    notice = page.get_by_role("dialog", name="系统提示")
    expect(notice).to_contain_text("系统将于今晚维护，是否继续？")
    notice.get_by_role("button", name="继续").click()
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="同意并继续").click()
    page.get_by_role("button", name="确认提交").click()
    expect(page.locator("table.list")).to_contain_text("D20260105000001")
    assert books(portal)["claim_count"] == 2


def test_a_person_finds_the_way_when_everything_looks_otherwise(
    portal: Counterparty, page: Page, tmp_path: Path
) -> None:
    strike(portal, *FAULTS)
    sign_in(portal, page)
    expect(page.get_by_role("heading", level=1)).to_have_text("在线理赔申请")
    fill_in(page, tmp_path, changed=True)
    assert near(page, "服务日期").locator(".day").inner_text().startswith("31/12/2025")
    page.screenshot(path=tmp_path / "changed.png", full_page=True)
    page.get_by_role("button", name="递交申报", exact=True).click()
    page.get_by_label("我已阅读并同意").check()
    page.get_by_role("button", name="同意并继续").click()
    dialog = page.get_by_role("dialog", name="确认提交")
    expect(dialog).to_contain_text("您正在递交案件 SO-2026-0101-PD，合计 360.00 元")
    dialog.get_by_role("button", name="我已核对，递交").click()
    expect(page.locator("table.list")).to_contain_text("D20260105000001")
    (claim,) = books(portal)["claims"]
    assert (claim["claim_no"], claim["order_no"]) == ("SO-2026-0101-PD", "SO-2026-0101")


def test_the_keyboard_is_enough(portal: Counterparty, page: Page) -> None:
    sign_in(portal, page)
    page.get_by_label("被保险人", exact=True).press_sequentially("M-TEST-0101")
    expect(page.get_by_role("option")).to_have_count(3)
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("input[name=memberNo]")).to_have_value("M-TEST-0101")
    near(page, "使用场所").get_by_role("combobox").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("input[name=usePlace]")).to_have_value("institution")
    page.get_by_role("radio", name="首次申报").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[name=claimKind]")).to_have_value("2")
    near(page, "服务日期").locator(".day").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="2026年1月2日").focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=serviceDate]")).to_have_value("2026-01-02")


def test_the_page_tells_what_went_wrong_on_the_way(
    portal: Counterparty, page: Page, tmp_path: Path
) -> None:
    sign_in(portal, page)
    fill_in(page, tmp_path)
    hand_in = page.get_by_role("button", name="提交", exact=True)
    for how, text in (("500", "系统繁忙"), ("drop_before_commit", "网络异常")):
        # Always, because the browser itself tries again what was cut off.
        fault: dict[str, Any] = {"match": "POST /api/claimSubmit", "times": None, "how": how}
        assert portal.client.put("/_sandbox/faults", json=[fault]).status_code == 200
        hand_in.click()
        page.get_by_role("button", name="确认提交").click()
        expect(page.locator(".toast").last).to_contain_text(text)
    assert books(portal)["tickets"] == []
    fault = {"match": "POST /api", "times": 1, "how": "expire_session"}
    portal.client.put("/_sandbox/faults", json=[fault])
    hand_in.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("用户登录")
    portal.client.put("/_sandbox/faults", json=[fault | {"how": "maintenance"}])
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("系统维护中")
    expect(page.locator(".busy")).to_be_hidden()


def test_the_browser_sends_a_commit_again_that_was_cut_off_without_an_answer(
    portal: Counterparty, page: Page, tmp_path: Path
) -> None:
    """One click, one request to the page's eyes, two claims: why no bot may trust a browser."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request))
    sign_in(portal, page)
    fill_in(page, tmp_path)
    fault = {"match": "POST /api/claimSubmit", "times": 1, "how": "drop_after_commit"}
    portal.client.put("/_sandbox/faults", json=[fault])
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("button", name="确认提交").click()
    expect(page.locator("table.list")).to_contain_text("已受理")
    assert len([one for one in sent if '"claimSubmit"' in (one.post_data or "")]) == 1
    told = books(portal)
    assert told["claim_count"] == 2
    assert len({ticket["mutation_id"] for ticket in told["tickets"]}) == 1


def test_a_stored_session_is_taken_up_by_another_browser(portal: Counterparty, page: Page) -> None:
    sign_in(portal, page)
    browser = page.context.browser
    assert browser is not None
    other = browser.new_page(base_url=portal.url, storage_state=page.context.storage_state())
    other.goto("/#/claims")
    expect(other.get_by_role("heading", level=1)).to_have_text("申报查询")


def test_an_id_is_another_one_at_every_load(portal: Counterparty, page: Page) -> None:
    sign_in(portal, page)
    first = page.get_by_label("申报单号").get_attribute("id")
    page.reload()
    expect(page.get_by_label("申报单号")).to_have_count(1)
    assert page.get_by_label("申报单号").get_attribute("id") != first


def test_a_claim_is_withdrawn_and_an_advice_downloaded(
    portal: Counterparty, page: Page, tmp_path: Path
) -> None:
    sign_in(portal, page)
    for _ in range(2):
        page.goto("/#/claims/new")
        fill_in(page, tmp_path)
        page.get_by_role("button", name="提交", exact=True).click()
        page.get_by_role("button", name="确认提交").click()
        expect(page.locator("table.list tbody tr").first).to_contain_text("已受理")
    page.goto("/#/claims/D20260105000002")
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("button", name="确认撤销").click()
    expect(page.locator("dl.pairs")).to_contain_text("已撤销")
    portal.move_clock("2026-01-09 08:00")
    page.goto("/#/remittances")
    with page.expect_download() as download:
        page.get_by_role("button", name="下载通知书").click()
    assert download.value.suggested_filename == "RD-20260108-001.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")
