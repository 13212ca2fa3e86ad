"""Where the figures of a problem stand, so that a person sees them and no words beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bots.documents.equations import Rule
from bots.documents.grid import Filled
from bots.documents.layout import Field, Layout
from domain.proof import Place, Problem

_FIGURES = frozenset({"money", "int", "date", "period"})
"""What is no word and no name, and may be shown alone."""
_NAME = re.compile(r"[a-z_]+(?:\.[a-z_]+)*")


def placed(problems: Sequence[Problem], found: Filled, layout: Layout) -> tuple[Problem, ...]:
    """The same problems, each with its place where figures alone stand there."""
    return tuple(replace(problem, place=_place(problem, found, layout)) for problem in problems)


def _place(problem: Problem, found: Filled, layout: Layout) -> Place | None:
    if problem.field:
        return _of_label(problem, found, layout)
    rule = next((r for r in layout.rules if problem.reason.startswith(f"{r.text}: ")), None)
    return _of_rule(rule, problem.line, found, layout) if rule else None


def _of_label(problem: Problem, found: Filled, layout: Layout) -> Place | None:
    """A printed label with its value, or a heading with the value in that line."""
    for field in layout.header.values():
        if problem.line is None and field.label == problem.field and field.type in _FIGURES:
            return found.places.get(f"header.{field.name}")
    for table in layout.tables:
        for field in table.columns.values():
            if field.label == problem.field and field.type in _FIGURES:
                line = "total" if problem.line is None else problem.line
                return found.places.get(f"{table.name}.{line}.{field.name}")
    return None


def _of_rule(rule: Rule, line: int | None, found: Filled, layout: Layout) -> Place | None:
    """The figures of the line in which a rule failed, or the printed ones that it names."""
    names = set(_NAME.findall(rule.text))
    if line is None:
        printed = [f"header.{name}" for name in names if "." not in name]
        printed += [name for name in names if ".total." in name]
        return _around([found.places[name] for name in sorted(printed) if name in found.places])
    for table in layout.tables:
        if any(name == table.name or name.startswith(f"{table.name}.") for name in names):
            fields = list(table.columns.values())
            figures = _on_line(table.name, line, found, fields, figures=True)
            words = _on_line(table.name, line, found, fields, figures=False)
            # The last figures of the line: no word stands between them.
            right = max((place.x1 for place in words), default=0.0)
            return _around(place for place in figures if place.x0 >= right - 1)
    return None


def _on_line(
    table: str, line: int, found: Filled, fields: Iterable[Field], *, figures: bool
) -> list[Place]:
    names = [f"{table}.{line}.{f.name}" for f in fields if (f.type in _FIGURES) == figures]
    return [found.places[name] for name in names if name in found.places]


def _around(places: Iterable[Place]) -> Place | None:
    """One box around those that stand on the first one's line; None when there is none."""
    every = list(places)
    if not every:
        return None
    first = every[0]
    level = [p for p in every if p.page == first.page and abs(p.top - first.top) < 1]
    return Place(
        first.page,
        min(p.x0 for p in level),
        min(p.top for p in level),
        max(p.x1 for p in level),
        max(p.bottom for p in level),
    )
