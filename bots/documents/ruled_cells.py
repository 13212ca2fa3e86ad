"""Ruled tables, as pdfplumber finds them, with the cells looked up instead of searched for.

pdfplumber compares each crossing with every later one, and builds the set of rulings through a
crossing anew for each comparison: half of the time that a printed page takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

from pdfplumber.table import (
    Table,
    TableFinder,
    TableSettings,
    cells_to_tables,
    edges_to_intersections,
)
from pdfplumber.utils.geometry import obj_to_bbox

from bots.documents.sheet import Box

Point = tuple[float, float]
Edge = dict[str, Any]
Crossings = Mapping[Point, Mapping[str, list[Edge]]]


class _Finder(TableFinder):
    """Joins rulings and groups cells as its base does; only the cells are found otherwise."""

    def __init__(self, edges: list[Edge]) -> None:
        # The base asks a page for its edges and for nothing else.
        self.page = cast("Any", SimpleNamespace(edges=edges, bbox=(0, 0, 0, 0)))
        self.settings = TableSettings.resolve(None)
        self.edges = self.get_edges()
        self.intersections = edges_to_intersections(
            self.edges,
            self.settings.intersection_x_tolerance,
            self.settings.intersection_y_tolerance,
        )
        self.cells = cells_of(self.intersections)
        self.tables = [Table(self.page, group) for group in cells_to_tables(self.cells)]


def tables_of(edges: list[Edge]) -> list[Table]:
    """The ruled tables that these rulings make; edges in the words of pdfplumber."""
    return _Finder(edges).tables


def cells_of(crossings: Crossings) -> list[Box]:
    """The smallest cell to the lower right of each crossing, where rulings close one.

    `crossings`: for each point the upright ("v") and level ("h") rulings that run through it.
    Equal to pdfplumber's `intersections_to_cells`, in the same order.
    """
    return list(_cells(crossings))


def _cells(crossings: Crossings) -> Iterator[Box]:
    upright = {point: set(map(obj_to_bbox, through["v"])) for point, through in crossings.items()}
    level = {point: set(map(obj_to_bbox, through["h"])) for point, through in crossings.items()}
    columns: defaultdict[float, list[Point]] = defaultdict(list)
    rows: defaultdict[float, list[Point]] = defaultdict(list)
    # From the last to the first, so that both lists hold just what lies below and to the right.
    points = sorted(crossings, reverse=True)
    found: list[Box] = []
    for point in points:
        left, top = point
        below = [p for p in reversed(columns[left]) if not upright[point].isdisjoint(upright[p])]
        right = [p for p in reversed(rows[top]) if not level[point].isdisjoint(level[p])]
        corner = next(
            (
                (r[0], b[1])
                for b in below
                for r in right
                if (r[0], b[1]) in crossings
                and not upright[r].isdisjoint(upright[r[0], b[1]])
                and not level[b].isdisjoint(level[r[0], b[1]])
            ),
            None,
        )
        if corner is not None:
            found.append((left, top, *corner))
        columns[left].append(point)
        rows[top].append(point)
    return reversed(found)
