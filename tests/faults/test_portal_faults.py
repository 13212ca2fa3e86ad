"""The old portal down, signed out, or rebuilt: nothing is sent twice, and a person sees why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.review import ReviewKind, Role
from runtime.people import login_of
from sandbox.lives import pays, script
from store import people, portal_states
from store.review_views import ReviewView
from tests.faults.sound import expect_sound_books
from tests.lifecycle.house import House, house

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

DOWN, CHANGED, GIVEN_UP = "SO-2026-0026", "SO-2026-0028", "SO-2026-0030"
CANCELLED = "SO-2026-0001"
ARRIVES = {DOWN: 1, CHANGED: 2, GIVEN_UP: 3, CANCELLED: 3}
"""On which day each parcel is delivered, and its claim filed."""


def arrive_in_turn(here: House) -> None:
    """What is filed in the morning is decided, announced and paid in the evening."""
    parcels = {order_no: {"ends_after_days": day} for order_no, day in ARRIVES.items()}
    here.sandbox["carrier"].post("/_sandbox/seed", {"scripts": parcels}, 200)
    quick = script(pays(remit=0, bank=0) | {"decide_after_days": 0.5})
    here.sandbox["payer_b"].post("/_sandbox/seed", {"scripts": dict.fromkeys(ARRIVES, quick)}, 200)


def strike(here: House, *faults: tuple[str, int | None, str]) -> None:
    """Let the portal fail in exactly these ways: what, how often, how."""
    told = [{"match": match, "times": times, "how": how} for match, times, how in faults]
    here.sandbox["payer_b"].put("faults", told)


def filed(here: House) -> list[tuple[str, str]]:
    """Every claim that the portal holds, with its status."""
    claims: list[dict[str, Any]] = here.held_by("payer_b")["claims"]
    return [(claim["order_no"], claim["status"]) for claim in claims]


async def expect_filed_once_after_being_down_and_signed_out(here: House) -> None:
    strike(here, ("GET /login", None, "maintenance"))
    await here.morning(1)
    assert (here.stage(DOWN), here.claims(DOWN)[0][1], filed(here)) == ("claiming", "drafted", [])
    assert here.inbox() == []

    # Ten minutes later it is back, and signs us out on the last page before the click.
    strike(here, ("GET /claims/new/attachment", 1, "expire_session"))
    await here.conductor.move_to(here.conductor.now + timedelta(minutes=10))
    assert filed(here) == [(DOWN, "accepted")]
    assert here.claims(DOWN)[0][1] == "submitted"
    assert here.inbox() == []


async def expect_changed_form_asked_about_until_it_is_back(here: House) -> None:
    strike(here, ("GET /claims/new", None, "changed_layout"))
    await here.morning(2)
    asked = here.asked(ReviewKind.STEP_FAILED)
    assert (asked.case_no, asked.subject) == (CHANGED, "CL-2026-0028-1")
    assert asked.sentence_en == (
        "The step “CL-2026-0028-1: hand in once at the portal” cannot go on:"
        " Page 'insured' of the portal changed:"
        " field claim_no, member_no is not where it was. Retry, or give up?"
    )
    assert "layout-changed" in "; ".join(names_of(here, asked))

    # Tried again too early, it is asked again; with the page back it goes in, once.
    await here.decide(asked.kind, "retry", by=Role.FINANCE)
    assert here.asked(asked.kind).review_no != asked.review_no
    assert [order_no for order_no, _ in filed(here)] == [DOWN]
    strike(here)
    open_again(here)
    await here.decide(asked.kind, "retry", by=Role.FINANCE)
    assert [order_no for order_no, _ in filed(here)] == [DOWN, CHANGED]
    assert here.claims(CHANGED)[0][1] == "submitted"
    assert here.inbox() == []


async def expect_lost_answers_taken_back(here: House) -> None:
    """Two clicks without an answer. One order is cancelled at once, the other given up later."""
    strike(here, ("POST /claims/new/submit", 2, "drop_after_commit"))
    await here.morning(3)
    lost = [(GIVEN_UP, "accepted"), (CANCELLED, "accepted")]
    assert sorted(filed(here)[2:]) == sorted(lost)
    assert {here.claims(no)[0][1] for no in (GIVEN_UP, CANCELLED)} == {"drafted"}

    # The list shows a claim only after an hour, so "not in the list" does not end the undoing.
    await here.client.get_workflow_handle(f"case-{CANCELLED}").cancel()
    await here.conductor.settle()
    assert (here.stage(CANCELLED), here.inbox()) == ("claiming", [])
    await here.office_hours()

    strike(here, ("GET /claims", None, "changed_layout"))
    await here.conductor.move_to(here.conductor.now + timedelta(minutes=100))
    asked = here.asked(ReviewKind.STEP_FAILED, GIVEN_UP)
    assert "layout-changed" in "; ".join(names_of(here, asked))
    open_again(here)
    await here.decide(asked.kind, "give_up", by=Role.FINANCE, case_no=GIVEN_UP)
    await expect_undoing_goes_on_until_it_is_done(here)


async def expect_undoing_goes_on_until_it_is_done(here: House) -> None:
    """The claim may be there, so it must be taken back; nobody can decide that away."""
    kind = ReviewKind.STEP_FAILED
    asked = here.asked(kind, GIVEN_UP)
    assert "CL-2026-0030-1: take the claim back at the portal" in asked.sentence_en
    await here.decide(kind, "give_up", by=Role.FINANCE, case_no=GIVEN_UP)
    assert here.asked(kind, GIVEN_UP).review_no != asked.review_no
    assert {here.stage(no) for no in (GIVEN_UP, CANCELLED)} == {"claiming"}
    strike(here)
    open_again(here)
    for order_no in (GIVEN_UP, CANCELLED):
        await here.decide(kind, "retry", by=Role.FINANCE, case_no=order_no)
        assert here.stage(order_no) == "cancelled"


def open_again(here: House) -> None:
    """Two changed pages in a row pause a portal, until a person has seen to it."""
    with here.parts.database.transaction() as session:
        person = people.person_of(session, login_of(Role.FINANCE_HEAD))
        portal_states.unpause(session, "PB", person, "the page was looked at", here.conductor.now)


def names_of(here: House, asked: ReviewView) -> list[str]:
    """The papers that lie beside a question."""
    with here.parts.database.reading() as session:
        return [here.parts.evidence.view_of(session, sha256).name for sha256 in asked.evidence]


async def test_a_portal_that_is_down_changed_or_silent_gets_each_claim_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch, with_browser=True) as here:
        arrive_in_turn(here)
        await here.morning(0)
        for order_no in ARRIVES:
            await here.start(order_no)
        # Tuesday 6 January: maintenance, then a session that ends.
        await expect_filed_once_after_being_down_and_signed_out(here)
        # Wednesday 7 January: the form is not the one that we know. Yesterday's money is there.
        await expect_changed_form_asked_about_until_it_is_back(here)
        await here.office_hours()
        assert here.stage(DOWN) == "closed"

        # Thursday 8 January: two answers are lost, and the list is not the one that we know.
        await expect_lost_answers_taken_back(here)
        assert here.stage(CHANGED) == "closed"

        assert dict(filed(here)) == {
            DOWN: "paid",
            CHANGED: "paid",
            GIVEN_UP: "reversed",
            CANCELLED: "reversed",
        }
        assert len(filed(here)) == len(ARRIVES)
        assert here.inbox() == []
        expect_sound_books(here)
        # 360.00 each of the two that were paid; the others left nothing.
        assert here.books() == {
            "bank:BA-02": "50720.00",
            "opening_balances": "-50000.00",
            "output_vat": "-82.84",
            "revenue": "-637.16",
        }
        invoiced = [row["order_no"] for row in here.held_by("tax")["invoices"]]
        assert sorted(invoiced) == sorted(ARRIVES)
        assert len(here.held_by("tax")["credit_notes"]) == 2
        assert len(here.held_by("erp")["goods_returns"]) == 2
