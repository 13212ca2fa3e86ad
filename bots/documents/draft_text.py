"""A proposed layout as the file that a clerk names and corrects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bots.documents.equations import Rule
from bots.documents.layout import Field
from bots.documents.proposing import Draft

_HEAD = """\
# A first layout, proposed from samples. Name every field that is called unnamed_… or delete its
# line, strike the equations that hold by chance, and put at least one that ties rows to a total.
"""


def draft_text(draft: Draft, rules: Sequence[Rule]) -> str:
    """Write the draft as TOML, with every equation that holds in all samples."""
    layout = draft.layout
    lines = [
        _HEAD.rstrip(),
        f"id = {_quoted(layout.id)}",
        f"version = {layout.version}",
        f"kind = {_quoted(layout.kind)}",
        f"issuer = {_quoted(layout.issuer)}",
        f"currency = {_quoted(layout.currency)}",
        "",
        "[detect]",
        f"all = [{', '.join(_quoted(word) for word in layout.detect)}]",
        "",
        "[pages]",
        f"mark = {_quoted(layout.page_mark)}",
        "",
        "[header]",
        *_fields(layout.header),
    ]
    for table in layout.tables:
        total = f"{{ field = {_quoted(table.total_column)}, text = {_quoted(table.total_text)} }}"
        lines += ["", f"[tables.{table.name}]"]
        lines += ["optional = true"] if table.is_optional else []
        lines += [f"row_start = {_quoted(table.row_start)}"] if table.row_start else []
        lines += [f"total = {total}", "", f"[tables.{table.name}.columns]"]
        lines += _fields(table.columns)
    lines += ["", "[proof]", "equations = ["]
    lines += [f"  {_quoted(rule.text)}," for rule in rules]
    return "\n".join([*lines, "]", ""])


def _fields(fields: Mapping[str, Field]) -> list[str]:
    return [f"{_quoted(field.label)} = {{ {_settings(field)} }}" for field in fields.values()]


def _settings(field: Field) -> str:
    told = [f"field = {_quoted(field.name)}", f"type = {_quoted(field.type)}"]
    if field.expected:
        told.append(f"expected = {_quoted(field.expected)}")
    if field.may_be_blank:
        told.append("may_be_blank = true")
    if field.group:
        told.append(f"group = {_quoted(field.group)}")
    return ", ".join(told)


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
