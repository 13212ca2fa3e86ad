"""A question that is begun again as it stands in the inbox is no new version of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activities.abandoned import question_in
from activities.world import World
from store import cases
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
