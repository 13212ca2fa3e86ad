"""Damaged references: what is near enough is matched, and only where nothing else is as near."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.matching import DifferenceClass as D
from domain.reference import reference_of
from reconciliation.by_likeness import edits_between
from tests.reconciliation.snapshots import claim, classes, credit, matched, pairs, ref

pytestmark = pytest.mark.thorough

TAIL = "22222222"


def other_digit(digit: str) -> str:
    return str((int(digit) + 1) % 10)


def with_wrong_digits(*places: int) -> str:
    """The reference of claim 1 with another digit in these places."""
    return "".join(
        other_digit(sign) if place in places else sign for place, sign in enumerate(ref(1))
    )


def with_swaps(*places: int) -> str:
    """The reference of claim 1 with the digits of each place and the next one swapped."""
    signs = list(ref(1))
    for place in places:
        assert signs[place] != signs[place + 1]
        signs[place], signs[place + 1] = signs[place + 1], signs[place]
    return "".join(signs)


@pytest.mark.parametrize("places", [(19,), (6,), (6, 19)])
def test_a_wrong_digit_or_two_fail_the_check_and_are_a_damaged_reference(
    places: tuple[int, ...],
) -> None:
    found = matched([claim(1, 10000)], [credit(1, with_wrong_digits(*places), 10000)])
    assert pairs(found) == [("BK-1", "CL-1", "fuzzy")]


def test_three_wrong_digits_are_too_many() -> None:
    found = matched([claim(1, 10000)], [credit(1, with_wrong_digits(6, 12, 19), 10000)])
    assert pairs(found) == []


def test_swapped_neighbours_are_one_edit_and_two_such_swaps_are_two() -> None:
    places = [n for n in range(6, 19, 3) if ref(1)[n] != ref(1)[n + 1]][:3]
    assert len(places) == 3
    twice, thrice = with_swaps(*places[:2]), with_swaps(*places)
    assert pairs(matched([claim(1, 10000)], [credit(1, twice, 10000)])) != []
    assert pairs(matched([claim(1, 10000)], [credit(1, thrice, 10000)])) == []


def test_what_is_put_between_two_swapped_digits_makes_three_edits() -> None:
    place = next(n for n in range(8, 18) if ref(1)[n] != ref(1)[n + 1])
    head, one, two, rest = ref(1)[:place], ref(1)[place], ref(1)[place + 1], ref(1)[place + 2 :]
    between = next(sign for sign in "0123456789" if sign not in (one, two))
    damaged = f"{head}{two}{between}{one}{rest}"
    assert edits_between(damaged, ref(1)) == 3
    assert pairs(matched([claim(1, 10000)], [credit(1, damaged, 10000)])) == []


def test_a_line_that_is_like_two_claims_of_one_amount_is_left_to_a_person() -> None:
    first = replace(claim(1, 10000), reference=reference_of("11111111" + TAIL))
    second = replace(claim(2, 10000), reference=reference_of("33333333" + TAIL))
    found = matched([first, second], [credit(1, TAIL, 10000)])
    assert (pairs(found), classes(found)) == ([], [("BK-1", D.REFERENCE_DAMAGED, "like_several")])
    assert pairs(matched([first], [credit(1, TAIL, 10000)])) == [("BK-1", "CL-1", "fuzzy")]


def test_two_lines_that_are_like_one_claim_are_left_to_a_person() -> None:
    lines = [credit(1, ref(1)[:12], 10000), credit(2, ref(1)[12:], 10000)]
    found = matched([claim(1, 10000)], lines)
    assert pairs(found) == []
    assert [line for line, _, _ in classes(found)] == ["BK-1", "BK-2"]
