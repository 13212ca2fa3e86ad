"""A difference is a work order: due within office hours, and handed on when it is late."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.review_steps import ReviewActivities
from activities.world import World
from domain.facts import Asked
from domain.ledger import suspense
from domain.review import Question, ReviewKind
from engine.clock import business_zone
from store import money, reviews
from store.reviews import ReviewView
from tests.activities.desk import clock_of
from tests.store.samples import MONDAY, fen


def _ask(world: World, kind: ReviewKind = ReviewKind.DIFFERENCE) -> Asked:
    with world.writing() as s:
        unclear = money.open_difference(
            s,
            natural_key="line:BK-1",
            kind="unmatched_line",
            amount=fen(100),
            suspense_account=suspense("BA-01"),
            case_no=None,
            line_id=None,
            claim_no=None,
            opened_on=MONDAY.date(),
            ask_on=MONDAY.date(),
        )
    question = Question("k1", kind, None, unclear.no, "差异？", "Difference?", fen(100))
    return ActivityEnvironment().run(ReviewActivities(world).ask_person, question)


def _remind(world: World, asked: Asked) -> ReviewView:
    ActivityEnvironment().run(ReviewActivities(world).remind_person, asked.review_no)
    with world.database.reading() as s:
        return reviews.review_of(s, asked.review_no)


@pytest.mark.parametrize(
    ("moment", "due", "seconds"),
    [
        ("2026-01-05T09:30:00", "2026-01-05T11:30:00", 7200),
        # New Year is over on 4 January, a worked Sunday; the Spring Festival begins on the 15th.
        ("2026-02-14T23:59:59", "2026-02-24T11:00:00", 9 * 86_400 + 11 * 3600 + 1),
    ],
)
def test_it_is_due_after_two_hours_in_which_people_work(
    world: World, moment: str, due: str, seconds: int
) -> None:
    clock_of(world).moment = datetime.fromisoformat(moment).replace(tzinfo=business_zone)
    asked = _ask(world)
    assert asked.due_at == datetime.fromisoformat(due).replace(tzinfo=business_zone)
    assert asked.remind_in_s == seconds


def test_late_it_is_the_head_s_and_not_before(world: World) -> None:
    """Asked on Monday at eight, an hour before the doors open: due at eleven."""
    asked = _ask(world)
    clock_of(world).moment = MONDAY + timedelta(hours=2, minutes=59, seconds=59)
    early = _remind(world, asked)
    assert (early.owner, early.escalated_at, early.reminders) == ("finance", None, 1)
    clock_of(world).moment = MONDAY + timedelta(hours=3)
    late = _remind(world, asked)
    assert (late.owner, late.escalated_at) == ("finance_head", MONDAY + timedelta(hours=3))


def test_any_other_question_is_due_after_working_days_and_nobody_s_alone(world: World) -> None:
    asked = _ask(world, ReviewKind.CORRECT_DATA)
    assert asked.remind_in_s == 2 * 86_400
    clock_of(world).moment = MONDAY + timedelta(days=9)
    late = _remind(world, asked)
    assert (late.owner, late.escalated_at, late.reminders) == ("", None, 1)
