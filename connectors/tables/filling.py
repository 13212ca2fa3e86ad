"""Pours a file's lines into a layout: head, rows and totals, typed, with every problem found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.tables.cells import Line
from connectors.tables.layout import TableLayout, ValueRule, names_in
from connectors.tables.values import NotOfItsType, Typed, fen, folded, squeezed, typed
from domain.proof import Place, Problem

_AMOUNT = r"([+-]?[\d,]+(?:\.\d+)?[+-]?)"


@dataclass
class Filled:
    """A file poured into a layout; unusable as soon as there is one problem.

    Amounts in fen. `totals` holds what is printed, by names such as sum.paid_in and count.
    """

    header: dict[str, Typed] = field(default_factory=dict)
    rows: list[dict[str, Typed]] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unit: int = 2
    unit_seen: int = 0
    of_day: date | None = None

    def note(self, name: str, reason: str, at: Place | None = None, label: str = "") -> None:
        """Remember what is wrong, and where."""
        line = at.line if at is not None and at.line else None
        column = at.column if at is not None and at.column else None
        self.problems.append(Problem(reason, line=line, column=column, field=label, name=name))


@dataclass(frozen=True)
class _Head:
    """Where the line of headings is, and which rule stands over each column."""

    at: int
    rules: tuple[ValueRule | None, ...]
    labels: tuple[str, ...]


def filled(layout: TableLayout, lines: Sequence[Line], of_day: date | None = None) -> Filled:
    """Type everything that the layout declares; all problems are collected. `of_day` is the day
    that the file is of, where that is known."""
    result = Filled(of_day=of_day)
    head = _head(layout, lines, result)
    if head is None:
        return result
    end = _end(layout, lines, head.at)
    above, below = lines[: max(head.at, 0)], lines[end:]
    _read_unit(layout, above, head, result)
    _read_labels(layout, above, result)
    for line in lines[head.at + 1 : end]:
        _read_row(layout, head, line, result)
    if not (result.rows or result.problems or layout.file.may_be_empty):
        result.note("NoRows", "the table has no row")
    _read_end(layout, head, below, result)
    for name in sorted(_wanted(layout) - set(result.totals) - set(result.header)):
        result.note("TotalMissing", "the total is not printed", label=name)
    if layout.newest_first:
        result.rows.reverse()
    return result


def _wanted(layout: TableLayout) -> set[str]:
    if layout.end is not None and layout.end.row:
        return (layout.totals() - {"sum"}) | {"sum"}
    return layout.totals()


def _head(layout: TableLayout, lines: Sequence[Line], result: Filled) -> _Head | None:
    if layout.file.kind == "fixed":
        return _Head(-1, tuple(layout.columns.values()), tuple(layout.columns))
    wanted = {squeezed(label): rule for label, rule in layout.columns.items()}
    best: set[str] = set(wanted)
    for at, line in enumerate(lines):
        found = [squeezed(cell) for cell in line.cells]
        missing = set(wanted) - set(found)
        if not missing:
            twice = [text for text in wanted if found.count(text) > 1]
            for text in twice:
                result.note("HeadingTwice", "stands twice", Place(line=line.number), text)
            rules = tuple(wanted.get(text) for text in found)
            return None if twice else _Head(at, rules, line.cells)
        best = min(best, missing, key=len)
    for text in sorted(best):
        result.note("HeadingMissing", "no column has this heading", label=text)
    return None


def _end(layout: TableLayout, lines: Sequence[Line], head: int) -> int:
    if layout.end is None:
        return len(lines)
    begins = tuple(squeezed(text) for text in layout.end.begins)
    for at in range(head + 1, len(lines)):
        first = next((squeezed(cell) for cell in lines[at].cells if cell.strip()), "")
        if first.startswith(begins):
            return at
    return len(lines)


def _read_unit(layout: TableLayout, above: Sequence[Line], head: _Head, result: Filled) -> None:
    rule = layout.unit
    if rule.fixed is not None:
        result.unit, result.unit_seen = rule.fixed, 1
        return
    texts = {squeezed(text): decimals for text, decimals in rule.texts.items()}
    if rule.label:
        found = [(squeezed(text), place) for text, place in _behind(rule.label, above)]
    else:
        # In the headings, as 金额(元) says it.
        cells = [squeezed(label) for label in head.labels]
        found = [(m[1], Place()) for cell in cells if (m := re.search(r"\((.+?)\)$", cell))]
        found = [(text, place) for text, place in found if text in texts]
    if not found:
        result.note("UnitMissing", "no unit is printed", label=rule.label)
    for text, place in found:
        if text not in texts:
            result.note("UnknownUnit", "is a unit that the layout does not know", place, rule.label)
            continue
        if result.unit_seen and result.unit != texts[text]:
            result.note("UnitsDiffer", "two units are printed", place, rule.label)
        result.unit = texts[text]
        result.unit_seen += 1


def _read_labels(layout: TableLayout, above: Sequence[Line], result: Filled) -> None:
    is_number = layout.file.kind == "xlsx"
    for label, rule in layout.preamble.items():
        found = list(_behind(label, above))
        if not found and not rule.blank:
            result.note("LabelMissing", "the label is not printed", label=label)
        values = set()
        for text, place in found:
            try:
                value = typed(text, rule, result.unit, {}, is_number=is_number)
            except NotOfItsType as wrong:
                result.note(wrong.name, str(wrong), place, label)
                continue
            values.add(value)
            _keep(rule.field, value, place, result)
        if len(values) > 1:
            result.note("ValuesDiffer", "is printed twice with different values", label=label)


def _keep(name: str, value: Typed, place: Place, result: Filled) -> None:
    result.places[f"header.{name}"] = place
    if name.split(".")[0] in ("sum", "count") and isinstance(value, int):
        result.totals[name] = value
    else:
        result.header[name] = value


def _behind(label: str, lines: Sequence[Line]) -> Iterator[tuple[str, Place]]:
    """What stands behind a label: in the same cell after a colon, or in the next cell."""
    wanted = re.escape(folded(label))
    inside = re.compile(rf"(?:^|[\s#(]){wanted}\s*:\s*(\[[^\]]*\]|\S.*?)(?=\s{{2,}}|[)]|$)")
    for line in lines:
        for column, cell in enumerate(line.cells, start=1):
            text = folded(cell)
            for match in inside.finditer(text):
                yield match[1].strip("[]").strip(), Place(line=line.number, column=column)
            if re.fullmatch(rf"#?{wanted}\s*:?", text):
                rest = line.cells[column:]
                yield (
                    next((c for c in rest if c.strip()), ""),
                    Place(line=line.number, column=column + 1),
                )


def _read_row(layout: TableLayout, head: _Head, line: Line, result: Filled) -> None:
    if len(line.cells) < len(head.rules) or any(c.strip() for c in line.cells[len(head.rules) :]):
        told = f"has {len(line.cells)} cells, the headings {len(head.rules)}"
        result.note("RowIsCut", told, Place(line=line.number))
        return
    row: dict[str, Typed] = {}
    for column, (rule, cell) in enumerate(zip(head.rules, line.cells, strict=False), start=1):
        if rule is None or not rule.field:
            continue
        place = Place(line=line.number, column=column)
        try:
            value = typed(
                cell,
                rule,
                result.unit,
                layout.words.get(rule.field, {}),
                is_number=layout.file.kind == "xlsx",
                of_day=result.of_day,
            )
        except NotOfItsType as wrong:
            result.note(wrong.name, str(wrong), place, head.labels[column - 1])
            continue
        row[rule.field] = _joined(row.get(rule.field), value)
    result.rows.append(row)
    result.places[f"rows.{len(result.rows)}"] = Place(line=line.number)


def _joined(known: Typed, value: Typed) -> Typed:
    """Several columns may make one text."""
    if isinstance(known, str) and isinstance(value, str):
        return f"{known} {value}".strip()
    return value if known is None else known


def _read_end(layout: TableLayout, head: _Head, below: Sequence[Line], result: Filled) -> None:
    if layout.end is None:
        return
    for pattern in layout.end.patterns:
        _read_pattern(pattern, below, result)
    if layout.end.row:
        _read_sums(layout, head, below, result)
    wanted = {squeezed(label): rule for label, rule in layout.end.heads.items()}
    for at, line in enumerate(below[:-1]):
        labels = [squeezed(cell) for cell in line.cells]
        if wanted and set(wanted) <= set(labels):
            values = below[at + 1]
            for column, (label, cell) in enumerate(zip(labels, values.cells, strict=False), 1):
                if label in wanted:
                    place = Place(line=values.number, column=column)
                    _read_total(wanted[label], cell, place, label, result)


def _read_total(rule: ValueRule, cell: str, place: Place, label: str, result: Filled) -> None:
    try:
        value = typed(cell, rule, result.unit, {}, is_number=True)
    except NotOfItsType as wrong:
        result.note(wrong.name, str(wrong), place, label)
        return
    _keep(rule.field, value, place, result)


def _read_pattern(pattern: str, below: Sequence[Line], result: Filled) -> None:
    parts = [re.escape(squeezed(text)) for text in re.split(r"\{[a-z_.]+\}", pattern)]
    looked_for = re.compile(_AMOUNT.join(parts))
    for line in below:
        match = looked_for.search(squeezed(",".join(line.cells)))
        for name, text in zip(names_in(pattern), match.groups() if match else (), strict=False):
            unit = 0 if name.startswith("count") else result.unit
            try:
                value = fen(text, unit)
            except NotOfItsType as wrong:
                result.note(wrong.name, str(wrong), Place(line=line.number), name)
                continue
            _keep(name, value, Place(line=line.number), result)


def _read_sums(layout: TableLayout, head: _Head, below: Sequence[Line], result: Filled) -> None:
    assert layout.end is not None
    for line in below:
        if not any(squeezed(cell).startswith(squeezed(layout.end.row)) for cell in line.cells):
            continue
        result.header["sum"] = 1
        for column, (rule, cell) in enumerate(zip(head.rules, line.cells, strict=False), 1):
            summed = rule is not None and rule.type == "money" and rule.field != "balance"
            if rule is not None and summed and cell.strip():
                total = rule.model_copy(update={"field": f"sum.{rule.field}"})
                place = Place(line=line.number, column=column)
                _read_total(total, cell, place, head.labels[column - 1], result)
