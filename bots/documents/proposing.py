"""A first layout from samples: what is printed in all of them, typed by its content.

A clerk names and corrects what comes out; the equations that hold are searched for apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bots.documents.layout import Field, Layout, TableLayout
from bots.documents.open_tables import open_tables
from bots.documents.sheet import Row, Sheet, folded, squeezed
from bots.documents.values import NotOfItsType, typed

_LABEL = re.compile(r"(?:^|(?<=\s))([^\s:\d][^\s:]*)\s*:\s*(.+?)(?=\s+[^\s:\d][^\s:]*:|$)")
_PAGE_MARK = re.compile(r"\d+")
_TOTAL = re.compile(r"合计|总计|小计")
# The narrowest form first: what is a date is also a reference, and everything is a text.
_TYPES = ("money", "date", "period", "int", "reasons", "ref", "text")
# What issuers print, as far as we have seen it, and what it means; the longer word first.
_COLUMNS = {
    "statement": {
        "序号": "seq", "交易日期": "booked_on", "日期": "booked_on", "摘要": "text",
        "对方户名": "counterparty", "户名": "counterparty", "流水号": "line_ref",
        "借方": "paid_out", "支出": "paid_out", "贷方": "paid_in", "收入": "paid_in",
        "余额": "balance",
    },
    "remittance": {
        "序号": "seq", "申报单号": "claim_no", "赔案号": "claim_no", "版本": "version",
        "申报金额": "billed", "账单金额": "billed", "扣回金额": "amount", "赔付金额": "paid",
        "原因": "reasons", "合同调整": "contract", "个人负担": "patient",
    },
}  # fmt: skip
_LABELS = {
    "对账单": "statement_no", "账号": "account", "户名": "holder", "币种": "currency",
    "单位": "unit", "起止日期": "period", "期间": "period", "期初": "opening", "期末": "closing",
    "通知书编号": "remittance_no", "支付日期": "paid_on", "支付流水号": "trace_number",
    "实付": "net_total", "赔付总额": "paid_total", "扣回总额": "taken_back_total",
    "收款单位": "payee",
}  # fmt: skip
_FIXED = frozenset({"account", "holder", "currency", "unit", "payee"})
_GROUPS = {"contract": "CO", "patient": "PR"}


class SamplesShareNothing(ValueError):
    """The samples have no table in common from which a layout could be made."""


@dataclass(frozen=True)
class Draft:
    """A layout without equations. `unnamed`: fields whose meaning only a person knows."""

    layout: Layout
    unnamed: tuple[str, ...]


def drafted(sheets: Sequence[Sheet], *, layout_id: str, issuer: str, currency: str) -> Draft:
    """Make a layout of what all samples print. Raises: SamplesShareNothing."""
    labels = _common_labels(sheets)
    kind = "statement" if any("期末" in label for label in labels) else "remittance"
    page_mark = _page_mark(sheets)
    tables = _tables(sheets, kind, page_mark)
    if not tables:
        raise SamplesShareNothing("no table with the same headings is in all samples")
    header = _header(labels)
    layout = Layout(
        id=layout_id,
        version=1,
        kind=kind,
        issuer=issuer,
        currency=currency,
        detect=_detected(sheets, header),
        header=header,
        tables=tables,
        page_mark=page_mark,
        rules=(),
    )
    fields = [*header.values(), *(f for table in tables for f in table.columns.values())]
    return Draft(layout, tuple(f.label for f in fields if f.name.startswith("unnamed")))


def _common_labels(sheets: Sequence[Sheet]) -> dict[str, list[str]]:
    """Each label that every sample prints, with all of its values."""
    found = [_labels(sheet) for sheet in sheets]
    common = [label for label in found[0] if all(label in labels for labels in found)]
    return {label: [value for labels in found for value in labels[label]] for label in common}


def _labels(sheet: Sheet) -> dict[str, list[str]]:
    labels: dict[str, list[str]] = {}
    for page in sheet.pages:
        for segment in page.segments:
            for label, value in _LABEL.findall(folded(segment.text)):
                labels.setdefault(label, []).append(value.strip())
    return labels


def _header(labels: Mapping[str, list[str]]) -> dict[str, Field]:
    header: dict[str, Field] = {}
    for label, values in labels.items():
        name = _named(label, _LABELS, {field.name for field in header.values()}, len(header))
        if name in _FIXED and len(set(values)) == 1:
            header[squeezed(label)] = Field(label, name, "fixed", expected=values[0])
        else:
            header[squeezed(label)] = Field(label, name, _type_of(values))
    return header


def _tables(sheets: Sequence[Sheet], kind: str, page_mark: str) -> tuple[TableLayout, ...]:
    """Tables by their headings, those that all samples have first, and then with most rows."""
    mark = page_mark.partition("{")[0]
    opens = [open_tables(sheet, _COLUMNS[kind], total=_TOTAL, mark=mark) for sheet in sheets]
    found = [
        _ruled_tables(sheet) | {headings: table.rows for headings, table in tables.items()}
        for sheet, tables in zip(sheets, opens, strict=True)
    ]
    every = {headings for tables in found for headings in tables}
    shared = [h for h in every if all(h in tables for tables in found)]
    shared.sort(key=lambda h: -sum(len(tables[h]) for tables in found))
    if not shared:
        return ()
    others = sorted(every - set(shared))
    names = ("movements",) if kind == "statement" else ("claims", "take_backs")
    tables = []
    for name, headings in zip(names, [*shared, *others], strict=False):
        samples = [tables[headings] for tables in found if headings in tables]
        starts = [tables[headings].starts for tables in opens if headings in tables]
        # Samples that all have a second table do not say that every document has.
        table = _table(name, headings, samples, kind, is_optional=headings != shared[0])
        tables.append(replace(table, row_start=_row_start(table, starts)))
    return tuple(tables)


def _row_start(table: TableLayout, starts: Sequence[tuple[str, ...]]) -> str:
    """The first column that has one first text for each row in every sample; "" when ruled."""
    common = [h for h in table.columns if starts and all(h in one for one in starts)]
    return table.columns[common[0]].name if common else ""


def _ruled_tables(sheet: Sheet) -> dict[tuple[str, ...], list[Row]]:
    rows: dict[tuple[str, ...], list[Row]] = {}
    for page in sheet.pages:
        for table in page.tables:
            headings = tuple(squeezed(cell.text) for cell in table.rows[0].cells)
            rows.setdefault(headings, []).extend(table.rows[1:])
    return rows


def _table(
    name: str,
    headings: tuple[str, ...],
    samples: Sequence[Sequence[Row]],
    kind: str,
    is_optional: bool,
) -> TableLayout:
    body = [row for rows in samples for row in rows if not _is_total(row)]
    columns: dict[str, Field] = {}
    for number, heading in enumerate(headings):
        values = [row.cells[number].text for row in body if len(row.cells) == len(headings)]
        taken = {field.name for field in columns.values()}
        field = _named(heading, _COLUMNS[kind], taken, number)
        type_ = "reasons" if field == "reasons" else _type_of(values)
        is_blank = type_ == "money" and any(not value.strip() for value in values)
        group = _GROUPS.get(field, "")
        columns[heading] = Field(heading, field, type_, may_be_blank=is_blank, group=group)
    text, column = _total_of(samples, headings)
    total_column = columns[column].name if column else next(iter(columns.values())).name
    return TableLayout(name, columns, text, total_column, is_optional)


def _is_total(row: Row) -> bool:
    return any(_TOTAL.search(cell.text) for cell in row.cells)


def _total_of(samples: Sequence[Sequence[Row]], headings: Sequence[str]) -> tuple[str, str]:
    """What the last row says, and under which heading."""
    for rows in samples:
        for row in reversed(rows):
            for heading, cell in zip(headings, row.cells, strict=False):
                if _TOTAL.search(cell.text):
                    return squeezed(cell.text), heading
    return "合计", ""


def _type_of(values: Iterable[str]) -> str:
    """The narrowest type that every printed value has."""
    printed = [value for value in values if value.strip()]
    for type_ in _TYPES if printed else ("text",):
        try:
            for value in printed:
                typed(value, Field("", "", type_))
        except NotOfItsType:
            continue
        return type_
    return "text"


def _named(printed: str, words: Mapping[str, str], taken: set[str], number: int) -> str:
    for word, name in words.items():
        if word in printed and name not in taken:
            return name
    return f"unnamed_{number + 1}"


def _detected(sheets: Sequence[Sheet], header: Mapping[str, Field]) -> tuple[str, ...]:
    """The first line that all samples share, and the unit."""
    lines = [
        {squeezed(s.text) for page in sheet.pages[:1] for s in page.segments} for sheet in sheets
    ]
    title = next(
        (
            text
            for segment in sheets[0].pages[0].segments
            if (text := squeezed(segment.text)) and all(text in seen for seen in lines)
        ),
        "",
    )
    units = [f"{squeezed(f.label)}:{f.expected}" for f in header.values() if f.name == "unit"]
    return tuple(word for word in (title, *units) if word)


def _page_mark(sheets: Sequence[Sheet]) -> str:
    for page in sheets[0].pages:
        for segment in page.segments:
            text = squeezed(segment.text)
            if len(_PAGE_MARK.findall(text)) == 2 and "页" in text:
                return _PAGE_MARK.sub("{m}", _PAGE_MARK.sub("{n}", text, count=1))
    return ""
