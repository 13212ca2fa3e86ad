"""Exact matching: one line, one announcement, one trace number, one amount, or nothing."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.money import Money
from reconciliation.exact import Row, match_exactly

# Few values, so that trace numbers and amounts meet, differ and repeat in most examples.
TRACES = st.sampled_from(("", "TRN-1", "TRN-2", "TRN-3"))
AMOUNTS = st.sampled_from((Money(10000), Money(10001), Money(-10000), Money(10000, "USD")))
FAST = settings(max_examples=50)


def rows(prefix: str) -> st.SearchStrategy[list[Row]]:
    """Up to eight rows; each has an identity of its own, as bank and payer number them."""
    facts = st.lists(st.tuples(TRACES, AMOUNTS), max_size=8)
    return facts.map(lambda found: [(f"{prefix}-{n}", *fact) for n, fact in enumerate(found)])


def row(identity: str, trace: str = "TRN-1", minor: int = 10000) -> Row:
    return identity, trace, Money(minor)


def test_a_line_finds_the_announcement_of_the_same_trace_number_and_amount() -> None:
    lines = [row("BK-1"), row("BK-2", "TRN-2", 5000)]
    announced = [row("RA-2", "TRN-2", 5000), row("RA-1")]
    assert match_exactly(lines, announced) == {"BK-1": "RA-1", "BK-2": "RA-2"}


def test_a_fen_more_or_less_is_no_match() -> None:
    assert match_exactly([row("BK-1", minor=10001)], [row("RA-1")]) == {}
    assert match_exactly([row("BK-1", minor=9999)], [row("RA-1")]) == {}
    assert match_exactly([row("BK-1", minor=-10000)], [row("RA-1")]) == {}


def test_another_currency_is_another_amount() -> None:
    assert match_exactly([("BK-1", "TRN-1", Money(10000, "USD"))], [row("RA-1")]) == {}


def test_a_trace_number_matches_whole_or_not_at_all() -> None:
    assert match_exactly([row("BK-1", "TRN-10")], [row("RA-1", "TRN-1")]) == {}
    assert match_exactly([row("BK-1", "trn-1")], [row("RA-1", "TRN-1")]) == {}


def test_an_empty_trace_number_matches_nothing() -> None:
    assert match_exactly([row("BK-1", "")], [row("RA-1", "")]) == {}


def test_two_lines_alike_leave_both_to_a_person() -> None:
    assert match_exactly([row("BK-1"), row("BK-2")], [row("RA-1")]) == {}


def test_two_announcements_alike_leave_the_line_to_a_person() -> None:
    assert match_exactly([row("BK-1")], [row("RA-1"), row("RA-2")]) == {}


def test_one_trace_number_over_two_amounts_is_not_ambiguous() -> None:
    lines = [row("BK-1", minor=10000), row("BK-2", minor=5000)]
    announced = [row("RA-1", minor=5000), row("RA-2", minor=10000)]
    assert match_exactly(lines, announced) == {"BK-1": "RA-2", "BK-2": "RA-1"}


@FAST
@given(rows("BK"), rows("RA"))
def test_no_line_and_no_announcement_is_matched_twice(
    lines: list[Row], announced: list[Row]
) -> None:
    found = match_exactly(lines, announced)
    assert found.keys() <= {identity for identity, _, _ in lines}
    assert set(found.values()) <= {identity for identity, _, _ in announced}
    assert len(set(found.values())) == len(found)


@FAST
@given(rows("BK"), rows("RA"))
def test_what_is_matched_has_the_same_trace_number_and_amount(
    lines: list[Row], announced: list[Row]
) -> None:
    of_line = {identity: (trace, amount) for identity, trace, amount in lines}
    of_announced = {number: (trace, amount) for number, trace, amount in announced}
    for line, number in match_exactly(lines, announced).items():
        assert of_line[line] == of_announced[number]
        assert of_line[line][0] != ""


@FAST
@given(rows("BK"), rows("RA"))
def test_exactly_what_is_unique_on_both_sides_is_matched(
    lines: list[Row], announced: list[Row]
) -> None:
    found = match_exactly(lines, announced)
    of_lines = Counter((trace, amount) for _, trace, amount in lines)
    of_announced = Counter((trace, amount) for _, trace, amount in announced)
    for identity, trace, amount in lines:
        alone = of_lines[trace, amount] == 1 and of_announced[trace, amount] == 1
        assert (identity in found) == (alone and trace != "")


@FAST
@given(rows("BK"), rows("RA"), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_announcements_does_not_matter(
    lines: list[Row], announced: list[Row], chance: Random
) -> None:
    found = match_exactly(lines, announced)
    chance.shuffle(lines)
    chance.shuffle(announced)
    assert match_exactly(lines, announced) == found
