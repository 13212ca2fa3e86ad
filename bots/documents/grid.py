"""Finding a layout's labels, tables and totals on a sheet, and typing every value strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bots.documents.anchors import NotUnderItsHeadings, anchored
from bots.documents.equations import Figures
from bots.documents.layout import Field, Layout, TableLayout
from bots.documents.sheet import (
    Box,
    Cell,
    Page,
    Row,
    Segment,
    Sheet,
    Table,
    Way,
    folded,
    place,
    squeezed,
)
from bots.documents.values import NotOfItsType, Printed, typed
from domain.proof import Place, Problem

# What follows a label ends where the next label of the same line begins.
_NEXT_LABEL = re.compile(r"\s+[^\s:\d][^\s:]*:")


@dataclass
class Filled:
    """A sheet poured into a layout; unusable as soon as there is one problem."""

    header: dict[str, Printed] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Printed]]] = field(default_factory=dict)
    totals: dict[str, dict[str, Printed]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    places: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    way: Way = Way.PDFIUM

    def figures(self) -> Figures:
        return Figures(self.header, self.rows, self.totals, frozenset(self.absent))

    def note(
        self, reason: str, page: int | None = None, line: int | None = None, label: str = ""
    ) -> None:
        self.problems.append(Problem(reason, page, line, label))


@dataclass(frozen=True)
class _Part:
    """The part of a table that stands on one page, with the field and sides of each column."""

    page: int
    columns: tuple[tuple[Field, float, float], ...]
    rows: tuple[Row, ...]


def matches(layout: Layout, sheet: Sheet) -> bool:
    """Whether all words by which the layout is detected are printed on the sheet."""
    return not missing_words(layout, sheet)


def missing_words(layout: Layout, sheet: Sheet) -> list[str]:
    """The words by which the layout is detected that are not printed on the sheet."""
    printed = "\n".join(squeezed(text) for text in _texts(sheet))
    return [word for word in layout.detect if word not in printed]


def filled(layout: Layout, sheet: Sheet) -> Filled:
    """Type everything that the layout declares; all problems are collected, not just the first."""
    result = Filled(way=sheet.way)
    for page in sheet.pages:
        for trouble in page.troubles:
            result.note(trouble, page.number)
    _count_pages(layout, sheet, result)
    for label, rule in layout.header.items():
        _read_label(label, rule, sheet, result)
    parts = _parts(layout, sheet, result)
    for table in layout.tables:
        _read_table(table, parts[table.name], result)
    return result


def _texts(sheet: Sheet) -> Iterator[str]:
    for page in sheet.pages:
        yield from (segment.text for segment in page.segments)
        yield from (cell.text for table in page.tables for row in table.rows for cell in row.cells)


def _count_pages(layout: Layout, sheet: Sheet, result: Filled) -> None:
    mark = re.escape(layout.page_mark)
    pattern = re.compile(mark.replace(r"\{n\}", r"(?P<n>\d+)").replace(r"\{m\}", r"(?P<m>\d+)"))
    for page in sheet.pages:
        found = [pattern.fullmatch(squeezed(segment.text)) for segment in page.segments]
        marks = [(int(match["n"]), int(match["m"])) for match in found if match]
        if marks != [(page.number, len(sheet.pages))]:
            said = f"{marks[0][0]} of {marks[0][1]}" if marks else "not numbered"
            result.note(
                f"is page {page.number} of {len(sheet.pages)} in the file, but {said} in print",
                page.number,
            )


def _read_label(label: str, rule: Field, sheet: Sheet, result: Filled) -> None:
    found = [
        (page, segment, match)
        for page in sheet.pages
        for segment in page.segments
        for match in _behind(label, segment)
    ]
    if not found:
        result.note("the label is not printed", label=rule.label)
        return
    values: set[Printed] = set()
    for page, segment, (start, end) in found:
        if _differ(segment, result):
            result.note("two readers see different texts", page.number, label=rule.label)
        try:
            values.add(typed(segment.text[start:end], rule))
        except NotOfItsType as error:
            result.note(str(error), page.number, label=rule.label)
        result.places[f"header.{rule.name}"] = place(page.number, _box(segment, start, end))
    if len(values) > 1:
        result.note("is printed twice with different values", label=rule.label)
    elif values:
        result.header[rule.name] = values.pop()


def _behind(label: str, segment: Segment) -> Iterator[tuple[int, int]]:
    """Where the texts behind this label begin and end in the segment."""
    text = folded(segment.text)
    for match in re.finditer(rf"(?:^|(?<=\s)){re.escape(label)}\s*:\s*", text):
        stop = _NEXT_LABEL.search(text, match.end())
        yield match.end(), stop.start() if stop else len(text)


def _box(segment: Segment, start: int, end: int) -> Box:
    edges = segment.edges[start:end] or segment.edges[-1:]
    return edges[0][0], segment.box[1], edges[-1][1], segment.box[3]


def _parts(layout: Layout, sheet: Sheet, result: Filled) -> dict[str, list[_Part]]:
    parts: dict[str, list[_Part]] = {table.name: [] for table in layout.tables}
    for page in sheet.pages:
        for table in page.tables:
            declared = [(t, _columns(t, table)) for t in layout.tables if not t.row_start]
            fitting = [(t, columns) for t, columns in declared if columns]
            if len(fitting) != 1:
                result.note(_other_headings(layout, table), page.number)
                continue
            table_layout, columns = fitting[0]
            parts[table_layout.name].append(_Part(page.number, columns, table.rows[1:]))
        for open_table in (table for table in layout.tables if table.row_start):
            if part := _anchored(open_table, layout, page, result):
                parts[open_table.name].append(part)
    return parts


def _other_headings(layout: Layout, table: Table) -> str:
    """What is missing from a table that is nearly a declared one; what it prints is not quoted."""
    printed = {squeezed(cell.text) for cell in table.rows[0].cells}
    nearest = max(layout.tables, key=lambda declared: len(printed & set(declared.columns)))
    missing = [f.label for heading, f in nearest.columns.items() if heading not in printed]
    unknown = len(printed - set(nearest.columns))
    if not printed & set(nearest.columns):
        return "a ruled table has none of the declared headings"
    told = f"lacks the headings {', '.join(missing)}; " if missing else "has all headings; "
    return f"a ruled table {told}{unknown} of those that it prints are not declared"


def _anchored(table: TableLayout, layout: Layout, page: Page, result: Filled) -> _Part | None:
    """The part of a table without rulings that stands on this page."""
    heading_of = {rule.name: heading for heading, rule in table.columns.items()}
    try:
        found = anchored(
            page,
            list(table.columns),
            row_start=heading_of[table.row_start],
            end=(heading_of[table.total_column], table.total_text),
            mark=layout.page_mark.partition("{")[0],
        )
    except NotUnderItsHeadings as wrong:
        result.note(f"{table.name}: {wrong}", page.number)
        return None
    if found is None:
        return None
    lanes, rows = found
    columns = tuple((table.columns[lane.heading], lane.left, lane.right) for lane in lanes)
    return _Part(page.number, columns, rows)


def _columns(layout: TableLayout, table: Table) -> tuple[tuple[Field, float, float], ...]:
    """The columns by their printed headings, in any order; empty when these are not the ones."""
    headings = [(squeezed(cell.text), cell.box) for cell in table.rows[0].cells]
    if sorted(heading for heading, _ in headings) != sorted(layout.columns):
        return ()
    return tuple((layout.columns[heading], box[0], box[2]) for heading, box in headings)


def _read_table(layout: TableLayout, parts: list[_Part], result: Filled) -> None:
    if not parts:
        if layout.is_optional:
            result.absent.add(layout.name)
        else:
            result.note(f"no table with the headings of {layout.name}")
        return
    total_label = next(f.label for f in layout.columns.values() if f.name == layout.total_column)
    rows: list[dict[str, Printed]] = []
    total: dict[str, Printed] | None = None
    for part in parts:
        for row in part.rows:
            cells = _by_column(part, row)
            if total is not None or cells is None:
                why = "stands behind the total" if cells else "has other cells than the headings"
                result.note(f"a row of {layout.name} {why}", part.page, len(rows) + 1)
                continue
            if squeezed(_text(cells, layout.total_column)) == layout.total_text:
                total = _read_total(layout, part, cells, result)
            else:
                rows.append(_read_row(layout, part, cells, len(rows) + 1, result))
    result.rows[layout.name] = rows
    if total is None:
        result.note(f"{layout.name} ends without {layout.total_text}", parts[-1].page)
    else:
        result.totals[layout.name] = total
    if not rows:
        result.note(f"{layout.name} has no row", parts[0].page, label=total_label)


def _by_column(part: _Part, row: Row) -> list[tuple[Field, Cell]] | None:
    """Each cell under its heading; None when a cell is merged, missing or one too many."""
    if len(row.cells) != len(part.columns):
        return None
    paired = []
    for (rule, left, right), cell in zip(part.columns, row.cells, strict=True):
        if abs(cell.box[0] - left) > 2 or abs(cell.box[2] - right) > 2:
            return None
        paired.append((rule, cell))
    return paired


def _text(cells: list[tuple[Field, Cell]], name: str) -> str:
    return next(cell.text for rule, cell in cells if rule.name == name)


def _read_row(
    layout: TableLayout, part: _Part, cells: list[tuple[Field, Cell]], line: int, result: Filled
) -> dict[str, Printed]:
    row: dict[str, Printed] = {}
    for rule, cell in cells:
        _compare(rule, cell, part.page, line, result)
        try:
            row[rule.name] = typed(cell.text, rule)
        except NotOfItsType as error:
            result.note(str(error), part.page, line, rule.label)
        result.places[f"{layout.name}.{line}.{rule.name}"] = place(part.page, cell.box)
    return row


def _read_total(
    layout: TableLayout, part: _Part, cells: list[tuple[Field, Cell]], result: Filled
) -> dict[str, Printed]:
    """Only amounts stand in a total row, besides the word itself."""
    total: dict[str, Printed] = {}
    for rule, cell in cells:
        _compare(rule, cell, part.page, None, result)
        if rule.name == layout.total_column or not cell.text.strip():
            continue
        if rule.type != "money":
            result.note(f"{layout.total_text} has a text here", part.page, label=rule.label)
            continue
        try:
            total[rule.name] = typed(cell.text, rule)
        except NotOfItsType as error:
            result.note(f"{layout.total_text}: {error}", part.page, label=rule.label)
        result.places[f"{layout.name}.total.{rule.name}"] = place(part.page, cell.box)
    return total


def _compare(rule: Field, cell: Cell, page: int, line: int | None, result: Filled) -> None:
    if _differ(cell, result):
        result.note("two readers see different texts", page, line, rule.label)


def _differ(seen: Cell | Segment, result: Filled) -> bool:
    """Nobody to differ from when one reads alone: then the prover misses the second reading."""
    if result.way is Way.FIRST_ALONE or seen.text == seen.second:
        return False
    return squeezed(seen.text) != squeezed(seen.second)
