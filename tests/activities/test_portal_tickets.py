"""A portal that takes claims in first may work on one for longer than its list lags: whoever lost
its answer must not send again meanwhile. The real steps and journal, and a portal in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.refusals import AbsenceUnproven, MayStillArrive
from bots.portal.browser import PortalBrowser
from bots.portal.definition import Progress, load
from bots.portal.handed_in import HandedIn
from bots.portal.values import (
    Credentials,
    Journal,
    Seen,
    SubmitOutcome,
    Unknown,
)
from domain.facts import SubmissionStatus
from domain.lifecycle import ClaimStatus
from engine.clock import FileClock
from store import case_facts, claims, intents
from store.database import Database
from tests.activities.ticket_portal import DEFINITION, SLOW, Bot, House, Moment, Portal, Sent
from tests.faults.portals import stock
from tests.store.samples import MONDAY, XorSealer

pytestmark = pytest.mark.thorough


@pytest.fixture
def house(migrated_file: Path, tmp_path: Path) -> Iterator[House]:
    clock, folder = tmp_path / "clock", tmp_path / "run"
    FileClock(clock).set(MONDAY)
    claim_no = stock.stocked(migrated_file, folder, clock, "PD", 1)
    database = Database(f"sqlite:///{folder / 'store.sqlite'}", XorSealer())
    moment = Moment()
    world = replace(stock.world_at(database, folder / "evidence", clock, "PD"), clock=moment)
    bot = Bot(
        load(DEFINITION, url="http://127.0.0.1:1"), Credentials("hk-bot", "x"), PortalBrowser()
    )
    bot.there = Portal(moment)
    yield House(world, claim_no, bot.there, bot)
    database.dispose()


@pytest.mark.parametrize("loses_answers", [1, 0], ids=["answer lost", "ticket told"])
@pytest.mark.parametrize("tells_receipts", [True, False])
async def test_a_ticket_worked_on_for_longer_than_the_list_lags_is_sent_once(
    house: House, loses_answers: int, tells_receipts: bool
) -> None:
    house.portal.loses_answers, house.portal.tells_receipts = loses_answers, tells_receipts
    ended = await house.live()
    assert (ended.how, ended.why) == ("confirmed", "D-T-1")
    # Ninety minutes each until five hours are over; without a receipt until the list shows it, too.
    assert house.waits == [5400] * (4 if tells_receipts else 5)
    house.portal.clock.at += SLOW
    assert house.portal.claims() == [("D-T-1", 1)]


async def test_a_ticket_that_is_refused_unheard_is_a_rejection_with_its_reason(
    house: House,
) -> None:
    house.portal.refuses = True
    ended = await house.live()
    assert (ended.how, ended.why) == ("rejected", "保单已失效，未予受理")
    assert (len(house.portal.sent), house.state) == (1, "rejected")
    assert house.status is ClaimStatus.REJECTED


async def test_a_request_that_surely_made_no_ticket_is_sent_once_more(house: House) -> None:
    house.portal.loses_requests, house.portal.loses_answers = 1, 0
    ended = await house.live()
    assert (ended.how, len(house.portal.sent)) == ("confirmed", 1)
    with house.world.database.reading() as s:
        assert intents.intent_of(s, "PD", house.claim_no, 1, "original").attempt == 2


@pytest.mark.parametrize(
    "forgets",
    [
        lambda house: house.learns(progress=None),
        lambda house: house.learns(progress=_numbers_only(house.bot.definition.progress)),
    ],
    ids=["no ticket list", "a list that shows no number of ours"],
)
async def test_a_portal_whose_tickets_cannot_be_seen_is_for_a_person_and_nothing_is_sent_again(
    house: House, forgets: Callable[[House], None]
) -> None:
    forgets(house)
    ended = await house.live()
    assert (ended.how, len(house.portal.sent), house.state) == ("person", 1, "human")
    assert "takes claims in first and shows no ticket of ours" in ended.why


def _numbers_only(progress: Progress | None) -> Progress:
    assert progress is not None
    return progress.model_copy(update={"match": {}})


@pytest.mark.parametrize(("hours", "how"), [(49, "person"), (47, "confirmed")])
async def test_a_ticket_older_than_any_ticket_gets_is_for_a_person(
    house: House, hours: int, how: str
) -> None:
    house.portal.works_for = timedelta(hours=hours)
    house.learns(listing=house.bot.definition.listing.model_copy(update={"lag_minutes": 480}))
    ended = await house.live()
    assert (ended.how, len(house.portal.sent)) == (how, 1)


async def test_the_tickets_of_an_earlier_version_are_not_those_of_this_one(house: House) -> None:
    earlier = Sent("T-0", MONDAY - timedelta(days=1), 0, timedelta(0), refuses=True)
    house.portal.sent.append(earlier)
    ended = await house.live()
    assert (ended.how, ended.why) == ("confirmed", "D-T-2")


async def test_two_tickets_of_one_version_are_for_a_person(house: House) -> None:
    house.portal.loses_answers = 0

    async def twice(thing: HandedIn, journal: Journal) -> Seen[SubmitOutcome]:
        seen = await Bot.submit(house.bot, thing, journal)
        house.portal.sent.append(Sent("T-2", house.portal.clock.at, 1, SLOW, refuses=True))
        return Seen(Unknown("no answer came"), seen.evidence)

    house.bot.submit = twice  # type: ignore[method-assign]
    ended = await house.live()
    assert (ended.how, "more than one ticket is ours" in ended.why) == ("person", True)


async def _sent_and_unheard(house: House) -> None:
    await ActivityEnvironment().run(house.steps.hand_in_at_portal, house.claim_no)
    house.portal.clock.at += timedelta(hours=2)


async def test_a_claim_with_an_open_ticket_cannot_be_taken_back_as_absent(house: House) -> None:
    await _sent_and_unheard(house)
    with pytest.raises(MayStillArrive):
        await house.take_back()
    house.portal.clock.at += timedelta(hours=3)
    await house.take_back()
    assert (house.portal.claims(), house.state) == ([], "confirmed")
    assert house.status is ClaimStatus.REVERSED


async def test_a_claim_whose_ticket_was_refused_needs_no_taking_back(house: House) -> None:
    house.portal.refuses, house.portal.works_for = True, timedelta(minutes=1)
    await _sent_and_unheard(house)
    await house.take_back()
    assert (house.state, house.status) == ("not_sent", ClaimStatus.REVERSED)


async def test_whether_a_claim_without_a_visible_ticket_is_there_a_person_is_asked_once(
    house: House,
) -> None:
    house.learns(progress=None)
    await _sent_and_unheard(house)
    with pytest.raises(AbsenceUnproven, match="look there"):
        await house.take_back()
    assert house.state == "human"
    await house.take_back()
    assert (house.state, house.status) == ("human", ClaimStatus.REVERSED)


async def test_a_later_version_whose_answer_was_lost_is_taken_back_beside_the_known_one(
    house: House,
) -> None:
    house.portal.works_for, house.portal.loses_answers = timedelta(minutes=1), 0
    assert (await house.live()).why == "D-T-1"
    # Denied and corrected: the second version goes out, and nobody hears of it.
    with house.world.writing() as s:
        for status, key, version in (
            (ClaimStatus.DENIED, "denied:1", 1),
            (ClaimStatus.DRAFTED, "corrected:2", 2),
        ):
            claims.move_claim(s, house.claim_no, status, key=key, now=MONDAY, version=version)
        order_no = claims.claim_of(s, house.claim_no).case_no
        dossier = case_facts.facts_of(s, order_no)[f"dossier:{house.claim_no}:1"]
        case_facts.keep_fact(s, order_no, f"dossier:{house.claim_no}:2", dossier)
    house.portal.loses_answers = 1
    await _sent_and_unheard(house)
    assert house.portal.claims() == [("D-T-1", 1), ("D-T-2", 2)]
    await house.take_back()
    assert house.portal.claims() == []
    assert house.status is ClaimStatus.REVERSED


@pytest.mark.parametrize(("days", "sent"), [(90, 1), (91, 0)])
async def test_the_bot_sends_nothing_once_the_payer_s_filing_window_is_over(
    house: House, days: int, sent: int
) -> None:
    house.portal.clock.at += timedelta(days=days)

    told = await ActivityEnvironment().run(house.steps.hand_in_at_portal, house.claim_no)

    assert len(house.portal.sent) == sent
    assert (told.status is SubmissionStatus.LATE) == (sent == 0)
