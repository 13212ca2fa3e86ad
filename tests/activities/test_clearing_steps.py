"""A month's clearing says what our books hold, once, and a person's word ends what nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from temporalio.testing import ActivityEnvironment

from activities import portal_outcomes
from activities.clearing_steps import ClearingActivities, ClearingHandIn, prepared, settled
from activities.refusals import DecisionNotFound
from activities.world import World
from bots.portal.bot import PortalBot
from bots.portal.handed_in import HandedIn
from bots.portal.values import PortalClaim, Rejected, Seen, Submitted
from domain.clearing import Clearing, ClearingDecided, ClearingFacts, ClearingWanted
from domain.facts import SubmissionStatus
from domain.intent import IntentMaker
from domain.review import Question, ReviewKind
from store import intents
from tests.activities.desk import clock_of
from tests.activities.facts import advice, book, claim_with_payer, decided, line, taken_back
from tests.activities.test_portal_access import bot as sleeping_bot
from tests.activities.test_portal_outcomes import listing, there
from tests.store.samples import MONDAY, fen

JANUARY = Clearing("PB", "2026-01", "CLR-PB-2026-01", 2, fen(200000))
UNKNOWN = Question(
    "CLR-PB-2026-01:unknown:1",
    ReviewKind.SUBMISSION_UNKNOWN,
    None,
    "CLR-PB-2026-01",
    "不明",
    "unknown",
    fen(200000),
)


def sending(world: World, *states: str) -> ClearingHandIn:
    """An application whose sending went through these states."""
    thing = ClearingHandIn(JANUARY)
    with world.writing() as s:
        intents.prepare_intent(
            s,
            payer="PB",
            claim_no=thing.number,
            version=1,
            kind="clearing",
            digest="d",
            now=MONDAY,
        )
        for state in states:
            thing.note(s, world, state, "digest", None)  # type: ignore[arg-type]
    return thing


def state_of(world: World) -> tuple[str, str]:
    with world.database.reading() as s:
        intent = intents.intent_of(s, "PB", "CLR-PB-2026-01", 1, "clearing")
        return intent.state, intent.receipt


def test_a_month_counts_every_line_that_an_advice_of_it_pays_and_nothing_else(
    world: World,
) -> None:
    first = claim_with_payer(world, "SO-2026-0001", payers=("PB", "patient"))
    second = claim_with_payer(world, "SO-2026-0002", payers=("PB", "patient"))
    third = claim_with_payer(world, "SO-2026-0003", payers=("PB", "patient"))
    january = advice(line(first), line(second), payer="PB", taken=(taken_back(first),))
    book(world, january, source="PB")
    february = replace(advice(line(third), number="RA-2", payer="PB"), paid_on=date(2026, 2, 1))
    book(world, february, source="PB")
    clock_of(world).move_to(date(2026, 2, 5))
    assert prepared(world, ClearingWanted("PB")) == JANUARY
    assert prepared(world, ClearingWanted("PB", "2026-02")).total == fen(100000)
    assert prepared(world, ClearingWanted("PB", "2026-03")).count == 0
    assert prepared(world, ClearingWanted("PA", "2026-01")).count == 0


def test_an_application_that_was_taken_is_confirmed_and_a_refused_one_ends(world: World) -> None:
    thing = sending(world, "searched", "filled", "armed", "sending")
    facts = portal_outcomes.handed_in(world, thing, Submitted("BQ-1", None), listing())
    assert (facts.status, facts.receipt_no) == (SubmissionStatus.ACKNOWLEDGED, "BQ-1")
    assert state_of(world) == ("confirmed", "BQ-1")


def test_an_application_that_the_portal_refuses_has_ended(world: World) -> None:
    thing = sending(world, "searched")
    outcome = Rejected(("清算月份尚未结束",), "too_early")
    facts = portal_outcomes.handed_in(world, thing, outcome, listing())
    assert (facts.status, facts.detail) == (SubmissionStatus.REJECTED, "清算月份尚未结束")
    assert state_of(world)[0] == "rejected"


@pytest.mark.parametrize(
    ("outcome", "status", "state"),
    [
        ("it_is_there", SubmissionStatus.ACKNOWLEDGED, ("confirmed", "BQ-1")),
        ("done_by_hand", SubmissionStatus.ACKNOWLEDGED, ("confirmed", "BQ-1")),
        ("not_there", SubmissionStatus.ABSENT, ("not_sent", "")),
    ],
)
def test_a_person_says_what_became_of_an_application(
    world: World, outcome: str, status: SubmissionStatus, state: tuple[str, str]
) -> None:
    sending(world, "searched", "filled", "armed", "sending", "unknown", "human")
    decision = decided(world, UNKNOWN, outcome, value="BQ-1")
    assert settled(world, ClearingDecided(JANUARY, decision)).status is status
    assert state_of(world) == state


def test_a_decision_about_another_month_settles_nothing(world: World) -> None:
    sending(world, "searched", "filled", "armed", "sending", "unknown", "human")
    other = replace(UNKNOWN, subject="CLR-PB-2025-12")
    decision = decided(world, other, "not_there")
    with pytest.raises(DecisionNotFound):
        settled(world, ClearingDecided(JANUARY, decision))
    assert state_of(world)[0] == "human"


def test_nobody_but_a_person_sends_again_what_a_person_was_asked_about(world: World) -> None:
    thing = sending(world, "searched", "filled", "armed", "sending", "unknown", "human")
    with world.writing() as s, pytest.raises(intents.IntentMoveNotAllowed):
        thing.note(s, world, "not_sent", "proof", IntentMaker.LOOK)


class ListingBot(PortalBot):
    """Lists what it is told to, without a browser."""

    def __init__(self, *rows: PortalClaim) -> None:
        asleep = sleeping_bot()
        super().__init__(asleep.definition, asleep._credentials, asleep._browser)
        self.rows = list(rows)

    async def find(self, thing: HandedIn) -> Seen[list[PortalClaim]]:
        return Seen(self.rows, ())


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        ((), ClearingFacts("waiting", "", "", 172800)),
        (("accepted",), ClearingFacts("waiting", "", "", 172800)),
        (("approved",), ClearingFacts("agreed", "BQ-1")),
        (("denied",), ClearingFacts("differs", "BQ-1", "核定1笔 100.00元")),
    ],
)
async def test_the_payer_s_answer_is_read_from_its_list(
    world: World, rows: tuple[str, ...], facts: ClearingFacts
) -> None:
    listed = (
        replace(there("BQ-1"), status=status, denial_code="核定1笔", denial_text="100.00元")
        for status in rows
    )
    steps = ClearingActivities(world, {"PB": ListingBot(*listed)})
    assert await ActivityEnvironment().run(steps.ask_about_clearing, JANUARY) == facts


async def test_an_application_that_is_confirmed_is_not_looked_for_and_not_sent(
    world: World,
) -> None:
    thing = sending(world, "searched", "filled", "armed", "sending")
    portal_outcomes.handed_in(world, thing, Submitted("BQ-1", None), listing())
    steps = ClearingActivities(world, {})
    for step in (steps.look_for_clearing_at_portal, steps.hand_in_clearing_at_portal):
        facts = await ActivityEnvironment().run(step, JANUARY)
        assert (facts.status, facts.receipt_no) == (SubmissionStatus.ACKNOWLEDGED, "BQ-1")
