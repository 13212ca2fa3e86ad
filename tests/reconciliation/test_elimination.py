"""What remains when others have theirs, and where nothing may be concluded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.matching import DifferenceClass as D
from domain.reference import reference_of
from reconciliation.elimination import Remaining, remaining
from reconciliation.tables import Item
from tests.reconciliation.snapshots import DUE, RULES, claim, classes, credit, matched

A, B, C, E = 101, 102, 103, 104


def test_a_line_that_fits_one_item_leaves_the_other_item_to_the_other_line() -> None:
    assert remaining([(1, A), (2, A), (2, B)], most_alike=2) == [
        Remaining(1, A, 2),
        Remaining(2, B, 2),
    ]


def test_what_remains_goes_on_to_the_next_line_until_nothing_more_follows() -> None:
    chain = [(1, A), (2, A), (2, B), (3, B), (3, C)]
    assert [(one.line, one.item) for one in remaining(chain, most_alike=2)] == [
        (1, A),
        (2, B),
        (3, C),
    ]
    open_end = [*chain, (3, E)]
    assert [one.line for one in remaining(open_end, most_alike=3)] == [1, 2]


def test_two_lines_with_the_same_two_items_remain_unclear() -> None:
    assert remaining([(1, A), (1, B), (2, A), (2, B)], most_alike=9) == []


def test_more_lines_than_items_have_a_stranger_among_them_and_nothing_is_concluded() -> None:
    assert remaining([(1, A), (2, A)], most_alike=9) == []
    assert remaining([(1, A), (2, A), (2, B), (3, B)], most_alike=9) == []


def test_a_stranger_among_lines_that_are_unclear_anyway_spoils_the_whole_group() -> None:
    """Lines 2 to 4 have two items between them, so line 1 may be the stranger."""
    three = [(n, item) for n in (2, 3, 4) for item in (A, B)]
    assert remaining([(1, C), (2, C), *three], most_alike=9) == []
    assert remaining([(1, C), (2, C), *three[:4]], most_alike=9) == [Remaining(1, C, 2)]


def test_a_stranger_in_one_group_keeps_nothing_from_another() -> None:
    assert remaining([(1, A), (2, A), (3, B), (4, B), (4, C)], most_alike=2) == [
        Remaining(3, B, 2),
        Remaining(4, C, 2),
    ]


def test_more_alternatives_than_allowed_conclude_nothing_and_nothing_follows_from_them() -> None:
    three = [(1, A), (2, B), (3, A), (3, B), (3, C)]
    assert [one.line for one in remaining(three, most_alike=3)] == [1, 2, 3]
    assert [one.line for one in remaining(three, most_alike=2)] == [1, 2]
    further = [*three, (4, C), (4, E)]
    assert [one.line for one in remaining(further, most_alike=3)] == [1, 2, 3, 4]
    assert [one.line for one in remaining(further, most_alike=2)] == [1, 2]


@pytest.mark.parametrize(("lines", "found"), [(200, 200), (201, 0)])
def test_of_a_group_of_more_than_two_hundred_lines_nothing_is_believed(
    lines: int, found: int
) -> None:
    chain = [(n, n) for n in range(lines)] + [(n, n - 1) for n in range(1, lines)]
    assert len(remaining(chain, most_alike=2)) == found


def test_the_order_of_the_pairs_does_not_matter() -> None:
    pairs = [(1, A), (2, A), (2, B), (3, B), (3, C), (4, E), (5, E)]
    assert remaining(pairs[::-1], most_alike=3) == remaining(pairs, most_alike=3)


def _tails() -> tuple[Item, Item]:
    """Two claims whose last eight digits are the same, and whose last nine are not."""
    one = replace(claim(1, 10000), reference=reference_of("1111111122222222"))
    other = replace(claim(2, 10000), reference=reference_of("3333333322222222"))
    return one, other


def test_the_claim_that_remains_is_booked_with_the_number_that_were_alike() -> None:
    found = matched(_tails(), [credit(1, "122222222", 10000), credit(2, "22222222", 10000)])
    assert [(e.line_id, e.item_id, e.rule, e.read, e.alternatives) for e in found.explained] == [
        ("BK-1", "CL-1", "remaining", "damaged", 2),
        ("BK-2", "CL-2", "remaining", "damaged", 2),
    ]
    assert (found.findings, found.suggestions, found.waiting) == ((), (), {})


def test_a_third_claim_that_is_as_like_leaves_its_line_to_a_person() -> None:
    third = replace(claim(3, 10000), reference=reference_of("5555555522222222"))
    lines = [credit(1, "122222222", 10000), credit(2, "22222222", 10000)]
    found = matched([*_tails(), third], lines)
    assert [(e.line_id, e.item_id) for e in found.explained] == [("BK-1", "CL-1")]
    assert classes(found) == [("BK-2", D.REFERENCE_DAMAGED, "like_several")]
    assert [(s.item_id, s.why, s.fits) for s in found.suggestions if s.score == 80] == [
        ("CL-2", "reference_alike", 2),
        ("CL-3", "reference_alike", 2),
    ]


def test_a_third_line_that_is_as_like_leaves_all_three_to_a_person() -> None:
    lines = [credit(1, "122222222", 10000), credit(2, "22222222", 10000)]
    found = matched(_tails(), [*lines, credit(3, "22222222", 10000)])
    assert found.explained == ()
    assert [why for _, _, why in classes(found)] == ["like_several"] * 3


def test_a_line_outside_the_window_takes_nothing_from_another() -> None:
    late = credit(1, "122222222", 10000, booked=DUE + timedelta(days=61))
    found = matched(_tails(), [late, credit(2, "22222222", 10000)])
    assert found.explained == ()


def test_under_rules_that_believe_only_what_is_alone_nothing_remains() -> None:
    lines = [credit(1, "122222222", 10000), credit(2, "22222222", 10000)]
    found = matched(_tails(), lines, rules=replace(RULES, most_alike=1))
    assert found.explained == ()
    assert [why for _, _, why in classes(found)] == ["like_several"] * 2
