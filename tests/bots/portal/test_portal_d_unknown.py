"""What may have left portal D's page without an answer: unknown, until the list is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.progress import Ticket
from bots.portal.values import Accepted, LayoutChanged, Rejected, Unknown
from sandbox import payer_d
from tests.bots.portal.guarded import until
from tests.bots.portal.portal_d import LEFT, RECEIPT, SUBMIT, bot, claim_d, strike
from tests.bots.portal.samples import Notes, claims_at
from tests.sandbox.running import Running, running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

ONCE = [("CL-2026-0001-1", 1, "accepted")]


@pytest.fixture
def slow_d(tmp_path: Path) -> Iterator[Running]:
    with running(payer_d.service, tmp_path / "slow-d", accept_after_minutes="30") as there:
        yield there


@pytest.fixture
def silent_d(tmp_path: Path) -> Iterator[Running]:
    settings = {"accept_after_s": "0.2", "echoes_reference": "no"}
    with running(payer_d.service, tmp_path / "silent-d", **settings) as there:
        yield there


@pytest.mark.parametrize(
    ("how", "answer", "taken"),
    [
        ("drop_before_commit", [], []),
        ("drop_after_commit", [], ONCE),
        ("hang", [], []),
        ("503", ["answered 503"], []),
        ("500", ["answered 500"], []),
        ("maintenance", ["answered 503"], []),
        ("expire_session", ["answered 200"], []),
    ],
)
async def test_after_the_click_anything_but_a_ticket_is_unknown_until_the_list_says(
    portal_d: Running,
    browser: PortalBrowser,
    how: str,
    answer: list[str],
    taken: list[tuple[str, int, str]],
) -> None:
    # Once only: a second request of the browser's own making would get through.
    strike(portal_d, how, SUBMIT, 1)
    ours, journal = bot(portal_d, browser, answer_wait_s=6.0), Notes()
    seen = await ours.submit(claim_d(), journal)
    assert isinstance(seen.value, Unknown), seen.value
    assert journal.steps == [*LEFT, *answer]
    # It takes the portal a moment to make a claim of what it took in.
    await until(lambda: claims_at(portal_d) == taken)
    portal_d.move_clock("2026-01-05 09:31")
    found = (await ours.find(claim_d())).value
    assert [one.receipt for one in found] == [RECEIPT] * len(taken)


async def test_a_script_that_sends_twice_gets_one_request_through(
    portal_d: Running, browser: PortalBrowser
) -> None:
    strike(portal_d, "double_send")
    ours, journal = bot(portal_d, browser), Notes()
    seen = await ours.submit(claim_d(), journal)
    assert isinstance(seen.value, Unknown), seen.value
    assert journal.steps == [*LEFT, "answered 200"]
    # It takes the portal a moment to make a claim of what it took in.
    await until(lambda: claims_at(portal_d) == ONCE)
    portal_d.move_clock("2026-01-05 09:01")
    assert [one.receipt for one in (await ours.find(claim_d())).value] == [RECEIPT]


async def test_a_question_that_nobody_declared_is_not_answered_and_nothing_is_armed(
    portal_d: Running, browser: PortalBrowser
) -> None:
    strike(portal_d, "unknown_dialog")
    journal = Notes()
    seen = await bot(portal_d, browser).submit(claim_d(), journal)
    assert isinstance(seen.value, LayoutChanged)
    assert (journal.steps, portal_d.books()["tickets"]) == (["searched"], [])


async def test_a_ticket_that_is_refused_long_after_is_heard_of_by_its_number(
    slow_d: Running, browser: PortalBrowser
) -> None:
    strike(slow_d, "refuse_later", times=1)
    ours = bot(slow_d, browser)
    taken = (await ours.submit(claim_d(), Notes())).value
    assert isinstance(taken, Accepted)
    assert (await ours.tickets(claim_d(), taken.ticket)).value == [Ticket(taken.ticket, taken)]
    slow_d.move_clock("2026-01-05 08:31")
    refused = await ours.tickets(claim_d(), taken.ticket)
    assert [one.fate for one in refused.value] == [Rejected(("保单已失效，未予受理",), "policy")]
    assert [picture.label for picture in refused.evidence] == ["progress"]


async def test_a_ticket_that_nobody_was_told_of_is_found_by_our_number_and_keeps_us_from_sending(
    slow_d: Running, browser: PortalBrowser
) -> None:
    ours, first, again = bot(slow_d, browser), Notes(), Notes()
    strike(slow_d, "drop_after_commit", SUBMIT, 1)
    assert isinstance((await ours.submit(claim_d(), first)).value, Unknown)
    (ticket,) = (await ours.tickets(claim_d())).value
    assert (ticket.is_open, ticket.receipt) == (True, "")
    assert (await ours.tickets(claim_d(claim_no="CL-2026-0009-1"))).value == []
    kept_back = (await ours.submit(claim_d(), again)).value
    assert kept_back == Unknown(f"ticket {ticket.number} for it is still worked on")
    assert (again.steps, len(slow_d.books()["tickets"])) == ([], 1)
    slow_d.move_clock("2026-01-05 08:31")
    assert (await ours.tickets(claim_d())).value == [Ticket(ticket.number, None, RECEIPT)]
    assert (await ours.submit(claim_d(version=2, replaces=RECEIPT), again)).value
    assert again.steps[0] == f"searched ticket:{ticket.number}"


async def test_where_no_number_of_ours_is_shown_claims_that_look_alike_are_counted(
    silent_d: Running, browser: PortalBrowser
) -> None:
    ours, first, second = bot(silent_d, browser, echoes=False), Notes(), Notes()
    assert isinstance((await ours.submit(claim_d(), first)).value, Accepted)
    assert [note.detail for note in first.notes if note.state == "searched"] == [""]
    silent_d.move_clock("2026-01-05 09:01")
    # One of another member, and one that looks the same: member, day and amount.
    for changes in ({"member_no": "M-TEST-0202"}, {"claim_no": "CL-2026-0002-1"}):
        seen = await ours.submit(claim_d(**changes), second)
        assert isinstance(seen.value, Accepted), seen.value
    counted = [note.detail for note in second.notes if note.state == "searched"]
    assert counted == ["", RECEIPT]
    silent_d.move_clock("2026-01-05 10:02")
    alike = [one.receipt for one in (await ours.find(claim_d())).value]
    assert alike == ["D20260105000003", RECEIPT]
