"""What holds for every request: foreign forms, foreign hosts, headers, sizes, silence on errors."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from api.protection import BODY_LIMIT, CSP
from tests.api.office import CASE_NO, Office, app_over, hidden

STRICT = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
}
FORM = {"reason": "", "what": "nudge"}
PATH = f"/cases/{CASE_NO}/requests"


def test_the_content_policy_is_the_strict_one() -> None:
    assert CSP == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": "http://127.0.0.1:18090"}, 303),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:18090"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "http://127.0.0.1:8233"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_form_from_elsewhere_does_nothing_even_with_cookie_and_token(
    office: Office, headers: dict[str, str], status: int
) -> None:
    async with office.browser("fin-wang") as browser:
        page = await browser.get(f"/cases/{CASE_NO}")
        form = FORM | {"form_token": hidden(page.text, "form_token")}
        del browser.headers["sec-fetch-site"]
        answer = await browser.post(PATH, data=form, headers=headers)
    assert answer.status_code == status
    assert len(office.asks.asked) == (1 if status == 303 else 0)


@pytest.mark.parametrize("token", [None, "", "forged"])
async def test_a_form_without_its_token_does_nothing(office: Office, token: str | None) -> None:
    form = FORM if token is None else FORM | {"form_token": token}
    async with office.browser("fin-wang") as browser:
        answer = await browser.post(PATH, data=form)
    assert (answer.status_code, "Reload it and try again" in answer.text) == (403, True)
    assert office.asks.asked == []


async def test_a_form_token_of_another_session_does_nothing(office: Office) -> None:
    async with office.browser("fin-zhao") as other:
        stolen = hidden((await other.get(f"/cases/{CASE_NO}")).text, "form_token")
    async with office.browser("fin-wang") as browser:
        answer = await browser.post(PATH, data=FORM | {"form_token": stolen})
    assert answer.status_code == 403


async def test_json_with_a_cookie_needs_the_token_in_a_header(office: Office) -> None:
    path = f"/api/cases/{CASE_NO}/nudge-request"
    async with office.browser("fin-wang") as browser:
        token = hidden((await browser.get(f"/cases/{CASE_NO}")).text, "form_token")
        without = await browser.post(path, json={})
        with_it = await browser.post(path, json={}, headers={"x-form-token": token})
    assert (without.status_code, with_it.status_code) == (403, 202)


@pytest.mark.parametrize(
    "path",
    ["/", "/login", "/cases", f"/cases/{CASE_NO}", "/summary", "/nowhere", "/api/reviews"],
)
async def test_every_answer_carries_the_strict_headers(office: Office, path: str) -> None:
    async with office.browser("fin-wang") as browser:
        answer = await browser.get(path)
    assert STRICT.items() <= dict(answer.headers).items()


async def test_refusals_carry_the_strict_headers_too(office: Office) -> None:
    async with office.visitor() as visitor:
        answers = [
            await visitor.get("/api/me"),
            await visitor.post("/logout"),
            await visitor.put("/login", headers={"sec-fetch-site": "same-origin"}),
            await visitor.get("http://evil.example:18090/login"),
            await visitor.post("/webhooks/carrier", content=b"{}"),
        ]
    assert [answer.status_code for answer in answers] == [401, 403, 405, 421, 401]
    for answer in answers:
        assert STRICT.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("path", ["/", "/login", "/codec/decode", "/api/me"])
async def test_a_foreign_host_name_is_not_served(office: Office, path: str) -> None:
    """A name of an attacker that points at 127.0.0.1 must not make a browser our client."""
    async with office.program("fin-wang") as program:
        answer = await program.get(f"http://rebound.example:18090{path}")
    assert answer.status_code == 421


@pytest.mark.parametrize(("size", "status"), [(BODY_LIMIT - 200, 422), (BODY_LIMIT + 1, 413)])
async def test_a_body_that_is_too_large_is_refused(office: Office, size: int, status: int) -> None:
    async with office.program("fin-wang") as program:
        answer = await program.post("/api/cases", json={"order_no": "x" * size})
    assert answer.status_code == status


async def test_an_unexpected_error_tells_its_text_to_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OperationalError("SELECT 'PATIENT-CANARY'", {}, ValueError("PATIENT-CANARY"))

    office.app = app_over(office.app.state.parts, its_own=True)
    office.app.add_api_route("/login/broken", broken, methods=["GET"])
    monkeypatch.setattr("api.sessions.PUBLIC", frozenset({"GET /login/broken"}))
    async with office.visitor() as visitor:
        visitor._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
        answer = await visitor.get("/login/broken")
    assert answer.status_code == 500
    assert "PATIENT-CANARY" not in answer.text
    assert STRICT.items() <= dict(answer.headers).items()


async def test_static_files_are_served_without_a_login(office: Office) -> None:
    async with office.visitor() as visitor:
        style = await visitor.get("/static/app.css")
        above = await visitor.get("/static/%2e%2e/app.py")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert above.status_code == 404
