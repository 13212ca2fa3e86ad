"""When a channel is left alone, to the second and the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.circuit import FRESH, Circuit, CircuitRule, after_answer, may_be_asked

RULE = CircuitRule(failures=3, slow_ms=2000, rest=timedelta(seconds=60), trials=2)
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def after(circuit: Circuit, *told: tuple[bool, int], now: datetime = NOON) -> Circuit:
    for answered, ms in told:
        circuit = after_answer(circuit, RULE, answered=answered, ms=ms, now=now)
    return circuit


BAD, GOOD = (False, 10), (True, 10)


def test_the_third_failure_in_a_row_opens_it_and_the_second_does_not() -> None:
    assert after(FRESH, BAD, BAD).open_since is None
    assert after(FRESH, BAD, BAD, BAD) == Circuit(3, NOON)
    assert after(FRESH, BAD, BAD, GOOD, BAD, BAD).open_since is None


@pytest.mark.parametrize(("ms", "opens"), [(2000, False), (2001, True)])
def test_an_answer_slower_than_the_limit_is_a_failure(ms: int, opens: bool) -> None:
    assert (after(FRESH, *[(True, ms)] * 3).open_since is not None) is opens


@pytest.mark.parametrize(("seconds", "may"), [(59, False), (60, True)])
def test_it_rests_to_the_second(seconds: int, may: bool) -> None:
    assert may_be_asked(Circuit(3, NOON), RULE, NOON + timedelta(seconds=seconds)) is may


def test_so_many_good_trials_close_it_and_a_bad_one_opens_it_anew() -> None:
    rested = NOON + timedelta(seconds=60)
    once = after(Circuit(3, NOON), GOOD, now=rested)
    assert once == Circuit(3, NOON, 1)
    assert after(once, GOOD, now=rested) == FRESH
    assert after(once, BAD, now=rested) == Circuit(4, rested)


def test_an_answer_that_comes_while_it_rests_changes_nothing() -> None:
    resting = Circuit(3, NOON)
    for told in (GOOD, BAD):
        assert after(resting, told, now=NOON + timedelta(seconds=59)) == resting
