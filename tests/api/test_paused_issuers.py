"""An issuer whose prints nobody reads is told on the page, over REST and to the monitor."""

from __future__ import annotations

from store import issuers
from tests.api.office import MONDAY, Office


async def test_a_paused_issuer_is_told_to_whoever_looks(office: Office) -> None:
    with office.app.state.parts.database.transaction() as s:
        for sha256 in ("a", "b"):
            issuers.note_unproved(s, "BA-02", sha256, "余额: the label is not printed", MONDAY)
    async with office.browser("fin-wang") as browser:
        (shown,) = (await browser.get("/api/summary")).json()["paused_issuers"]
        page = (await browser.get("/summary")).text
        figures = (await browser.get("/metrics")).text
    assert (shown["issuer"], shown["failures"]) == ("BA-02", 2)
    assert "Printed documents of BA-02 are not read since 2026-01-05" in page
    assert "余额: the label is not printed" in page
    assert 'huikuan_issuer_paused{issuer="BA-02"} 1.0' in figures


async def test_nobody_is_named_while_all_are_read(office: Office) -> None:
    async with office.browser("fin-wang", lang="zh") as browser:
        shown = (await browser.get("/api/summary")).json()
        page = (await browser.get("/summary")).text
    assert shown["paused_issuers"] == []
    assert "停读" not in page
