"""A first definition from a walk: what was seen is there, what was typed is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page
from typer.testing import CliRunner

from bots.portal.definition import load
from bots.portal.definition.checking import check
from bots.portal.drafting.watching import Watcher
from runtime import portal_drafts
from runtime.cli import app
from runtime.portal_drafts import draft_from_recording, draft_from_walk
from sandbox.payer_b import service
from tests.browser import browser
from tests.sandbox.clerk import INVOICE_NO, Paper
from tests.sandbox.running import Running, running

PAPER = Paper()
RECORDING = """
import re
from playwright.sync_api import Playwright, sync_playwright, expect

def run(playwright: Playwright) -> None:
    page = playwright.chromium.launch().new_context().new_page()
    page.goto("https://portal.invalid/login")
    page.get_by_label("用户名").fill("hk-bot")
    page.get_by_label("密码").fill("a-typed-secret")
    page.get_by_role("button", name="登录").click()
    page.goto("https://portal.invalid/claims/new")
    page.locator("input[name=\\"sbdh\\"]").fill("CL-2026-0099-1")
    page.get_by_label("参保号").fill("M-TEST-0099")
    page.locator("#fj").set_input_files("dossier.pdf")
    page.get_by_role("button", name="提交").click()
"""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path / "portal") as there:
        yield there


async def clerk(page: Page, watcher: Watcher) -> None:
    """A person who files one claim by hand, and then looks at the list."""
    root = page.url.rsplit("/", 1)[0]

    async def press(css: str, *, then: str) -> None:
        await watcher.look()
        await page.click(css)
        await page.wait_for_selector(then)
        await watcher.look()

    await page.fill("[name=username]", "hk-bot")
    await page.fill("[name=password]", "sandbox-portal-password")
    await press("#loginForm input[type=submit]", then="h2.page >> text=首页")
    await page.goto(f"{root}/claims/new")
    for name, value in PAPER.insured().items():
        await page.fill(f"#insuredForm [name={name}]", value)
    await press("#insuredForm input[type=submit]", then="#linesForm")
    for name, value in PAPER.typed_lines().items():
        await page.fill(f"[name={name}]", value)
    await press("#linesForm input[type=submit]", then="#submitForm")
    file = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 pretend"}
    await page.set_input_files("#fj", file)  # type: ignore[arg-type]
    await press("#submitButton", then="#receipt")
    await page.goto(f"{root}/claims")


@pytest.mark.slow
async def test_a_walk_becomes_a_definition_that_is_usable_but_for_its_named_gaps(
    portal: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if noted := browser():
        monkeypatch.setenv("HUIKUAN_BROWSER_PATH", str(noted))
    file = tmp_path / "PX" / "portal.toml"
    url = str(portal.client.base_url).rstrip("/")
    await draft_from_walk(f"{url}/login", file, person=clerk)

    found = check(file, url=url)
    assert [str(one) for one in found.findings if one.weight == "fault"] == []
    drafted = load(file, url=url)
    assert (drafted.login.page, drafted.login.home) == ("login", "home")
    assert (drafted.commit.page, drafted.commit.request.path) == (
        "attachment",
        "/claims/new/submit",
    )
    assert drafted.pages[drafted.commit.page].buttons[drafted.commit.button].anchors == {
        "id": "submitButton",
        "text": "提交",
    }
    assert [rule.path for rule in drafted.writes] == ["/login", "/claims/new", "/claims/new/lines"]
    assert (drafted.receipt.page, drafted.listing.page) == ("receipt", "claims")
    assert drafted.pages["new"].fields["member_no"].anchors == {
        "label": "参保号",
        "name": "cbh",
        "id": "cbh",
    }
    rows = drafted.pages["lines"].rows
    assert rows is not None
    assert rows.fields["amount"].anchors["name"] == "je_{n}"
    assert [next(iter(step.model_dump())) for step in drafted.submit] == [
        "open", "fill", "press", "rows", "fill", "press", "attach", "commit",
    ]  # fmt: skip


@pytest.mark.slow
async def test_no_value_that_was_typed_or_shown_stands_in_a_draft(
    portal: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if noted := browser():
        monkeypatch.setenv("HUIKUAN_BROWSER_PATH", str(noted))
    file = tmp_path / "portal.toml"
    url = str(portal.client.base_url).rstrip("/")
    await draft_from_walk(f"{url}/login", file, person=clerk)
    text = file.read_text(encoding="utf-8")
    (claim,) = portal.books()["claims"]
    typed = [*PAPER.insured().values(), PAPER.total, *PAPER.lines[0], INVOICE_NO]
    secrets = ["hk-bot", "sandbox-portal-password", *(one for one in typed if len(one) > 3)]
    assert [one for one in [*secrets, claim["payer_claim_no"]] if one in text] == []


def test_a_recording_becomes_a_draft_with_a_gap_for_each_single_anchor(tmp_path: Path) -> None:
    recording, file = tmp_path / "recorded.py", tmp_path / "PX" / "portal.toml"
    recording.write_text(RECORDING, encoding="utf-8")
    draft_from_recording(recording, file)

    text = file.read_text(encoding="utf-8")
    assert "a-typed-secret" not in text
    assert "M-TEST-0099" not in text
    assert "# Drafted from a walk through https://portal.invalid." in text
    assert 'member_no = { kind = "identity", anchors = { label = "参保号" } }  # GAP:' in text
    lines = text.splitlines()
    faults = [one.fault for one in check(file, url="http://127.0.0.1:1").findings]
    unnamed = [str(one) for one in faults if one.line and "GAP" not in lines[one.line - 1]]
    assert unnamed == []


def test_a_draft_never_replaces_a_definition(tmp_path: Path) -> None:
    (tmp_path / "portal.toml").write_text("format = 2\n", encoding="utf-8")
    (tmp_path / "recorded.py").write_text(RECORDING, encoding="utf-8")
    words = ["portal", "draft", "--recording", str(tmp_path / "recorded.py")]
    result = CliRunner().invoke(app, [*words, "--out", str(tmp_path)])
    assert result.exit_code == 2
    assert "is there already" in result.output
    again = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "PY")])
    assert again.exit_code == 0
    assert "gaps. Fill them" in again.output.replace("\n", " ")


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text("x = 1\n", encoding="utf-8")
    words = ["portal", "draft", "--recording", str(tmp_path / "notes.py")]
    result = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "PY")])
    assert result.exit_code == 2
    assert "goes to no address" in result.output


def program(folder: Path, name: str) -> Path:
    """A program that ends at once and opens nothing."""
    file = folder / name
    file.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.mark.slow
def test_a_browser_that_opens_no_window_is_refused_in_words_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_BROWSER_PATH", str(program(tmp_path, "chrome")))
    url = "http://127.0.0.1:1/login"
    words = ["portal", "draft", url, "--out", str(tmp_path / "PY")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert f"{url}: the walk could not be made" in result.output
    assert "HUIKUAN_BROWSER_PATH" in result.output
    assert "--recording" in result.output
    assert not (tmp_path / "PY").exists()


def test_a_walk_takes_a_browser_with_a_window_though_the_bots_use_a_headless_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chromium = program(tmp_path, "chromium")
    headless = program(tmp_path, "chromium-headless-shell")
    chosen = program(tmp_path, "my-browser")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert portal_drafts.with_a_window(headless) == chromium
    assert portal_drafts.with_a_window(None) == chromium
    assert portal_drafts.with_a_window(chosen) == chosen
    chromium.unlink()
    assert portal_drafts.with_a_window(headless) is None
