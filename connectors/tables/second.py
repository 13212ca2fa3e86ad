"""A second reading of a table by other code, which must see the same cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from connectors.tables import workbook
from connectors.tables.cells import Line, bare, decoded
from connectors.tables.layout import FileRule
from domain.proof import Equation, Problem, ProofKind


def second_reading(
    data: bytes, rule: FileRule, lines: Sequence[Line]
) -> tuple[list[Equation], list[Problem]]:
    """Compare every cell of `lines` with what a second reader sees.

    The text is cut by an expression instead of the library, a workbook's XML is read without it,
    and a fixed width is counted in characters of double width instead of bytes.
    """
    seen = sum(1 for line in lines for cell in line.cells if cell.strip())
    alike, problems = 0, []
    other = _cells(data, rule)
    for line in lines:
        for column, cell in enumerate(line.cells, start=1):
            if not cell.strip():
                continue
            second = other.get((line.number, column), "")
            if cell == second or (rule.kind == "xlsx" and workbook.is_alike(cell, second)):
                alike += 1
            else:
                reason = "two readers see different texts"
                problems.append(
                    Problem(reason, line=line.number, column=column, name="ReadersDiffer")
                )
    name = "cells that two readers see alike"
    return [Equation(name, alike, seen, ProofKind.SECOND)], problems


def _cells(data: bytes, rule: FileRule) -> dict[tuple[int, int], str]:
    if rule.kind == "xlsx":
        return workbook.second_reading(data)
    text = decoded(data, rule)
    cut = _cut_by_width(text, rule) if rule.kind == "fixed" else _cut_by_sign(text, rule)
    return {
        (number, column): bare(cell, rule)
        for number, cells in cut
        for column, cell in enumerate(cells, start=1)
    }


def _cut_by_sign(text: str, rule: FileRule) -> Iterator[tuple[int, list[str]]]:
    """Cut at every separator outside quotes; a quoted line break belongs to its cell."""
    separator = re.escape(rule.separator)
    field = re.compile(rf'(?:"((?:[^"]|"")*)"|([^{separator}\n]*))({separator}|\r?\n|\Z)')
    number, at, cells = 1, 0, []
    begun = 1
    while at <= len(text):
        match = field.match(text, at)
        if match is None or (match.end() == at and at == len(text)):
            break
        quoted, plain, end = match.groups()
        cell = quoted.replace('""', '"') if quoted is not None else plain.rstrip("\r")
        cells.append(cell)
        number += match[0].count("\n")
        at = match.end()
        if end != rule.separator:
            yield begun, cells
            begun, cells = number, []
            if not end:
                break
    if cells:
        yield begun, cells


def _cut_by_width(text: str, rule: FileRule) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        columns = [c for character in line for c in _columns_of(character)]
        cells, at = [], 0
        for width in rule.widths:
            cells.append("".join(columns[at : at + width]))
            at += width + 1
        yield number, cells


def _columns_of(character: str) -> tuple[str, ...]:
    """A character of double width takes two columns; the second holds nothing."""
    is_wide = unicodedata.east_asian_width(character) in ("W", "F")
    return (character, "") if is_wide else (character,)
