"""Subsets that add up to a transfer: none, one or many, exactly, and never beyond the bound."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.subsets import Fits, subsets_that_fit

MOST = 3_000_000_000


@pytest.mark.parametrize(
    ("amounts", "target", "fits"),
    [
        ([100, 250, 400], 350, Fits(1, (0, 1))),
        ([100, 250, 400], 400, Fits(1, (2,))),
        ([100, 250, 400], 750, Fits(1, (0, 1, 2))),
        ([100, 250, 400], 650, Fits(1, (1, 2))),
        ([100, 100, 400], 500, Fits(2)),
        ([100, 250, 400], 351, Fits(0)),
        ([100, 250, 400], 751, Fits(0)),
        ([100, 250, 400], 0, Fits(0)),
        ([], 100, Fits(0)),
    ],
)
def test_none_one_and_many_are_told_apart(amounts: list[int], target: int, fits: Fits) -> None:
    assert subsets_that_fit(amounts, target, most_cells=MOST) == fits


def test_beyond_the_bound_there_is_no_answer_and_at_it_there_is() -> None:
    # Three amounts, step 50, target 350: 7 steps times 3; the complement, 400, is greater.
    assert subsets_that_fit([100, 250, 400], 350, most_cells=21) == Fits(1, (0, 1))
    assert subsets_that_fit([100, 250, 400], 350, most_cells=20) is None


@settings(max_examples=60)
@given(st.lists(st.integers(1, 60), max_size=9), st.integers(0, 200))
def test_it_counts_as_trying_every_subset_does(amounts: list[int], target: int) -> None:
    every = [
        places
        for size in range(1, len(amounts) + 1)
        for places in combinations(range(len(amounts)), size)
        if sum(amounts[place] for place in places) == target
    ]
    found = subsets_that_fit(amounts, target, most_cells=MOST)
    assert found is not None
    assert found.ways == min(len(every), 2)
    if len(every) == 1:
        assert found.places == every[0]
