"""A declared layout: the words a counterparty prints, what they mean, and what must add up.

Layouts are data, one TOML file per counterparty and kind of document, written without programming.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.documents.equations import Rule, parsed_rule, ties_rows_to_a_printed_total
from bots.documents.sheet import squeezed

TYPES = ("text", "ref", "int", "money", "date", "period", "reasons", "fixed")
KINDS = ("remittance", "statement")

_NEEDED_HEADER = {
    "remittance": {"unit", "remittance_no", "paid_on", "trace_number", "net_total"},
    "statement": {"unit", "statement_no", "account", "period", "opening", "closing"},
}
_NEEDED_COLUMNS = {
    "remittance": {"claims": {"claim_no", "version", "billed", "paid", "reasons"}},
    "statement": {
        "movements": {"booked_on", "text", "counterparty", "line_ref", "paid_out", "paid_in"}
    },
}
# Tables that a kind of document may have besides those it must have.
_OPTIONAL_COLUMNS = {
    "remittance": {"take_backs": {"claim_no", "amount", "reasons"}},
    "statement": {},
}


class LayoutIsWrong(ValueError):
    """A layout file cannot be used: something is missing, unknown, or it would prove nothing."""

    def __init__(self, layout_id: str, what: str) -> None:
        self.layout_id, self.what = layout_id, what
        super().__init__(f"Layout {layout_id}: {what}.")


@dataclass(frozen=True)
class Field:
    """How one printed value is read.

    `picture`: what a reference looks like; 0 is a digit, A a capital, 0+ and A+ one or more, all
    else itself. `expected`: the one text that a `fixed` field may show. `may_be_blank`: an empty
    cell is allowed. `group`: who bears an amount that was cut (CO, PR, OA, PI). `own_prefix`: a
    reference that begins so is the bank's own number and not the sender's trace number.
    """

    label: str
    name: str
    type: str
    picture: str = ""
    expected: str = ""
    may_be_blank: bool = False
    group: str = ""
    own_prefix: str = ""


@dataclass(frozen=True)
class TableLayout:
    """A table. Its last row says `total_text` in the column `total_column`.

    `row_start`: for a table without rulings, the column in which each row has its first text.
    """

    name: str
    columns: Mapping[str, Field]
    total_text: str
    total_column: str
    is_optional: bool
    row_start: str = ""


@dataclass(frozen=True)
class Layout:
    """One counterparty's document. `issuer` is the payer's code, or the account's at the bank."""

    id: str
    version: int
    kind: str
    issuer: str
    currency: str
    detect: tuple[str, ...]
    header: Mapping[str, Field]
    tables: tuple[TableLayout, ...]
    page_mark: str
    rules: tuple[Rule, ...]


def load_layout(path: Path) -> Layout:
    """Read a layout file. Raises: LayoutIsWrong; tomllib.TOMLDecodeError, OSError."""
    return layout_of(tomllib.loads(path.read_text(encoding="utf-8")))


def layout_of(declared: Mapping[str, Any]) -> Layout:
    """Check a layout that was read from TOML. Raises: LayoutIsWrong."""
    layout_id = str(declared.get("id", "without id"))
    try:
        layout = Layout(
            id=declared["id"],
            version=declared["version"],
            kind=declared["kind"],
            issuer=declared["issuer"],
            currency=declared["currency"],
            detect=tuple(squeezed(word) for word in declared["detect"]["all"]),
            header=_fields(declared["header"]),
            tables=tuple(_table(name, table) for name, table in declared["tables"].items()),
            page_mark=squeezed(declared["pages"]["mark"]),
            rules=tuple(parsed_rule(text) for text in declared["proof"]["equations"]),
        )
    except KeyError as error:
        raise LayoutIsWrong(layout_id, f"{error} is missing") from error
    except (TypeError, ValueError) as error:
        raise LayoutIsWrong(layout_id, str(error)) from error
    _check(layout)
    return layout


def _fields(declared: Mapping[str, Any]) -> dict[str, Field]:
    fields = {}
    for label, rule in declared.items():
        known = {"field", "type", "picture", "expected", "may_be_blank", "group", "own_prefix"}
        if unknown := set(rule) - known:
            raise ValueError(f"{label} has the unknown setting {sorted(unknown)[0]}")
        if rule["type"] not in TYPES:
            raise ValueError(f"{label} has the unknown type {rule['type']}")
        settings = {key: value for key, value in rule.items() if key not in ("field", "type")}
        fields[squeezed(label)] = Field(label, rule["field"], rule["type"], **settings)
    return fields


def _table(name: str, declared: Mapping[str, Any]) -> TableLayout:
    return TableLayout(
        name=name,
        columns=_fields(declared["columns"]),
        total_text=squeezed(declared["total"]["text"]),
        total_column=declared["total"]["field"],
        is_optional=declared.get("optional", False),
        row_start=declared.get("row_start", ""),
    )


def _check(layout: Layout) -> None:
    if layout.kind not in KINDS:
        raise LayoutIsWrong(layout.id, f"unknown kind {layout.kind}")
    header = {field.name for field in layout.header.values()}
    if missing := _NEEDED_HEADER[layout.kind] - header:
        raise LayoutIsWrong(layout.id, f"no label for {sorted(missing)[0]}")
    tables = {table.name: table for table in layout.tables}
    needed = _NEEDED_COLUMNS[layout.kind]
    known: dict[str, set[str]] = {**needed, **_OPTIONAL_COLUMNS[layout.kind]}
    for name, columns in known.items():
        if name not in tables:
            if name in needed:
                raise LayoutIsWrong(layout.id, f"no table {name}")
            continue
        have = {field.name for field in tables[name].columns.values()}
        if missing := columns - have:
            raise LayoutIsWrong(layout.id, f"no column for {name}.{sorted(missing)[0]}")
        row_start = tables[name].row_start
        if row_start and row_start not in have:
            raise LayoutIsWrong(layout.id, f"{name} has no column {row_start} to start a row")
    if unknown := set(tables) - set(known):
        raise LayoutIsWrong(layout.id, f"unknown table {sorted(unknown)[0]}")
    units = [field for field in layout.header.values() if field.name == "unit"]
    if not layout.detect or units[0].type != "fixed":
        raise LayoutIsWrong(layout.id, "needs words to detect it by and a fixed unit label")
    if not any(ties_rows_to_a_printed_total(rule) for rule in layout.rules):
        raise LayoutIsWrong(layout.id, "no equation ties the rows to a printed total")
