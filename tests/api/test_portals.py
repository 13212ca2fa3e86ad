"""The page of the portals: how they stand, what people say to them, and that a reason is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from httpx import AsyncClient, Response

from api.portals import begin_of
from store import audit, claims, intents, portal_leases, portal_patches, portal_runs, portal_states
from store.intents import IntentMaker, IntentState
from store.portal_leases import Fence
from store.portal_patches import PatchKind, ProposedPatch
from store.portal_runs import PortalRun, Step
from tests.activities.desk import working_days
from tests.api.office import CASE_NO, CLAIM_NO, MONDAY, Office, hidden, now_utc

BOT = IntentMaker.BOT
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def run(
    office: Office, day: int, outcome: str = "ok", *, step: Step = "submit", **changes: object
) -> None:
    """One run of the bot, so many days before this Monday."""
    at = MONDAY - timedelta(days=day)
    one = PortalRun("PB", step, at, at, "ok", 1, 12.5, "", CLAIM_NO)
    with office.database.transaction() as s:
        portal_runs.note_run(s, replace(one, outcome=outcome, **changes))  # type: ignore[arg-type]


def propose(office: Office, kind: PatchKind = "other", field: str = "order_no") -> str:
    """A proposed patch, with a picture of before and none of after."""
    before = office.put(PNG, kind="screenshot")
    old, new = {"label": "订单号", "name": "ddh"}, {"label": "订单编号", "name": "ddh"}
    patch = ProposedPatch("PB", "h" * 64, "insured", field, old, new, kind, before, "")
    with office.database.transaction() as s:
        return portal_patches.propose(s, patch, MONDAY).patch_no


def state_of(office: Office, patch_no: str) -> str:
    with office.database.reading() as s:
        return portal_patches.patch_of(s, patch_no).state


async def say(browser: AsyncClient, path: str, **form: str) -> Response:
    page = await browser.get("/portals")
    token = hidden(page.text, "form_token")
    return await browser.post(path, data={"form_token": token, **form})


def of_pb(portals: list[dict[str, Any]]) -> dict[str, Any]:
    """What is told of payer B's portal."""
    (portal,) = [one for one in portals if one["code"] == "PB"]
    return portal


async def test_a_portal_that_was_never_used_is_open_and_has_nothing(office: Office) -> None:
    async with office.program("audit-he") as program:
        portal = of_pb((await program.get("/api/portals")).json())
    assert (portal["code"], portal["account"]) == ("PB", "hk-bot")
    assert portal["state"]["paused_since"] is None
    assert (portal["lease"], portal["open_intents"], portal["patches"]) == (None, [], [])
    assert [(w["working_days"], w["figures"]) for w in portal["windows"]] == [(7, []), (30, [])]


async def test_the_figures_count_working_days_and_what_a_person_would_have_needed(
    office: Office,
) -> None:
    """This Monday is 5 January: the 1st to 3rd are holidays, Sunday the 4th is worked."""
    run(office, 1, step="search")
    run(office, 1)
    run(office, 1, "drift")
    run(office, 1, "ok", attempt=2, seconds=20.0)
    run(office, 12)
    async with office.program("fin-wang") as program:
        portal = of_pb((await program.get("/api/portals")).json())
    week, month = portal["windows"]
    assert (week["since"], month["since"]) == ("2025-12-25", "2025-11-24")
    search, submit = week["figures"]
    assert (search["step"], search["runs"], search["minutes_saved"]) == ("search", 1, "1.5")
    assert submit == {
        "step": "submit",
        "runs": 3,
        "ok": 2,
        "business": 0,
        "system": 0,
        "drift": 1,
        "person": 0,
        "first_try_rate": "0.500",
        "median_seconds": "16.2",
        "minutes_saved": "18",
    }
    # What was done in December is counted, but no minutes were on record for it yet.
    assert (month["figures"][1]["runs"], month["figures"][1]["minutes_saved"]) == (4, "18")


@pytest.mark.parametrize(
    ("today", "working", "first"),
    [
        (date(2026, 1, 9), 1, date(2026, 1, 9)),
        (date(2026, 1, 9), 5, date(2026, 1, 5)),
        (date(2026, 1, 9), 6, date(2026, 1, 4)),
        (date(2026, 1, 9), 7, date(2025, 12, 31)),
        (date(2026, 1, 3), 1, date(2025, 12, 31)),
    ],
)
def test_a_window_begins_on_its_first_working_day(today: date, working: int, first: date) -> None:
    assert begin_of(working_days(), today, working) == first


@pytest.mark.parametrize(("login", "opens"), [("ops-li", False), ("fin-wang", True)])
async def test_the_last_failed_runs_are_shown_with_their_traces_to_those_who_may_open_them(
    office: Office, login: str, opens: bool
) -> None:
    trace = office.put(b"PK", kind="trace")
    run(office, 1, "drift", error_type="PortalLayoutChanged", trace_sha256=trace)
    run(office, 1)
    async with office.browser(login) as browser:
        page = (await browser.get("/portals")).text
    assert page.count("PortalLayoutChanged") == 1
    assert "Runs that failed last" in page
    assert (f'href="/api/evidence/{trace}"' in page) is opens


async def test_pausing_and_going_on_need_a_reason_and_stand_in_the_trail(office: Office) -> None:
    async with office.browser("ops-li") as browser:
        missing = await say(browser, "/portals/PB/pause", reason="  ")
        assert missing.status_code == 422
        assert "Say why." in missing.text
        paused = await say(browser, "/portals/PB/pause", reason="its certificate is odd")
        assert paused.headers["location"] == "/portals?done=paused"
        page = (await browser.get("/portals?done=paused")).text
        assert "Paused by ops-li, 2026-01-05 08:00" in page
        assert "its certificate is odd" in page
        going = await say(browser, "/portals/PB/go-on", reason="it is theirs")
        assert going.headers["location"] == "/portals?done=going"
    with office.database.reading() as s:
        assert portal_states.portal_state(s, "PB").paused_since is None
        trail = [(a.actor, a.action, a.detail) for a in audit.audit_of(s, "portal:PB")]
    assert trail == [
        ("ops-li", "portal_paused", "its certificate is odd"),
        ("ops-li", "portal_unpaused", "it is theirs"),
    ]


async def test_a_locked_login_a_cool_down_and_a_failure_are_shown(office: Office) -> None:
    with office.database.transaction() as s:
        for _ in range(2):
            portal_states.note_login_refused(s, "PB", "hk-bot", MONDAY)
        portal_states.cool_down(s, "PB", MONDAY + timedelta(hours=2))
        portal_states.note_failure(s, "PB", "PortalLayoutChanged", MONDAY)
    async with office.browser("fin-wang") as browser:
        page = (await browser.get("/portals")).text
        assert "Locked: refused twice" in page
        assert "until 2026-01-05 10:00" in page
        assert "1 failure in a row" in page
        office.clock.moment = MONDAY + timedelta(hours=2)
        assert "until 2026-01-05 10:00" not in (await browser.get("/portals")).text
        unlocked = await say(browser, "/portals/PB/unlock", reason="password changed")
        assert unlocked.headers["location"] == "/portals?done=unlocked"
        assert "Locked: refused twice" not in (await browser.get("/portals")).text
    with office.database.reading() as s:
        assert audit.audit_of(s, "portal:PB")[-1].detail == "account hk-bot: password changed"


def arm(office: Office) -> None:
    """A second claim, at portal B, that a bot is about to send."""
    claim_no = "CL-2026-0001-2"
    with office.database.transaction() as s:
        claims.draft_claim(
            s,
            claim_no=claim_no,
            case_no=CASE_NO,
            payer="PB",
            sequence=2,
            billed=claims.claim_of(s, CLAIM_NO).billed,
            now=MONDAY,
        )
        intents.prepare_intent(
            s, payer="PB", claim_no=claim_no, version=1, kind="original", digest="d", now=MONDAY
        )
        holder, now = "0123456789abcdef", now_utc()
        lease = portal_leases.acquire(s, "PB", "hk-bot", holder, now=now, lasts_s=600)
        fence = Fence("PB", "hk-bot", lease.fence, now)
        states: tuple[IntentState, ...] = ("searched", "filled", "armed")
        for state in states:
            intents.note_intent(
                s, "PB", claim_no, 1, "original", state, now=MONDAY, by=BOT, fence=fence
            )


async def test_who_holds_the_account_and_what_may_have_arrived_is_shown_with_its_case(
    office: Office,
) -> None:
    arm(office)
    async with office.browser("audit-he") as browser:
        page = (await browser.get("/portals")).text
        portal = of_pb((await browser.get("/api/portals")).json())
    assert "holder 01234567, fence 1" in page
    assert f'<a href="/cases/{CASE_NO}">{CASE_NO}</a>' in page
    assert "Armed" in page
    assert portal["open_intents"][0]["state"] == "armed"


async def test_an_auditor_sees_everything_and_finds_no_button(office: Office) -> None:
    patch_no = propose(office)
    async with office.browser("audit-he") as browser:
        page = await browser.get("/portals")
        assert patch_no in page.text
        assert 'action="/portals/' not in page.text
        for path in ("PB/pause", "PB/go-on", "PB/unlock", f"patches/{patch_no}"):
            form = {"reason": "x", "verdict": "accept"}
            assert (await say(browser, f"/portals/{path}", **form)).status_code == 403
    assert state_of(office, patch_no) == "proposed"


async def test_one_of_finance_accepts_what_is_neither_name_nor_money(office: Office) -> None:
    patch_no = propose(office)
    async with office.browser("fin-wang") as browser:
        page = (await browser.get("/portals")).text
        assert "<del>订单号</del>" in page
        assert "<ins>订单编号</ins>" in page
        assert page.count("ddh") == 0
        assert "No picture was kept." in page
        missing = await say(browser, f"/portals/patches/{patch_no}", verdict="accept", reason="")
        assert (missing.status_code, state_of(office, patch_no)) == (422, "proposed")
        strange = await say(browser, f"/portals/patches/{patch_no}", verdict="yes", reason="x")
        assert (strange.status_code, state_of(office, patch_no)) == (422, "proposed")
        accepted = await say(
            browser, f"/portals/patches/{patch_no}", verdict="accept", reason="seen it"
        )
        assert accepted.headers["location"] == "/portals?done=accepted"
        again = await say(browser, f"/portals/patches/{patch_no}", verdict="reject", reason="no")
        assert (again.status_code, "decided already" in again.text) == (409, True)
    with office.database.reading() as s:
        assert audit.audit_of(s, "portal:PB")[-1].detail == f"{patch_no}: seen it"


async def test_what_says_an_amount_needs_two_persons(office: Office) -> None:
    patch_no = propose(office, "money")
    path = f"/portals/patches/{patch_no}"
    async with office.browser("fin-wang") as first:
        assert "two different people must accept it" in (await first.get("/portals")).text
        half = await say(first, path, verdict="accept", reason="seen it")
        assert half.headers["location"] == "/portals?done=half"
        page = (await first.get("/portals")).text
        assert "One of two has accepted (fin-wang)" in page
        assert f'action="{path}"' not in page
        again = await say(first, path, verdict="accept", reason="seen it")
        assert (again.status_code, state_of(office, patch_no)) == (403, "half")
    async with office.browser("head-chen") as second:
        assert f'action="{path}"' in (await second.get("/portals")).text
        await say(second, path, verdict="accept", reason="me too")
    assert state_of(office, patch_no) == "accepted"


async def test_operations_may_pause_and_not_say_what_a_field_is_called(office: Office) -> None:
    patch_no = propose(office)
    async with office.browser("ops-li") as browser:
        page = (await browser.get("/portals")).text
        assert f'action="/portals/patches/{patch_no}"' not in page
        assert 'action="/portals/PB/pause"' in page
        refused = await say(browser, f"/portals/patches/{patch_no}", verdict="accept", reason="x")
    assert (refused.status_code, state_of(office, patch_no)) == (403, "proposed")


async def test_portals_and_patches_that_do_not_exist_say_so(office: Office) -> None:
    async with office.browser("fin-wang") as browser:
        portal = await say(browser, "/portals/PA/pause", reason="x")
        patch = await say(browser, "/portals/patches/PP-NONE", verdict="accept", reason="x")
    assert (portal.status_code, "There is no such portal." in portal.text) == (404, True)
    assert (patch.status_code, "There is no such patch." in patch.text) == (404, True)


async def test_what_was_done_is_told_from_a_list_and_never_from_the_address(office: Office) -> None:
    async with office.browser("fin-wang") as browser:
        page = (await browser.get("/portals?done=<b>everything</b>")).text
    assert "everything" not in page.split('id="main"')[1]
