"""A card network's file of errors and adjustments: read beside the bill of its day, never alone.

It prints no total and nothing of it is in our books, so it proves what each row says and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.tables.cells import FileCannotBeRead, lines_of
from connectors.tables.filling import Filled, filled
from connectors.tables.layout import TableLayout
from connectors.tables.proving import Row, of_the_errors
from connectors.tables.second import second_reading
from connectors.tables.values import Typed
from domain.channel_adjustment import Adjustment, AdjustmentKind
from domain.money import Money
from domain.proof import Equation, NotProved, Place, Problem


@dataclass(frozen=True)
class ErrorsRead:
    """What such a file holds, in its order, with what it proves; `merchant_nos` each once."""

    adjustments: tuple[Adjustment, ...] = ()
    merchant_nos: tuple[str, ...] = ()
    equations: tuple[Equation, ...] = ()
    provenance: Mapping[str, Place] = field(default_factory=dict)


def read_errors(data: bytes, layout: TableLayout) -> ErrorsRead:
    """Read every row. Raises: NotProved, with every problem, each of which names the layout."""
    try:
        lines = lines_of(data, layout.file)
    except FileCannotBeRead as wrong:
        raise _refused(layout, [wrong.problem]) from wrong
    found = filled(layout, lines)
    seconds, differing = second_reading(data, layout.file, lines)
    if found.problems or differing:
        raise _refused(layout, [*found.problems, *differing])
    equations, problems = of_the_errors(found)
    problems += [
        Problem("is nought", line=found.places[f"rows.{n}"].line or None, name="NoAmount")
        for n, row in enumerate(found.rows, start=1)
        if not row.get("received")
    ]
    if problems:
        raise _refused(layout, problems)
    return _read(found, layout, [*equations, *seconds])


def _read(found: Filled, layout: TableLayout, equations: list[Equation]) -> ErrorsRead:
    return ErrorsRead(
        adjustments=tuple(_adjustment(row, layout.currency) for row in found.rows),
        merchant_nos=tuple(dict.fromkeys(str(row["merchant_no"]) for row in found.rows)),
        equations=tuple(
            Equation(f"{layout.id}: {one.name}", one.left_minor, one.right_minor, one.kind)
            for one in equations
        ),
        provenance={f"errors.{name}": place for name, place in found.places.items()},
    )


def _refused(layout: TableLayout, problems: list[Problem]) -> NotProved:
    """The same problems, each with the file that it is in."""
    return NotProved(
        [
            Problem(
                one.reason,
                line=one.line,
                column=one.column,
                field=f"{layout.id}, {one.field}" if one.field else layout.id,
                name=one.name,
            )
            for one in problems
        ]
    )


def _adjustment(row: Row, currency: str) -> Adjustment:
    def money(name: str) -> Money:
        value: Typed = row[name]
        assert isinstance(value, int)
        return Money(value, currency)

    return Adjustment(
        kind=AdjustmentKind(str(row["kind"])),
        trace=str(row["trace"]),
        moment=str(row["moment"]),
        amount=money("received"),
        fee=money("fee"),
        net=money("net"),
        before_trace=str(row["before_trace"]),
        before_moment=str(row["before_moment"]),
        before_amount=money("before_amount"),
    )
