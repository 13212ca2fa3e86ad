"""A real browser on the help desk: the definition fits its pages, and the added scripts do harm."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Dialog, Locator, Page, Request, async_playwright

from tests.browser import browser as browser_path
from tests.faults.helpdesk.serving import COMMIT, DEFINITION, FORM, Helpdesk, helpdesk
from tests.faults.helpdesk.strikes import How, Strike

pytestmark = pytest.mark.slow

TOLD: dict[str, Any] = tomllib.loads(DEFINITION.read_text("utf-8"))
PAGES: dict[str, Any] = TOLD["pages"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    """One help desk for all tests; each has references of its own."""
    with helpdesk(tmp_path_factory.mktemp("helpdesk")) as desk:
        yield desk


@pytest.fixture
def desk(running: Helpdesk) -> Iterator[Helpdesk]:
    """The same without any fault."""
    running.strike()
    yield running
    running.strike()


@asynccontextmanager
async def a_page(desk: Helpdesk) -> AsyncIterator[Page]:
    """A page of a fresh browser; it asks nobody but this machine."""
    nobody_else = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", nobody_else]
        )
        context = await browser.new_context(base_url=desk.url, service_workers="block")
        yield await context.new_page()
        await browser.close()


async def the_one(page: Page, key: str, anchors: Mapping[str, str]) -> Locator:
    """The element that every anchor names, each alone and inside the root of its page."""
    root = page.locator(PAGES[key]["root"])
    ways: dict[str, Callable[[str], Locator]] = {
        "label": lambda text: root.get_by_label(text, exact=True),
        "name": lambda name: root.locator(f"[name='{name}']"),
        "id": lambda name: root.locator(f"#{name}"),
        "text": lambda text: root.get_by_role("button", name=text),
        "css": page.locator,
    }
    found = [(kind, ways[kind](value)) for kind, value in anchors.items()]
    assert [(kind, await one.count()) for kind, one in found] == [(kind, 1) for kind, _ in found]
    first = await found[0][1].element_handle()
    for kind, one in found[1:]:
        assert await one.evaluate("(here, there) => here === there", first), (key, kind)
    return found[0][1]


async def expect_page(page: Page, key: str) -> None:
    """The heading of this page stands there, and nothing else in its place."""
    heading = PAGES[key]["heading"]
    text = await page.locator(heading["css"]).first.text_content()
    assert (text or "").strip() == heading["text"]


async def field(page: Page, key: str, name: str) -> Locator:
    return await the_one(page, key, PAGES[key]["fields"][name]["anchors"])


async def button(page: Page, key: str, name: str) -> Locator:
    return await the_one(page, key, PAGES[key]["buttons"][name]["anchors"])


async def fill_form(page: Page, reference: str, file: Path) -> Locator:
    """Open the form and fill it by the definition's anchors; return its button."""
    file.write_bytes(b"%PDF-1.4")
    await page.goto(PAGES["form"]["path"])
    await expect_page(page, "form")
    await (await field(page, "form", "queue")).select_option(label="Claims")
    for name, text in {
        "title": reference,
        "body": "Order SO-2026-0001, invoice 1, 10.00 CNY",
        "due_on": "2026-12-01",
        "submitter": "claims@huikuan.invalid",
    }.items():
        await (await field(page, "form", name)).fill(text)
    await (await field(page, "form", "file")).set_input_files(file)
    return await button(page, "form", "submit")


async def sign_in(page: Page, account: tuple[str, str]) -> None:
    await page.goto(PAGES["login"]["path"])
    await expect_page(page, "login")
    for name, text in zip(("username", "password"), account, strict=True):
        await (await field(page, "login", name)).fill(text)
    await (await button(page, "login", "login")).click()
    await page.wait_for_url(f"**{PAGES['home']['path']}")
    await expect_page(page, "home")


async def search(page: Page, reference: str) -> list[str]:
    """The titles that the list shows; it has no table at all when it finds nothing."""
    await page.goto(PAGES["list"]["path"])
    await expect_page(page, "list")
    await (await field(page, "list", "reference")).fill(reference)
    await (await button(page, "list", "search")).click()
    await page.wait_for_url("**/?q=*")
    return await page.locator("#result_list .field-title").all_inner_texts()


async def test_the_definition_fits_every_page_from_the_login_to_the_list(
    desk: Helpdesk, tmp_path: Path
) -> None:
    async with a_page(desk) as page:
        await sign_in(page, desk.account)
        assert await search(page, "CL-0001-1") == []
        assert await page.locator(PAGES["list"]["table"]["css"]).count() == 0
        await (await fill_form(page, "CL-0001-1", tmp_path / "proof.pdf")).click()
        await page.wait_for_url("**/view/?ticket=claims-*")
        heading = await page.locator(PAGES["receipt"]["heading"]["css"]).inner_text()
        number = desk.tickets("CL-0001-1")[0].number
        assert heading.strip() == f"[{number}] . CL-0001-1 [Open]"
        assert await search(page, "CL-0001-1") == ["CL-0001-1"]
        heads = page.locator("#result_list thead th")
        shown = [(text or "").strip() for text in await heads.all_text_contents()]
        assert shown == [
            "", "Title", "Status", "Assigned to", "Queue", "Submitter E-Mail", "Time spent",
        ]  # fmt: skip
        table = PAGES["list"]["table"]
        assert set(shown) == {*table["ignored"], "Title", "Status"}
    assert desk.tickets("CL-0001-1")[0].files == ("proof.pdf",)


async def test_a_list_searched_by_a_reference_shows_longer_ones_as_well(
    desk: Helpdesk, tmp_path: Path
) -> None:
    async with a_page(desk) as page:
        for reference in ("CL-0002-1", "CL-0002-12"):
            await (await fill_form(page, reference, tmp_path / "proof.pdf")).click()
            await page.wait_for_url("**/view/?ticket=claims-*")
        await sign_in(page, desk.account)
        assert sorted(await search(page, "CL-0002-1")) == ["CL-0002-1", "CL-0002-12"]


@pytest.mark.parametrize("how", ["double_click", "double_send"])
async def test_an_unguarded_page_that_is_pressed_twice_hands_in_twice(
    desk: Helpdesk, tmp_path: Path, how: How
) -> None:
    slow = Strike(COMMIT, "slow_answer", times=None, seconds=1)
    desk.strike(Strike(FORM, how, seconds=0.3), slow)
    async with a_page(desk) as page:
        await (await fill_form(page, f"CL-{how}", tmp_path / "proof.pdf")).click()
        await page.wait_for_url("**/view/?ticket=claims-*")
    assert len(desk.tickets(f"CL-{how}")) == 2


@pytest.mark.parametrize(("yes", "held"), [(True, 1), (False, 0)])
async def test_a_strange_question_decides_about_the_ticket(
    desk: Helpdesk, tmp_path: Path, yes: bool, held: int
) -> None:
    asked: list[str] = []

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await (dialog.accept() if yes else dialog.dismiss())

    desk.strike(Strike(FORM, "confirm", text="Really? </script>"))
    async with a_page(desk) as page:
        page.on("dialog", answer)
        await (await fill_form(page, f"CL-ASK-{held}", tmp_path / "proof.pdf")).click()
        if yes:
            await page.wait_for_url("**/view/?ticket=claims-*")
    assert asked == ["Really? </script>"]
    assert len(desk.tickets(f"CL-ASK-{held}")) == held


@pytest.mark.parametrize("how", ["reset_after_commit", "drop_after_commit"])
async def test_chromium_by_itself_sends_a_commit_again_whose_connection_ended(
    desk: Helpdesk, tmp_path: Path, how: How
) -> None:
    """Why a gate in the page is not enough: the page never hears of the second request."""
    desk.strike(Strike(COMMIT, how))
    told_to_the_page = 0

    def count(request: Request) -> None:
        nonlocal told_to_the_page
        told_to_the_page += request.method == "POST"

    async with a_page(desk) as page:
        page.on("request", count)
        await (await fill_form(page, f"CL-{how}", tmp_path / "proof.pdf")).click()
        await page.wait_for_url("**/view/?ticket=claims-*")
    assert told_to_the_page == 1
    assert len(desk.tickets(f"CL-{how}")) == 2
