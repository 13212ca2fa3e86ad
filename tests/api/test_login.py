"""Coming in and going out: pages, programs, locks, and cookies that outlive nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api.pages_login import local_path
from store.database import Database
from tests.api.office import Office, hidden, now_utc, open_office

PASSWORD = "password of fin-wang"


async def submit(browser: httpx.AsyncClient, **changes: str) -> httpx.Response:
    page = await browser.get("/login")
    form = {
        "login": "fin-wang",
        "password": PASSWORD,
        "form_token": hidden(page.text, "form_token"),
        "next": "/cases",
        **changes,
    }
    return await browser.post("/login", data=form)


async def test_a_login_opens_the_pages_and_a_logout_closes_them(office: Office) -> None:
    async with office.visitor(sec_fetch_site="same-origin") as browser:
        answer = await submit(browser)
        assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
        cookie = next(c for c in answer.headers.get_list("set-cookie") if "huikuan_session" in c)
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        page = await browser.get("/cases")
        assert page.status_code == 200
        copied = browser.cookies["huikuan_session"]
        out = await browser.post("/logout", data={"form_token": hidden(page.text, "form_token")})
        assert out.headers["location"] == "/login"
        browser.cookies.set("huikuan_session", copied)
        assert (await browser.get("/cases")).status_code == 303


async def test_each_login_gets_a_fresh_session(office: Office) -> None:
    async with office.visitor(sec_fetch_site="same-origin") as browser:
        browser.cookies.set("huikuan_session", "chosen-by-an-attacker", domain="127.0.0.1")
        await submit(browser)
        tokens = {cookie.value for cookie in browser.cookies.jar if "session" in cookie.name}
    assert any(token != "chosen-by-an-attacker" for token in tokens)
    async with office.visitor(Authorization="Bearer chosen-by-an-attacker") as attacker:
        assert (await attacker.get("/api/me")).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"password": "wrong"}, 401, "Login or password is wrong."),
        ({"login": "nobody-here"}, 401, "Login or password is wrong."),
        ({"form_token": "forged"}, 403, "The login page was too old."),
        ({"form_token": ""}, 403, "The login page was too old."),
    ],
)
async def test_a_bad_login_says_why_and_opens_nothing(
    office: Office, changes: dict[str, str], status: int, words: str
) -> None:
    async with office.visitor(sec_fetch_site="same-origin", accept_language="en") as browser:
        answer = await submit(browser, **changes)
        assert (answer.status_code, words in answer.text) == (status, True)
        assert PASSWORD not in answer.text
        assert (await browser.get("/api/me")).status_code == 401


async def test_five_wrong_passwords_lock_the_login_even_for_the_right_one(office: Office) -> None:
    async with office.visitor() as program:
        for _ in range(5):
            body = {"login": "ops-li", "password": "wrong"}
            wrong = await program.post("/api/login", json=body)
            assert wrong.status_code == 401
        right = {"login": "ops-li", "password": "password of ops-li"}
        locked = await program.post("/api/login", json=right)
    assert locked.status_code == 429
    assert locked.json()["type"] == "urn:huikuan:problem:login-locked"
    assert locked.headers["retry-after"] == "900"


async def test_a_program_logs_in_asks_who_it_is_and_logs_out(office: Office) -> None:
    async with office.visitor() as program:
        answer = await program.post("/api/login", json={"login": "fin-wang", "password": PASSWORD})
        token = {"Authorization": f"Bearer {answer.json()['token']}"}
        me = await program.get("/api/me", headers=token)
        assert me.json() == {"login": "fin-wang", "role": "finance", "display_name": "王财务"}
        assert (await program.post("/api/logout", headers=token)).status_code == 204
        assert (await program.get("/api/me", headers=token)).status_code == 401


async def test_a_bad_body_is_not_repeated_in_the_answer(office: Office) -> None:
    async with office.visitor() as program:
        answer = await program.post("/api/login", json={"login": "x", "pass": "S3CRET-CANARY"})
    assert answer.status_code == 422
    assert answer.json()["field"] == "password"
    assert "S3CRET-CANARY" not in answer.text


@pytest.mark.parametrize(
    ("idle", "open_still"), [(timedelta(minutes=29), True), (timedelta(minutes=30), False)]
)
async def test_a_session_ends_after_thirty_idle_minutes_of_real_time(
    tmp_path: Path, furnished_anew: Database, idle: timedelta, open_still: bool
) -> None:
    times: list[datetime] = [now_utc()]
    office = open_office(tmp_path, furnished_anew, login_time=lambda: times[-1])
    async with office.program("fin-wang") as program:
        # Sixty days of business time log nobody out.
        office.clock.moment += timedelta(days=60)
        assert (await program.get("/api/me")).status_code == 200
        times.append(times[0] + idle)
        assert ((await program.get("/api/me")).status_code == 200) is open_still
        times.append(times[0] + idle + idle)
        assert ((await program.get("/api/me")).status_code == 200) is open_still


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/reviews/RV-1?show=open", "/reviews/RV-1?show=open"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("", "/"),
    ],
)
def test_after_the_login_nobody_is_sent_to_another_site(wanted: str, goes_to: str) -> None:
    assert local_path(wanted) == goes_to


async def test_the_language_follows_the_address_then_the_cookie_then_the_browser(
    office: Office,
) -> None:
    async with office.visitor(accept_language="fr,en;q=0.8") as browser:
        assert '<html lang="en">' in (await browser.get("/login")).text
        asked = await browser.get("/login?lang=zh")
        assert '<html lang="zh-CN">' in asked.text
        assert '<html lang="zh-CN">' in (await browser.get("/login")).text
    async with office.visitor() as silent:
        assert '<html lang="zh-CN">' in (await silent.get("/login")).text
    async with office.visitor() as odd:
        odd.cookies.set("huikuan_lang", "tlh")
        assert '<html lang="zh-CN">' in (await odd.get("/login?lang=%3Cscript%3E")).text
