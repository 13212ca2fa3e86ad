"""The latch changes nothing of what a page would have sent, and sends nothing that it would not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import parse_qsl

import pytest
from playwright.async_api import Dialog

from bots.portal.browser import PortalBrowser
from bots.portal.guard import Violation, WriteRequest
from tests.bots.portal.guarded import WAYS, Clerk, Portal, counting_portal, guarded, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def there() -> Iterator[Portal]:
    with counting_portal() as portal:
        yield portal


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "gbk"])
async def test_the_button_and_the_encoding_of_the_page_survive(
    browser: PortalBrowser, there: Portal, charset: str
) -> None:
    there.charset = charset
    async with guarded(browser, there) as (guard, page):
        clerk = Clerk()
        guard.arm(clerk.approve, clerk.release)
        # The last one is unknown to GBK, which sends its number instead.
        await page.fill("[name=claim]", "CL-1 模板 \U0001f600")
        await page.click("#go")
        await guard.ended()
        await page.wait_for_url("**/receipt")
    ((_, body),) = there.arrived
    face = "&#128512;" if charset == "gbk" else "\U0001f600"
    assert parse_qsl(body.decode(), keep_blank_values=True, encoding=charset) == [
        ("claim", f"CL-1 模板 {face}"),
        ("note", "一\r\n二"),
        ("__EVENTTARGET", ""),
        ("action", "提交"),
    ]
    assert dict(clerk.approved[0].fields)["claim"] == "CL-1 模板 \U0001f600"
    assert clerk.released[0][1] == sha256(body).hexdigest()


async def test_files_survive_and_count_as_name_and_size(
    browser: PortalBrowser, there: Portal
) -> None:
    async with guarded(browser, there) as (guard, page):
        clerk = Clerk()
        guard.arm(clerk.approve, clerk.release)
        await page.evaluate(
            "() => { f.enctype = 'multipart/form-data'; for (const name of ['paper', 'none']) {"
            " const file = document.createElement('input'); file.type = 'file';"
            " file.name = name; f.append(file); } }"
        )
        await page.set_input_files(
            "[name=paper]",
            {"name": "凭证 1.pdf", "mimeType": "application/pdf", "buffer": b"%PDF\r\n\x00"},
        )
        await page.click("#go")
        await guard.ended()
    ((_, body),) = there.arrived
    assert b'filename="\xe5\x87\xad\xe8\xaf\x81 1.pdf"\r\nContent-Type: application/pdf' in body
    assert b"\r\n\r\n%PDF\r\n\x00\r\n--" in body
    assert clerk.approved[0].fields[-2:] == (("paper", "凭证 1.pdf 7"), ("none", ""))


async def test_a_validator_and_a_question_have_the_last_word(
    browser: PortalBrowser, there: Portal
) -> None:
    asked: list[str] = []

    async def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await dialog.dismiss()

    async with guarded(browser, there) as (guard, page):
        clerk = Clerk()
        guard.arm(clerk.approve, clerk.release)
        page.on("dialog", dismiss)
        await page.evaluate("() => { f.onsubmit = () => confirm('?'); }")
        await page.click("#go")
        await page.goto("/")
        await page.evaluate("() => { onsubmit = e => e.preventDefault(); }")
        await page.click("#go")
        await page.evaluate("onsubmit = null; f.claim.required = true; f.claim.value = ''")
        await page.click("#go")
        # An event that the page makes itself sends nothing; the wait is for the latch's own timer.
        await page.evaluate(
            "() => { f.claim.value = 'CL-1';"
            " f.dispatchEvent(new Event('submit', {bubbles: true, cancelable: true}));"
            " return new Promise(done => setTimeout(done)); }"
        )
        await page.goto("/")
        assert (asked, clerk.approved, guard.violations) == (["?"], [], [])
    assert there.arrived == []


async def test_an_answer_goes_where_the_form_wants_it(
    browser: PortalBrowser, there: Portal
) -> None:
    async with guarded(browser, there) as (guard, page):
        clerk = Clerk()
        guard.arm(clerk.approve, clerk.release)
        await page.evaluate("f.target = 'inner'")
        await page.click("#go")
        await guard.ended()
        inner = page.frame("inner")
        assert inner is not None
        await inner.wait_for_url("**/receipt")
        assert page.url == f"{there.url}/"
    assert there.count("/commit") == 1


async def test_a_popup_and_a_frame_in_it_are_guarded_too(
    browser: PortalBrowser, there: Portal
) -> None:
    async with guarded(browser, there) as (guard, page):
        async with page.expect_popup() as opening:
            await page.evaluate("() => { open('/second'); }")
        popup = await opening.value
        await popup.wait_for_load_state()
        held = asyncio.Event()

        async def approve(_request: WriteRequest) -> None:
            held.set()
            await asyncio.Event().wait()

        guard.arm(approve, Clerk().release)
        await popup.evaluate(WAYS["frame fetch"], "/commit")
        await held.wait()
        assert (guard.outcome.state, guard.pending()) == ("held", 1)
        await popup.evaluate(WAYS["click"], "/other")
        await until(lambda: guard.violations != [])
    assert there.arrived == []


async def test_what_is_sent_while_the_page_is_left_is_never_made(
    browser: PortalBrowser, there: Portal
) -> None:
    async with guarded(browser, there) as (_, page):
        await page.evaluate(
            "() => { onpagehide = () => { navigator.sendBeacon('/commit', 'CL-1');"
            " fetch('/commit', {method: 'POST', body: 'CL-1', keepalive: true}); }; }"
        )
        await page.goto("/second")
        assert await page.evaluate("typeof SharedWorker") == "undefined"
    assert there.arrived == []


async def test_reading_is_free(browser: PortalBrowser, there: Portal) -> None:
    async with guarded(browser, there) as (guard, page):
        await page.evaluate("f.method = 'get'")
        await page.click("#go")
        await page.wait_for_url("**/commit?claim=CL-1*")
        assert await page.evaluate("fetch('/commit?claim=CL-1').then(a => a.status)") == 200
        assert guard.violations == []
    assert there.arrived == []


async def test_of_submissions_in_one_go_the_last_one_counts(
    browser: PortalBrowser, there: Portal
) -> None:
    async with guarded(browser, there) as (guard, page):
        clerk = Clerk()
        guard.arm(clerk.approve, clerk.release)
        await page.evaluate("() => { go.onclick = () => f.submit(); }")
        await page.click("#go")
        await guard.ended()
    assert there.count("/commit") == 1
    assert guard.violations == []
    assert clerk.approved[0].fields[-1] == ("action", "提交")


async def test_what_was_approved_is_what_is_sent(browser: PortalBrowser, there: Portal) -> None:
    async with guarded(browser, there) as (guard, page):
        clerk = Clerk()
        guard.arm(clerk.approve, clerk.release)
        await page.evaluate(
            "path => { const data = new FormData(f); xhr(path, data);"
            " data.set('claim', 'CL-12'); }",
            "/commit",
        )
        await until(lambda: guard.violations != [])
        assert (await guard.ended()).state == "forbidden"
    assert there.arrived == []
    assert guard.violations == [Violation("POST", "/commit", "not the approved commit")]


async def test_disarming_forbids_what_the_latch_holds(
    browser: PortalBrowser, there: Portal
) -> None:
    async with guarded(browser, there) as (guard, page):
        held, goes_on = asyncio.Event(), asyncio.Event()

        async def approve(_request: WriteRequest) -> None:
            held.set()
            await goes_on.wait()

        guard.arm(approve, Clerk().release)
        await page.click("#go")
        await held.wait()
        guard.disarm()
        goes_on.set()
        assert (await guard.ended()).reason == "disarmed"
        await page.goto("/")
    assert there.arrived == []
