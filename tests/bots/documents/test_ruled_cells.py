"""Ruled cells are those that pdfplumber finds, in its order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfplumber.table import edges_to_intersections, intersections_to_cells

from bots.documents.ruled_cells import cells_of, tables_of


def level(left: float, right: float, at: float) -> dict[str, Any]:
    return {
        "x0": left, "x1": right, "top": at, "bottom": at,
        "width": right - left, "height": 0, "orientation": "h", "object_type": "line",
    }  # fmt: skip


def upright(top: float, bottom: float, at: float) -> dict[str, Any]:
    return {
        "x0": at, "x1": at, "top": top, "bottom": bottom,
        "width": 0, "height": bottom - top, "orientation": "v", "object_type": "line",
    }  # fmt: skip


# Two rows of two cells; the ruling between the lower two is missing.
RULINGS = [
    level(0, 100, 0), level(0, 100, 20), level(0, 100, 40),
    upright(0, 40, 0), upright(0, 20, 50), upright(0, 40, 100),
]  # fmt: skip


def test_a_cell_without_a_ruling_between_is_one_wide_cell() -> None:
    (table,) = tables_of(RULINGS)
    assert table.cells == [(0, 0, 50, 20), (0, 20, 100, 40), (50, 0, 100, 20)]


def test_crossings_that_no_ruling_joins_are_no_cell() -> None:
    apart = [
        level(0, 30, 0), level(70, 100, 0), level(0, 30, 20), level(70, 100, 20),
        upright(0, 20, 10), upright(0, 20, 90),
    ]  # fmt: skip
    assert cells_of(edges_to_intersections(apart)) == []


@pytest.mark.parametrize(
    "rulings",
    [
        [
            level(0, 100, 0), level(0, 30, 20), level(70, 100, 20),
            upright(0, 20, 0), upright(0, 20, 100),
        ],
        [
            level(0, 100, 0), level(0, 100, 60),
            upright(0, 60, 0), upright(0, 20, 100), upright(40, 60, 100),
        ],
    ],
)  # fmt: skip
def test_a_cell_whose_lower_or_right_side_is_broken_is_none(rulings: list[dict[str, Any]]) -> None:
    # A table of one cell is none to pdfplumber, so the cells are looked at.
    assert cells_of(edges_to_intersections(rulings)) == []


def test_no_ruling_makes_no_table() -> None:
    assert tables_of([]) == []


PLACES = st.integers(0, 6).map(lambda n: n * 10.0)
# Never one that begins and ends at one place: built so, because sifting throws half of them away.
SPANS = st.lists(PLACES, min_size=2, max_size=2, unique=True).map(sorted).map(tuple)


@pytest.mark.thorough
@settings(max_examples=500)
@given(st.lists(st.tuples(SPANS, PLACES)), st.lists(st.tuples(SPANS, PLACES)))
def test_cells_of_any_rulings_are_those_of_pdfplumber(
    levels: list[tuple[tuple[float, float], float]],
    uprights: list[tuple[tuple[float, float], float]],
) -> None:
    edges = [level(*span, at) for span, at in levels]
    edges += [upright(*span, at) for span, at in uprights]
    crossings = edges_to_intersections(edges)
    assert cells_of(crossings) == intersections_to_cells(crossings)
