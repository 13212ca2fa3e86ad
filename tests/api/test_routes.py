"""Every door of the API, and who may go through it: written out, and compared with the code."""

from __future__ import annotations

from itertools import chain

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount

from api.app import ROUTERS
from api.rights import CODEC, MONITORS, PUBLIC, RIGHTS, SIGNED
from tests.api.office import CASE_NO, PEOPLE, Office, app_over

READ = {"ops", "finance", "finance_head", "auditor"}
DECIDE = {"ops", "finance", "finance_head"}
MONEY = {"finance", "finance_head", "auditor"}
PATCH = {"finance", "finance_head"}

WHO_MAY: dict[str, set[str]] = {
    "GET /": READ,
    "GET /reviews/{review_no}": READ,
    "POST /reviews/{review_no}/decision": DECIDE,
    "POST /portals/codes/{request_no}": DECIDE,
    "GET /cases": READ,
    "POST /cases": DECIDE,
    "GET /cases/{case_no}": READ,
    "GET /cases/{case_no}/pictures/{claim_no}": READ,
    "POST /cases/{case_no}/requests": DECIDE,
    "GET /summary": MONEY,
    "GET /lines": MONEY,
    "GET /documents": MONEY,
    "POST /documents": {"finance", "finance_head"},
    "GET /funds": MONEY,
    "GET /expected": MONEY,
    "GET /periods": MONEY,
    "POST /periods/{period}/close": {"finance", "finance_head"},
    "POST /periods/{period}/reopen": {"finance", "finance_head"},
    "POST /periods/{period}/refuse": {"finance", "finance_head"},
    "GET /portals": READ,
    "POST /portals/{portal}/pause": DECIDE,
    "POST /portals/{portal}/go-on": DECIDE,
    "POST /portals/{portal}/unlock": DECIDE,
    "POST /portals/patches/{patch_no}": PATCH,
    "POST /issuers/{issuer}/resume": DECIDE,
    "GET /api/issuers": READ,
    "POST /api/issuers/{issuer}/resume": DECIDE,
    "GET /payments": READ,
    "POST /payments": DECIDE,
    "GET /payments/{payment_no}": READ,
    "POST /payments/{payment_no}/returns": DECIDE,
    "POST /payments/cash/{number}/{what}": DECIDE,
    "GET /pay-channels": READ,
    "GET /api/pay-channels": READ,
    "GET /evidence/{sha256}/preview.png": READ,
    "POST /logout": READ,
    "GET /api/me": READ,
    "POST /api/logout": READ,
    "GET /api/openapi.json": READ,
    "GET /api/reviews": READ,
    "GET /api/reviews/{review_no}": READ,
    "POST /api/reviews/{review_no}/decision": DECIDE,
    "GET /api/cases": READ,
    "POST /api/cases": DECIDE,
    "GET /api/cases/{case_no}": READ,
    "GET /api/cases/{case_no}/payments": READ,
    "POST /api/cases/{case_no}/payments": DECIDE,
    "GET /api/payments/{payment_no}": READ,
    "POST /api/payments/{payment_no}/returns": DECIDE,
    "GET /api/cash": READ,
    "POST /api/cash/{number}/count": DECIDE,
    "POST /api/cash/{number}/confirm": DECIDE,
    "POST /api/cases/{case_no}/{what}-request": DECIDE,
    "GET /api/evidence/{sha256}": READ,
    "GET /api/summary": MONEY,
    "PUT /api/statements/{account}": {"finance", "finance_head"},
    "PUT /api/channel-bills/{channel}/{day}": {"finance", "finance_head"},
    "GET /api/portals": READ,
    "GET /api/portal-codes": READ,
    "POST /api/portal-codes/{request_no}": DECIDE,
}


def routes_of(app: FastAPI) -> list[str]:
    own = (route for route in app.routes if isinstance(route, APIRoute))
    included = chain.from_iterable(router.routes for router in ROUTERS)
    return [
        f"{method} {route.path}"
        for route in chain(own, included)
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


def address_of(route: str) -> tuple[str, str]:
    method, path = route.split(" ", 1)
    for name, value in {
        "review_no": "RV-000000000000",
        "request_no": "PC-000000000000",
        "case_no": CASE_NO,
        "claim_no": "CL-2026-0001-1",
        "sha256": "0" * 64,
        "what": "nudge",
        "portal": "PB",
        "account": "BA-01",
        "period": "2026-01",
        "issuer": "PB",
        "patch_no": "PP-000000000000",
        "payment_no": "PM-000000000000",
        "number": "PM-000000000000-1-1",
    }.items():
        path = path.replace(f"{{{name}}}", value)
    return method, path


def test_every_route_stands_in_exactly_one_table(office: Office) -> None:
    routes = routes_of(office.app)
    tables = [*PUBLIC, *SIGNED, *CODEC, *MONITORS, *RIGHTS]
    assert sorted(routes) == sorted(tables)
    assert len(tables) == len(set(tables))
    other = [r for r in office.app.routes if isinstance(r, Mount)]
    assert [mount.path for mount in other] == ["/static"]


def test_the_rights_are_those_written_here() -> None:
    assert {route: set(roles) for route, roles in RIGHTS.items()} == WHO_MAY


def test_only_login_and_signed_webhooks_write_without_a_login() -> None:
    open_writes = {route for route in PUBLIC | SIGNED if not route.startswith("GET ")}
    assert open_writes == {
        "POST /login",
        "POST /api/login",
        "POST /webhooks/carrier",
        "POST /webhooks/pay-channel",
        "POST /webhooks/pay-channels/{code}",
    }


@pytest.mark.thorough
@pytest.mark.parametrize("route", sorted(WHO_MAY))
async def test_without_a_login_nothing_is_shown_or_done(office: Office, route: str) -> None:
    method, path = address_of(route)
    async with office.visitor(sec_fetch_site="same-origin") as visitor:
        answer = await visitor.request(method, path)
    if path.startswith("/api/"):
        assert answer.status_code == 401
        assert answer.json()["type"] == "urn:huikuan:problem:not-logged-in"
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=/")


@pytest.mark.thorough
@pytest.mark.parametrize("login", sorted(PEOPLE))
async def test_each_role_gets_through_its_own_doors_only(office: Office, login: str) -> None:
    role = PEOPLE[login][0]
    async with office.visitor() as visitor:
        for route, roles in sorted(WHO_MAY.items()):
            method, path = address_of(route)
            token = {"Authorization": f"Bearer {office.token(login)}"}
            answer = await visitor.request(method, path, headers=token)
            refused = answer.status_code == 403
            assert refused == (role not in roles), f"{role} {route}: {answer.status_code}"


async def test_a_route_that_nobody_listed_is_closed_to_everybody(office: Office) -> None:
    office.app = app_over(office.app.state.parts, its_own=True)
    office.app.add_api_route("/api/forgotten", lambda: {"secret": 1}, methods=["GET"])
    async with office.program("head-chen") as head:
        answer = await head.get("/api/forgotten")
    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["?outcome=correct", "?decide=approve&reason_code=other"])
async def test_a_link_never_decides(office: Office, query: str) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        for path in (f"/reviews/{review.review_no}", f"/api/reviews/{review.review_no}"):
            assert (await browser.get(path + query)).status_code == 200
        decision = await browser.get(f"/reviews/{review.review_no}/decision{query}")
    assert decision.status_code == 405
    assert office.review(review.review_no).state == "open"
    assert office.wakes.sent == []


async def test_pages_that_do_not_exist_say_so_in_the_right_form(office: Office) -> None:
    async with office.browser("fin-wang", lang="zh") as browser:
        page = await browser.get("/nowhere")
        rest = await browser.get("/api/nowhere")
        case = await browser.get("/cases/SO-2026-9999")
        review = await browser.get("/api/reviews/RV-NONE")
    assert (page.status_code, "没有这个页面" in page.text) == (404, True)
    assert rest.headers["content-type"] == "application/problem+json"
    assert (case.status_code, "没有这个案件" in case.text) == (404, True)
    assert review.json()["type"] == "urn:huikuan:problem:no-such-review"
    assert review.json()["titles"] == {"zh": "没有这个复核。", "en": "There is no such review."}


async def test_health_is_public_and_tells_nothing_else(office: Office) -> None:
    async with office.visitor() as visitor:
        answer = await visitor.get("http://api:8000/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
