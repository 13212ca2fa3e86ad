"""Cases: list, show, start, and ask a running one for something."""

from __future__ import annotations

import pytest

from api.case_file import stage_bar
from api.parts import CaseRequestRefused, EngineAway, OrderNotStarted
from domain.lifecycle import CaseEvent, CaseStage
from store import audit, cases
from store.cases import CaseAlreadyClosed, CaseAlreadyRunning
from tests.api.office import CASE_NO, MONDAY, Office, hidden


async def test_a_case_shows_its_way_its_money_and_what_it_waits_for(office: Office) -> None:
    async with office.program("audit-he") as program:
        (listed,) = (await program.get("/api/cases")).json()
        shown = (await program.get(f"/api/cases/{CASE_NO}")).json()
    assert (listed["stage"], listed["total"], listed["open"]) == ("claiming", "360.00", "360.00")
    assert shown["waits"] == {
        "for_stage": "claiming",
        "since": "2026-01-06T14:00:00+08:00",
        "review_no": "",
        "kind": None,
    }
    assert [step["state"] for step in shown["stages"]] == ["done"] * 5 + ["now"] + ["ahead"] * 2
    assert shown["history"][0]["event"] == "OrderOpened"
    assert (shown["claims"][0]["billed"], shown["claims"][0]["denial_code"]) == ("360.00", "D01")
    assert shown["items"][0]["open"] == "360.00"
    assert shown["facts"] == {"tracking_no": "TR-0001"}


@pytest.mark.parametrize(
    ("language", "stage", "person"),
    [
        ("zh", "付款方审核与赔付", "人工决定："),
        ("en", "the payer&#39;s answer", "a decision: "),
    ],
)
async def test_the_pages_say_what_a_case_waits_for_and_lead_to_the_question(
    office: Office, language: str, stage: str, person: str
) -> None:
    async with office.browser("fin-wang", lang=language) as browser:
        for path in ("/cases", f"/cases/{CASE_NO}"):
            assert stage in (await browser.get(path)).text
        review = office.ask()
        for path in ("/cases", f"/cases/{CASE_NO}"):
            page = (await browser.get(path)).text
            assert f'{person}<a href="/reviews/{review.review_no}">' in page
            assert stage not in page


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [("?stage=claiming", 200, 1), ("?stage=closed", 200, 0), ("?limit=0", 200, 1)],
)
async def test_the_list_of_cases_is_narrowed(
    office: Office, query: str, status: int, found: int
) -> None:
    async with office.program("fin-wang") as program:
        answer = await program.get(f"/api/cases{query}")
    assert (answer.status_code, len(answer.json())) == (status, found)


@pytest.mark.parametrize("path", ["/api/cases?stage=lost", "/cases?stage=lost"])
async def test_a_stage_that_does_not_exist_is_refused(office: Office, path: str) -> None:
    async with office.program("fin-wang") as program:
        assert (await program.get(path)).status_code == 422


async def test_a_person_starts_a_case_in_their_own_name(office: Office) -> None:
    async with office.program("ops-li") as program:
        answer = await program.post("/api/cases", json={"order_no": "SO-2026-0025"})
    assert answer.status_code == 201
    assert answer.json() == {"case_no": "SO-2026-0025", "workflow_id": "case-SO-2026-0025"}
    assert office.asks.started == [("SO-2026-0025", "ops-li")]
    with office.database.reading() as s:
        (entry,) = audit.audit_of(s, "SO-2026-0025")
    assert (entry.actor, entry.action) == ("ops-li", "case-started")


@pytest.mark.parametrize("order_no", ["", "25", "SO-2026-0025; drop", "so-1", "SO-" + "1" * 29])
async def test_what_is_no_order_number_is_refused_at_once(office: Office, order_no: str) -> None:
    async with office.program("ops-li") as program:
        answer = await program.post("/api/cases", json={"order_no": order_no})
    assert (answer.status_code, answer.json()["field"]) == (422, "order_no")
    assert office.asks.started == []


@pytest.mark.parametrize(
    ("refusal", "status", "slug"),
    [
        (CaseAlreadyRunning("SO-2026-0001", "case-SO-2026-0001"), 409, "case-exists"),
        (
            CaseAlreadyClosed("SO-2026-0001", "case-SO-2026-0001", CaseStage.CLOSED),
            409,
            "case-exists",
        ),
        (OrderNotStarted("lines[1].quantity: -2 is not above zero"), 422, "order-refused"),
        (EngineAway(), 503, "engine-away"),
        (CaseRequestRefused("The case is held already."), 409, "case-request-refused"),
    ],
)
async def test_a_start_that_fails_names_the_case_in_the_way(
    office: Office, refusal: Exception, status: int, slug: str
) -> None:
    office.asks.refusal = refusal
    async with office.program("ops-li") as program:
        answer = await program.post("/api/cases", json={"order_no": "SO-2026-0001"})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:huikuan:problem:{slug}")
    assert status == 503 or "detail" in answer.json()


@pytest.mark.parametrize("what", ["nudge", "hold", "resume", "correct", "cancel"])
async def test_a_request_reaches_the_case_with_person_and_reason(office: Office, what: str) -> None:
    async with office.program("ops-li") as program:
        answer = await program.post(
            f"/api/cases/{CASE_NO}/{what}-request", json={"reason": " the hospital called "}
        )
    assert (answer.status_code, answer.json()) == (202, {"case_no": CASE_NO, "asked": what})
    assert office.asks.asked == [(CASE_NO, what, "ops-li", "the hospital called")]


@pytest.mark.parametrize(
    ("path", "reason", "status", "slug"),
    [
        (f"/api/cases/{CASE_NO}/terminate-request", "x", 404, "not-found"),
        (f"/api/cases/{CASE_NO}/cancel-request", "  ", 422, "reason-missing"),
        ("/api/cases/SO-2026-9999/cancel-request", "x", 404, "no-such-case"),
    ],
)
async def test_a_request_that_makes_no_sense_reaches_nobody(
    office: Office, path: str, reason: str, status: int, slug: str
) -> None:
    async with office.program("ops-li") as program:
        answer = await program.post(path, json={"reason": reason})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:huikuan:problem:{slug}")
    assert office.asks.asked == []


async def test_the_pages_start_and_ask_like_the_programs_do(office: Office) -> None:
    async with office.browser("ops-li") as browser:
        token = hidden((await browser.get("/cases")).text, "form_token")
        started = await browser.post(
            "/cases", data={"form_token": token, "order_no": " SO-2026-0025 "}
        )
        assert started.headers["location"] == "/cases?started=SO-2026-0025"
        assert (
            "Case SO-2026-0025 was started."
            in (await browser.get(started.headers["location"])).text
        )
        wrong = await browser.post("/cases", data={"form_token": token, "order_no": "25"})
        assert (wrong.status_code, "An order number looks like" in wrong.text) == (422, True)
        form = {"form_token": token, "what": "hold", "reason": "wait"}
        held = await browser.post(f"/cases/{CASE_NO}/requests", data=form)
        assert held.headers["location"] == f"/cases/{CASE_NO}?asked=hold"
        office.asks.refusal = CaseRequestRefused("SO-2026-0001 is held already.")
        refused = await browser.post(f"/cases/{CASE_NO}/requests", data=form)
    assert (refused.status_code, "is held already." in refused.text) == (409, True)
    assert office.asks.asked == [(CASE_NO, "hold", "ops-li", "wait")]


async def test_the_case_page_links_to_the_same_case_in_temporal(office: Office) -> None:
    async with office.browser("ops-li") as browser:
        page = (await browser.get(f"/cases/{CASE_NO}")).text
    link = "http://127.0.0.1:8233/namespaces/default/workflows/case-SO-2026-0001"
    assert f'href="{link}"' in page
    assert 'aria-current="step"' in page


async def test_a_reader_is_offered_no_button_that_changes_anything(office: Office) -> None:
    async with office.browser("audit-he") as auditor:
        page = (await auditor.get(f"/cases/{CASE_NO}")).text
        listed = (await auditor.get("/cases")).text
    assert "/requests" not in page
    assert 'name="order_no"' not in listed


async def test_a_cancelled_case_shows_how_far_it_came(office: Office) -> None:
    with office.database.transaction() as s:
        cases.move_case(
            s,
            CASE_NO,
            CaseEvent.CASE_CANCELLED,
            key="cancel",
            now=MONDAY,
            actor="head-chen",
            reason="asked by the hospital",
        )
        steps = stage_bar(CaseStage.CANCELLED, cases.history_of(s, CASE_NO))
    assert [step.stage.value for step in steps] == [
        "opened",
        "reserved",
        "shipped",
        "delivered",
        "invoiced",
        "claiming",
        "cancelled",
    ]
    assert steps[-1].state == "broken"
    async with office.browser("ops-li") as browser:
        page = (await browser.get(f"/cases/{CASE_NO}")).text
    assert "asked by the hospital" in page
    assert "/requests" not in page
