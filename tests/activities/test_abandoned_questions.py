"""A question that is begun again as it stands in the inbox is no new version of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from temporalio.testing import ActivityEnvironment

from activities.abandoned import question_in
from activities.review_steps import ReviewActivities
from activities.world import World
from domain.review import review_no_of
from store import cases, reviews
from tests.activities.facts import asked
from tests.store.samples import MONDAY, order, question

ALL = ("correct", "appeal", "write_off")


@pytest.mark.parametrize("outcomes", [(), ("correct", "write_off"), ALL])
def test_a_question_asked_again_from_the_inbox_stays_the_version_that_people_saw(
    world: World, outcomes: tuple[str, ...]
) -> None:
    with world.writing() as s:
        cases.open_case(s, order(), workflow_id="case", run_id="r", started_by=None, now=MONDAY)
    first = asked(world, replace(question(), outcomes=outcomes))

    again = asked(world, question_in(first))

    assert again == first
    assert again.version == 1


def test_a_question_withdrawn_before_it_is_begun_again_stays_withdrawn(world: World) -> None:
    with world.writing() as s:
        cases.open_case(s, order(), workflow_id="case", run_id="r", started_by=None, now=MONDAY)
    put_again = question_in(asked(world, question()))
    number = review_no_of(put_again.natural_key)
    with world.writing() as s:
        reviews.cancel_review(s, number, "no longer asked", MONDAY)

    told = ActivityEnvironment().run(ReviewActivities(world).ask_person, put_again)

    assert (told.is_moot, told.decision_no) == (True, "")
    with world.database.reading() as s:
        withdrawn = reviews.review_of(s, number)
        assert (withdrawn.cancelled_why, reviews.inbox(s)) == ("no longer asked", [])
    # Whoever asks it of its own accord opens it again, as ever.
    assert asked(world, question()).state == "open"
