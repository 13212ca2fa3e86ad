"""An issuer whose prints nobody reads is told on the page, over REST and to the monitor."""

from __future__ import annotations

import pytest

from store import audit, issuers
from tests.api.office import MONDAY, Office, hidden


def fail_twice(office: Office) -> None:
    with office.app.state.parts.database.transaction() as s:
        for sha256 in ("a", "b"):
            issuers.note_unproved(s, "BA-02", sha256, "余额: the label is not printed", MONDAY)


def is_read(office: Office) -> bool:
    with office.database.reading() as s:
        return issuers.paused_issuers(s) == []


async def test_a_paused_issuer_is_told_to_whoever_looks(office: Office) -> None:
    fail_twice(office)
    async with office.browser("fin-wang") as browser:
        (shown,) = (await browser.get("/api/summary")).json()["paused_issuers"]
        page = (await browser.get("/summary")).text
        figures = (await browser.get("/metrics")).text
    assert (shown["issuer"], shown["failures"]) == ("BA-02", 2)
    assert "Printed documents of BA-02 are not read since 2026-01-05" in page
    assert "余额: the label is not printed" in page
    assert 'huikuan_issuer_paused{issuer="BA-02"} 1.0' in figures


@pytest.mark.parametrize(
    ("login", "page"), [("fin-wang", "summary"), ("ops-li", "portals"), ("head-chen", "portals")]
)
async def test_a_person_lets_it_be_read_again_with_a_reason_in_the_trail(
    office: Office, login: str, page: str
) -> None:
    fail_twice(office)
    async with office.browser(login) as browser:
        html = (await browser.get(f"/{page}")).text
        form = {"form_token": hidden(html, "form_token"), "back": hidden(html, "back")}
        path = "/issuers/BA-02/resume"
        silent = await browser.post(path, data={**form, "reason": " "})
        assert (silent.status_code, is_read(office)) == (422, False)
        done = await browser.post(path, data={**form, "reason": "the form is the old one"})
        after = (await browser.get(done.headers["location"])).text
        again = await browser.post(path, data={**form, "reason": "twice"})
    assert (done.status_code, done.headers["location"]) == (303, f"/{page}?done=resumed")
    assert "They are read again; what waited goes on by itself." in after
    assert 'action="/issuers/' not in after
    assert (again.status_code, is_read(office)) == (409, True)
    with office.database.reading() as s:
        last = audit.audit_of(s, "issuer/BA-02")[-1]
    assert (last.actor, last.action, last.detail) == (
        login,
        "issuer_resumed",
        "the form is the old one",
    )


async def test_an_auditor_sees_it_and_has_no_button(office: Office) -> None:
    fail_twice(office)
    async with office.browser("audit-he", lang="zh") as browser:
        html = (await browser.get("/summary")).text
        token = hidden(html, "form_token")
        form = {"form_token": token, "reason": "x"}
        refused = await browser.post("/issuers/BA-02/resume", data=form)
    assert "BA-02 的打印单据自" in html
    assert "/issuers/BA-02/resume" not in html
    assert (refused.status_code, is_read(office)) == (403, False)


async def test_a_program_lists_and_resumes(office: Office) -> None:
    fail_twice(office)
    async with office.program("fin-wang") as program:
        (listed,) = (await program.get("/api/issuers")).json()
        unknown = await program.post("/api/issuers/NOBODY/resume", json={"reason": "x"})
        silent = await program.post("/api/issuers/BA-02/resume", json={})
        done = await program.post("/api/issuers/BA-02/resume", json={"reason": "seen"})
        after = (await program.get("/api/issuers")).json()
    assert (listed["issuer"], listed["paused_by"]) == ("BA-02", "document reader")
    assert unknown.json()["type"] == "urn:huikuan:problem:issuer-not-paused"
    assert (unknown.status_code, silent.status_code) == (409, 422)
    assert (done.status_code, done.json()) == (200, {"issuer": "BA-02", "status": "read"})
    assert (after, is_read(office)) == ([], True)


async def test_nobody_is_named_while_all_are_read(office: Office) -> None:
    async with office.browser("fin-wang", lang="zh") as browser:
        shown = (await browser.get("/api/summary")).json()
        page = (await browser.get("/summary")).text
    assert shown["paused_issuers"] == []
    assert "停读" not in page
