"""Each portal has a queue of its own, as wide and as quick as its definition allows."""

from __future__ import annotations

import pytest

from bots.portal.definition import Politeness
from engine.queues import bots_of
from runtime.workers import WIDTHS, rate_at, width_at


def test_every_portal_has_a_queue_of_its_own() -> None:
    assert (bots_of("PB"), bots_of("PC")) == ("bots-PB", "bots-PC")


@pytest.mark.parametrize(("most_sessions", "width"), [(1, 1), (3, 3), (4, 4), (5, 4)])
def test_a_queue_is_as_wide_as_the_portal_allows_and_at_most_four(
    most_sessions: int, width: int
) -> None:
    assert width_at(Politeness(most_sessions=most_sessions)) == width
    assert WIDTHS["bots"] == 4


@pytest.mark.parametrize(("a_minute", "a_second"), [(60, 1.0), (6, 0.1), (90, 1.5)])
def test_a_queue_is_as_quick_as_the_portal_allows(a_minute: int, a_second: float) -> None:
    assert rate_at(Politeness(runs_per_minute=a_minute)) == a_second
