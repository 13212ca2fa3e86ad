"""A code from a telephone: typed into the list of questions, sealed, and seen by nobody again."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from store import audit, portal_codes
from tests.api.office import Office, hidden

CODE = "482913"


def asked(office: Office, *, minutes: int = 10) -> str:
    """A request of a bot that waits just now."""
    with office.database.transaction() as s:
        return portal_codes.ask(
            s, "PD", "hk-bot", datetime.now(UTC), lasts=timedelta(minutes=minutes)
        )


def taken(office: Office, request_no: str) -> str | None:
    """What the bot gets."""
    with office.database.transaction() as s:
        sealed = portal_codes.take(s, request_no, datetime.now(UTC))
    return None if sealed is None else office.database.sealer.open(sealed).decode()


async def test_a_code_that_is_typed_into_the_page_reaches_the_bot_sealed(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    request_no = asked(office)
    async with office.browser("ops-li") as browser:
        page = await browser.get("/")
        form = {"code": "482 913", "form_token": hidden(page.text, "form_token")}
        given = await browser.post(f"/portals/codes/{request_no}", data=form)
        after = await browser.get(given.headers["location"])
    assert "The website of payer PD sent a one-time code for account hk-bot" in page.text
    assert (given.status_code, given.headers["location"]) == (303, f"/?given={request_no}")
    assert "The code was sealed and handed to the bot of PD." in after.text
    assert f"/portals/codes/{request_no}" not in after.text
    with office.database.reading() as s:
        (stored,) = s.connection().execute(text("SELECT sealed_code FROM portal_code")).one()
        trail = audit.audit_of(s, "portal:PD")
    assert CODE.encode() not in stored
    assert [(row.actor, row.action, row.detail) for row in trail] == [
        ("ops-li", "portal_code_given", request_no)
    ]
    assert CODE not in caplog.text
    assert CODE not in after.text
    assert (taken(office, request_no), taken(office, request_no)) == (CODE, None)


async def test_a_chinese_visitor_is_asked_in_chinese(office: Office) -> None:
    asked(office)
    async with office.browser("fin-wang", lang="zh") as browser:
        page = await browser.get("/")
    assert "付款方 PD 的网站向账号 hk-bot 的手机发送了验证码" in page.text


async def test_an_auditor_sees_that_a_code_is_asked_for_and_cannot_give_it(office: Office) -> None:
    request_no = asked(office)
    async with office.browser("audit-he") as browser:
        page = await browser.get("/")
        form = {"code": CODE, "form_token": hidden(page.text, "form_token")}
        refused = await browser.post(f"/portals/codes/{request_no}", data=form)
    assert "hk-bot" in page.text
    assert f"/portals/codes/{request_no}" not in page.text
    assert refused.status_code == 403
    assert taken(office, request_no) is None


async def test_a_form_without_its_token_gives_no_code(office: Office) -> None:
    request_no = asked(office)
    async with office.browser("ops-li") as browser:
        refused = await browser.post(f"/portals/codes/{request_no}", data={"code": CODE})
    assert refused.status_code == 403
    assert taken(office, request_no) is None


async def test_a_program_lists_what_is_asked_for_and_gives_it(office: Office) -> None:
    request_no = asked(office)
    async with office.program("fin-wang") as program:
        (listed,) = (await program.get("/api/portal-codes")).json()
        path = f"/api/portal-codes/{request_no}"
        mistyped = await program.post(path, json={"code": "482914"})
        given = await program.post(path, json={"code": CODE})
    assert (listed["request_no"], listed["portal"], listed["given_by"]) == (request_no, "PD", None)
    assert mistyped.json() == given.json() == {"status": "given", "request_no": request_no}
    assert taken(office, request_no) == CODE


@pytest.mark.parametrize(
    ("minutes", "code", "status", "slug"),
    [
        (10, "", 422, "code-unsound"),
        (10, "482", 422, "code-unsound"),
        (10, "4829134829134", 422, "code-unsound"),
        (10, "x" * 41, 422, "bad-input"),
        (0, CODE, 409, "code-request-over"),
    ],
)
async def test_a_code_that_is_none_or_comes_late_is_refused_and_not_repeated(
    office: Office, minutes: int, code: str, status: int, slug: str
) -> None:
    request_no = asked(office, minutes=minutes)
    async with office.program("ops-li") as program:
        answer = await program.post(f"/api/portal-codes/{request_no}", json={"code": code})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:huikuan:problem:{slug}")
    assert not code or code not in answer.text
    assert taken(office, request_no) is None


async def test_a_request_that_nobody_made_is_not_found(office: Office) -> None:
    async with office.program("ops-li") as program:
        answer = await program.post("/api/portal-codes/PC-NONE", json={"code": CODE})
    assert (answer.status_code, answer.json()["type"]) == (
        404,
        "urn:huikuan:problem:no-such-code-request",
    )
