"""Wrong parses on purpose: a document as it was typed, with one thing in it wrong.

A layout that lets one of them through proves nothing. Where a claim and all its amounts change
places together, or every amount its unit, no arithmetic of the document can tell; our own books do,
so those kinds stand apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import cast

from bots.documents.grid import Filled
from bots.documents.layout import Layout
from bots.documents.values import Printed

_Row = dict[str, Printed]
_Spoil = Callable[["_Rows", Random], None]
_TRIES = 20


@dataclass(frozen=True)
class Mutation:
    """`kind` in words; `only_our_books_tell`: the document alone may well add up."""

    kind: str
    found: Filled
    only_our_books_tell: bool


@dataclass
class _Rows:
    """The rows of one table while they are spoilt, and which of their columns are amounts."""

    rows: list[_Row]
    amounts: list[str]
    references: list[str]
    found: Filled
    header_amounts: list[str]

    def column(self, random: Random, *, least: int = 1) -> tuple[str, list[int]]:
        """An amount column and its rows that print one; one with `least` of them, if there is."""
        printed = {
            name: [n for n, row in enumerate(self.rows) if isinstance(row.get(name), int)]
            for name in self.amounts
        }
        names = [name for name, rows in printed.items() if len(rows) >= least] or self.amounts
        name = random.choice(names)
        return name, printed[name]


def mutations(found: Filled, layout: Layout, *, seed: int, count: int) -> Iterator[Mutation]:
    """Yield so many wrong parses of a right one, kinds in turn; the same seed gives the same ones.

    A kind that cannot make this document wrong, such as swapping in a table of one row, is passed
    over.
    """
    random = Random(seed)
    kinds = [*_ARITHMETIC.items(), *_BOOKS.items()]
    made = tried = 0
    while made < count and tried < count * 4:
        name, spoil = kinds[tried % len(kinds)]
        tried += 1
        for _ in range(_TRIES):
            wrong = _spoilt(found, layout, spoil, random)
            if wrong is not None:
                made += 1
                yield Mutation(name, wrong, name in _BOOKS)
                break


def _spoilt(found: Filled, layout: Layout, spoil: _Spoil, random: Random) -> Filled | None:
    copy = replace(
        found,
        header=dict(found.header),
        rows={name: [dict(row) for row in rows] for name, rows in found.rows.items()},
        totals={name: dict(total) for name, total in found.totals.items()},
    )
    tables = [table for table in layout.tables if copy.rows.get(table.name)]
    table = random.choices(tables, [len(copy.rows[t.name]) for t in tables])[0]
    fields = table.columns.values()
    rows = _Rows(
        copy.rows[table.name],
        [field.name for field in fields if field.type == "money"],
        [field.name for field in fields if field.type == "ref"],
        copy,
        [field.name for field in layout.header.values() if field.type == "money"],
    )
    spoil(rows, random)
    for number, row in enumerate(rows.rows, start=1):
        if "seq" in row:
            # Counted anew, so that only the amounts can tell.
            row["seq"] = number
    same = copy.rows == found.rows and copy.header == found.header
    return None if same or copy.rows[table.name] == [] else copy


def _row_lost(table: _Rows, random: Random) -> None:
    if len(table.rows) > 1:
        del table.rows[random.randrange(len(table.rows))]


def _row_doubled(table: _Rows, random: Random) -> None:
    at = random.randrange(len(table.rows))
    twin = dict(table.rows[at])
    for name in table.references:
        twin[name] = f"{twin[name]}X"
    table.rows.insert(at, twin)


def _all_but_one_lost(table: _Rows, random: Random) -> None:
    if len(table.rows) > 1:
        table.rows[:] = [random.choice(table.rows)]


def _tail_lost(table: _Rows, random: Random) -> None:
    if len(table.rows) > 1:
        del table.rows[random.randrange(1, len(table.rows)) :]


def _digit_wrong(table: _Rows, random: Random) -> None:
    name, rows = table.column(random)
    if rows:
        row = table.rows[random.choice(rows)]
        value = cast("int", row[name])
        place = 10 ** random.randrange(len(str(abs(value))))
        digit = abs(value) // place % 10
        row[name] = value + place * (random.choice([d for d in range(10) if d != digit]) - digit)


def _point_lost(table: _Rows, random: Random) -> None:
    name, rows = table.column(random)
    if rows:
        row = table.rows[random.choice(rows)]
        row[name] = cast("int", row[name]) * 100


def _sign_turned(table: _Rows, random: Random) -> None:
    name, rows = table.column(random)
    if rows:
        row = table.rows[random.choice(rows)]
        row[name] = -cast("int", row[name])


def _two_swapped(table: _Rows, random: Random) -> None:
    name, rows = table.column(random, least=2)
    if len(rows) > 1:
        one, other = random.sample(rows, 2)
        table.rows[one][name], table.rows[other][name] = (
            table.rows[other][name],
            table.rows[one][name],
        )


def _two_compensate(table: _Rows, random: Random) -> None:
    name, rows = table.column(random, least=2)
    if len(rows) > 1:
        one, other = random.sample(rows, 2)
        moved = random.randrange(1, 100_000)
        table.rows[one][name] = cast("int", table.rows[one][name]) + moved
        table.rows[other][name] = cast("int", table.rows[other][name]) - moved


def _column_shifted(table: _Rows, random: Random) -> None:
    name, rows = table.column(random, least=2)
    values = [table.rows[n][name] for n in rows]
    for n, value in zip(rows, [*values[1:], *values[:1]], strict=True):
        table.rows[n][name] = value


def _two_columns_swapped(table: _Rows, random: Random) -> None:
    """In one row, as when a text stands under the next heading."""
    if len(table.amounts) > 1:
        row = random.choice(table.rows)
        one, other = random.sample(table.amounts, 2)
        row[one], row[other] = row.get(other), row.get(one)


def _printed_total_wrong(table: _Rows, random: Random) -> None:
    name = random.choice(table.header_amounts)
    table.found.header[name] = cast("int", table.found.header[name]) + random.randrange(1, 10_000)


def _amounts_under_other_references(table: _Rows, random: Random) -> None:
    """References move one row down, and all amounts of a row stay together."""
    for name in table.references:
        values = [row[name] for row in table.rows]
        for row, value in zip(table.rows, [*values[-1:], *values[:-1]], strict=True):
            row[name] = value


def _other_unit(table: _Rows, random: Random) -> None:
    """Every amount a hundred times as large, beside a label that says nothing of it."""
    for rows in (*table.found.rows.values(), [table.found.header], table.found.totals.values()):
        for row in cast("list[_Row]", rows):
            for name, value in row.items():
                if isinstance(value, int) and name not in ("seq", "version"):
                    row[name] = value * 100


_ARITHMETIC: dict[str, _Spoil] = {
    "a row lost": _row_lost,
    "a row doubled": _row_doubled,
    "all rows but one lost": _all_but_one_lost,
    "the last rows lost": _tail_lost,
    "a digit wrong": _digit_wrong,
    "a decimal point lost": _point_lost,
    "a sign turned": _sign_turned,
    "amounts of two rows swapped": _two_swapped,
    "two errors that compensate": _two_compensate,
    "a column shifted by a row": _column_shifted,
    "two columns of a row swapped": _two_columns_swapped,
    "a printed total wrong": _printed_total_wrong,
}
_BOOKS: dict[str, _Spoil] = {
    "references shifted by a row": _amounts_under_other_references,
    "all amounts in another unit": _other_unit,
}
