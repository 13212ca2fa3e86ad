"""What a table's layout may say: columns, dates, signs, units, and the totals that must hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.toml_faults import FileHasFaults, read_file

STATEMENT_COLUMNS = frozenset(
    {"booked_on", "paid_in", "paid_out", "amount", "direction", "balance", "line_ref"}
    | {"trace_number", "text", "counterparty", "account", "currency", "seq"}
)
BILL_COLUMNS = frozenset(
    {"at", "kind", "pay_no", "channel_no", "refund_no", "paid", "refunded", "received", "fee"}
    | {"net", "currency", "merchant_no", "order_no", "original_no"}
)
ERRORS_COLUMNS = frozenset(
    {"kind", "trace", "moment", "received", "fee", "net", "merchant_no"}
    | {"before_trace", "before_moment", "before_amount"}
)
_COLUMNS = {"statement": STATEMENT_COLUMNS, "bill": BILL_COLUMNS, "errors": ERRORS_COLUMNS}
_NEEDED = {
    "statement": ("booked_on",),
    "bill": ("at", "kind"),
    "errors": tuple(sorted(ERRORS_COLUMNS)),
}
HEADER_FIELDS = frozenset(
    {"account", "statement_no", "from_day", "to_day", "opening", "closing", "unit", "currency"}
    | {"bill_no", "merchant_no", "holder"}
)
_TOTAL = re.compile(r"(?:sum\.[a-z_]+(?:\.[a-z_]+)?|count(?:\.[a-z_]+)?)")


class TableLayoutIsWrong(FileHasFaults):
    """A layout file cannot be used; each fault is told with its line."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FileRule(_Strict):
    """How the bytes become lines of cells. `widths` in bytes, for `fixed`; `may_be_empty`: a file
    that holds nothing says that nothing happened."""

    kind: Literal["csv", "xlsx", "fixed"]
    encodings: tuple[Literal["utf-8-sig", "gb18030"], ...] = ("utf-8-sig", "gb18030")
    separator: str = Field(",", min_length=1, max_length=1)
    around: str = Field("", description="characters that stand around a value and mean nothing")
    widths: tuple[int, ...] = ()
    may_be_empty: bool = False


class ValueRule(_Strict):
    """How one printed value is read. `sign` -1 turns an amount that the issuer prints negative;
    with `letters`, one stands before each amount and says its sign. A date whose formats name no
    year is the nearest one to the day that the file is of; a `moment` is a time of its one format,
    kept as it is printed."""

    field: str
    type: Literal["text", "ref", "int", "money", "date", "moment", "coded", "fixed"]
    formats: tuple[str, ...] = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
    blank: bool = False
    sign: Literal[1, -1] = 1
    letters: dict[str, Literal[1, -1]] = {}
    decimals: int | None = Field(None, description="exactly so many, else as many as the unit has")
    expected: str = ""


class UnitRule(_Strict):
    """In which unit the amounts stand: as a label says, in a heading, or fixed by a standard.

    Each text maps to its decimals: 2 for 元, 0 for 分, 6 for 万元.
    """

    label: str = ""
    texts: dict[str, Literal[0, 2, 6]] = {}
    fixed: Literal[0, 2, 6] | None = None
    source: str = Field("", description="who says so, when the unit is fixed")

    @model_validator(mode="after")
    def _one_way(self) -> UnitRule:
        if (self.fixed is None) == (not self.texts):
            raise ValueError("unit: needs either `fixed` with its source, or `texts`")
        if self.fixed is not None and not self.source:
            raise ValueError("unit: a fixed unit needs its source")
        return self


class EndRule(_Strict):
    """Where the rows end and what stands below: patterns, a head of its own, a row of sums."""

    begins: tuple[str, ...] = Field(description="a line that begins so ends the rows")
    patterns: tuple[str, ...] = ()
    heads: dict[str, ValueRule] = {}
    row: str = Field("", description="the word of a row of sums under the columns")


class TableLayout(_Strict):
    """One issuer's export. `words` turns the issuer's words of a column into ours."""

    id: str
    version: int = Field(gt=0)
    kind: Literal["statement", "bill", "errors"]
    issuer: str
    source: str = Field(min_length=1, description="where this layout is known from")
    currency: str = "CNY"
    file: FileRule
    unit: UnitRule
    preamble: dict[str, ValueRule] = {}
    columns: Annotated[dict[str, ValueRule], Field(min_length=1)]
    end: EndRule | None = None
    words: dict[str, dict[str, str]] = {}
    newest_first: bool = False
    total: Literal["printed", "books", "none"] = Field(
        "printed", description="books: must have all of ours of its day; none: proves nothing alone"
    )

    @model_validator(mode="after")
    def _knows_its_fields(self) -> TableLayout:
        wanted = _COLUMNS[self.kind]
        wrong = [
            f"columns.{label}: {rule.field} is no field of a {self.kind}"
            for label, rule in self.columns.items()
            if rule.field not in wanted | {""}
        ]
        wrong += [
            f"preamble.{label}: {rule.field} is no field of a head, and no total"
            for label, rule in self.preamble.items()
            if rule.field not in HEADER_FIELDS and not _TOTAL.fullmatch(rule.field)
        ]
        fields = {rule.field for rule in self.columns.values()}
        for field in _NEEDED[self.kind]:
            if field not in fields:
                wrong.append(f"columns: no column is {field}")
        if self.total == "printed" and not self.totals():
            wrong.append(
                "end: no printed total, so nothing would be proved; say total = 'books' or 'none'"
            )
        if self.file.kind == "fixed" and len(self.file.widths) < len(self.columns):
            wrong.append("file.widths: fewer widths than columns")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def totals(self) -> set[str]:
        """Every total that the issuer prints, such as sum.paid_in or count."""
        found = {rule.field for rule in self.preamble.values() if _TOTAL.fullmatch(rule.field)}
        found |= {"closing"} & {rule.field for rule in self.preamble.values()}
        if self.end is not None:
            found |= {rule.field for rule in self.end.heads.values()}
            found |= {name for text in self.end.patterns for name in names_in(text)}
            found |= {"sum"} if self.end.row else set()
        return found


def names_in(pattern: str) -> list[str]:
    """The totals that a pattern names in braces."""
    return re.findall(r"\{([a-z_.]+)\}", pattern)


def load_table_layout(path: Path) -> TableLayout:
    """Read a layout. Raises: TableLayoutIsWrong, with every fault and its line."""
    return read_file(path, TableLayout, error=TableLayoutIsWrong)
