"""Which equations hold in all samples: every one that a layout could declare is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from bots.documents.equations import Figures, Rule, exercised, parsed_rule
from bots.documents.layout import Layout, TableLayout

_MOST_ADDENDS = 3


def equations_that_hold(layout: Layout, samples: Sequence[Figures]) -> list[Rule]:
    """Every candidate that is exercised by at least one sample and fails in none.

    One that follows from nothing but empty columns is left out: it would say 0 = 0.
    """
    return [rule for text in _candidates(layout) if _holds(rule := parsed_rule(text), samples)]


def _holds(rule: Rule, samples: Sequence[Figures]) -> bool:
    said = False
    for figures in samples:
        held, problems = exercised([rule], figures)
        if problems:
            return False
        said |= any(equation.left_minor != 0 for equation in held)
    return said


def _candidates(layout: Layout) -> Iterator[str]:
    header = [field.name for field in layout.header.values() if field.type == "money"]
    periods = [field.name for field in layout.header.values() if field.type == "period"]
    for table in layout.tables:
        yield from _of_rows(table, periods)
        yield from _of_totals(table, header)
    yield from _of_header(header)
    for table in layout.tables:
        yield from _of_balances(table, header)


def _of_rows(table: TableLayout, periods: Sequence[str]) -> Iterator[str]:
    for name in _names(table, "int"):
        yield f"sequence({table.name}.{name})"
    for name in _names(table, "ref"):
        yield f"unique({table.name}.{name})"
    for name in _names(table, "date"):
        yield f"ascending({table.name}.{name})"
        yield from (f"within({table.name}.{name}, {period})" for period in periods)
    blank = [field.name for field in table.columns.values() if field.may_be_blank]
    for one, other in combinations(blank, 2):
        yield f"one_of({table.name}.{one}, {table.name}.{other})"
    amounts = _names(table, "money")
    for whole in amounts:
        others = [name for name in amounts if name != whole]
        for count in range(2, _MOST_ADDENDS + 1):
            for parts in combinations(others, count):
                yield f"each {table.name}: {' + '.join(parts)} = {whole}"


def _of_totals(table: TableLayout, header: Sequence[str]) -> Iterator[str]:
    for name in _names(table, "money"):
        yield f"sum({table.name}.{name}) = {table.name}.total.{name}"
        yield from (f"sum({table.name}.{name}) = {printed}" for printed in header)


def _of_header(header: Sequence[str]) -> Iterator[str]:
    for one, other in combinations(header, 2):
        for whole in (name for name in header if name not in (one, other)):
            yield f"{one} + {other} = {whole}"


def _of_balances(table: TableLayout, header: Sequence[str]) -> Iterator[str]:
    amounts = _names(table, "money")
    # Exchanged, opening and closing give the same equation with in and out exchanged.
    for opening, closing in combinations(header, 2):
        for paid_in, paid_out in permutations(amounts, 2):
            totals = f"{table.name}.total.{paid_in} - {table.name}.total.{paid_out}"
            yield f"{opening} + {totals} = {closing}"
    for opening in header:
        for paid_in, paid_out, balance in permutations(amounts, 3):
            columns = ", ".join(f"{table.name}.{n}" for n in (paid_in, paid_out, balance))
            yield f"running({opening}, {columns})"


def _names(table: TableLayout, type_: str) -> list[str]:
    return [field.name for field in table.columns.values() if field.type == type_]
