"""The snapshot that the engine is handed, as duckdb tables, and the tables that it hands back.

Everything the engine knows stands in these tables: no clock, no file, no other database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date

import duckdb

from domain.matching import DifferenceClass, MatchRule
from domain.reference import is_reference

Connection = duckdb.DuckDBPyConnection
OPEN = "open"


class ReferenceNotChecked(ValueError):
    """An item claims to carry a reference of ours, and its check digits do not hold."""

    def __init__(self, item_id: str) -> None:
        self.item_id = item_id
        super().__init__(f"Item {item_id}: its reference is none of ours, check digits fail.")


@dataclass(frozen=True)
class Item:
    """What should come: a claim, or a transfer that an advice or a settlement announced.

    `minor` is negative when we owe it. `checked`: the reference is one of ours, in canonical form
    and with check digits; any other is compared as it is written. `state` is "open", or what
    became of it: settled, written_off, denied, refunded; or other_account, when it is open and
    should come elsewhere.
    `kind` is claim, advice, settlement or refund.
    """

    item_id: str
    kind: str
    payer: str
    reference: str
    checked: bool
    minor: int
    currency: str
    due: date
    batch: str | None = None
    state: str = OPEN


@dataclass(frozen=True)
class Part:
    """One claim that a transfer pays; a transfer with parts is claimed with all of them."""

    transfer_id: str
    item_id: str
    minor: int


@dataclass(frozen=True)
class Line:
    """What the bank shows; `minor` is positive when money came in, `payer` empty when unknown."""

    line_id: str
    payer: str
    reference: str
    text: str
    minor: int
    currency: str
    booked: date


@dataclass(frozen=True)
class FeeRule:
    """What a payer's way keeps back of each amount: parts in a million, within bounds, in fen.

    `vat_ppm` is the VAT that comes on top of it; zero where the fee includes it.
    """

    payer: str
    ppm: int
    least_minor: int
    most_minor: int
    vat_ppm: int = 0


_TYPES = {"str": "VARCHAR", "bool": "BOOLEAN", "int": "BIGINT", "date": "DATE"}
_SNAPSHOT: dict[str, type] = {"item": Item, "part": Part, "line": Line, "fee_rule": FeeRule}


def create_snapshot(c: Connection) -> None:
    """Make the empty tables item, part, line and fee_rule."""
    for name, row_type in _SNAPSHOT.items():
        columns = ", ".join(
            f"{f.name} {_TYPES[str(f.type).removesuffix(' | None')]}" for f in fields(row_type)
        )
        c.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")


def fill(
    c: Connection,
    *,
    items: Iterable[Item],
    lines: Iterable[Line],
    parts: Iterable[Part] = (),
    fee_rules: Iterable[FeeRule] = (),
) -> None:
    """Make the snapshot from rows. Raises: ReferenceNotChecked."""
    create_snapshot(c)
    checked = list(items)
    for item in checked:
        if item.checked and not is_reference(item.reference):
            raise ReferenceNotChecked(item.item_id)
    _insert(c, "item", checked)
    _insert(c, "line", list(lines))
    _insert(c, "part", list(parts))
    _insert(c, "fee_rule", list(fee_rules))


def _insert(c: Connection, name: str, rows: Sequence[Item | Part | Line | FeeRule]) -> None:
    """One column at a time: duckdb takes a list as fast as a file, and a row very slowly."""
    if not rows:
        return
    columns = list(zip(*(astuple(row) for row in rows), strict=True))
    types = [_TYPES[str(f.type).removesuffix(" | None")] for f in fields(rows[0])]
    unnested = ", ".join(f"unnest(?::{kind}[])" for kind in types)
    c.execute(f"INSERT INTO {name} SELECT {unnested}", [list(column) for column in columns])


def enum(members: Iterable[str]) -> str:
    """The duckdb type of a few words, in an order of their own."""
    return "ENUM (" + ", ".join(f"'{member}'" for member in members) + ")"


READ = ("printed", "tidied", "in_text", "glyphs", "damaged", "amount", "listed")
"""How a line came to its item: by the reference as printed, by one found in another writing, in
the text, or with glyphs put right; by a damaged one; by an amount alone; by an advice's list.
The first that stands here is told."""
READ_TYPE = enum(READ)

# A database in memory has no log to shorten: a checkpoint only writes tables anew, after deletions.
_RESULTS = f"""
SET checkpoint_threshold = '1TB';
CREATE OR REPLACE TEMP TABLE decision (
    l BIGINT, i BIGINT, line_id VARCHAR, item_id VARCHAR, rule {enum(MatchRule)},
    read {READ_TYPE}, off_minor BIGINT, alternatives INTEGER, lambda_ppb BIGINT);
CREATE OR REPLACE TEMP TABLE printed (
    l BIGINT, i BIGINT, line_id VARCHAR, item_id VARCHAR, fits BOOLEAN);
CREATE OR REPLACE TEMP VIEW explained AS
SELECT line_id, item_id, rule, read, off_minor, alternatives, lambda_ppb FROM decision
UNION ALL SELECT line_id, item_id, 'exact', 'printed', 0, 1, NULL FROM printed;
CREATE OR REPLACE TEMP TABLE finding (
    l BIGINT, line_id VARCHAR, item_id VARCHAR, class {enum(DifferenceClass)}, why VARCHAR,
    alternatives INTEGER);
CREATE OR REPLACE TEMP TABLE proposal (
    l BIGINT, line_id VARCHAR, item_id VARCHAR, why VARCHAR, score INTEGER, fits INTEGER);
CREATE OR REPLACE TEMP TABLE waiting (
    item_id VARCHAR, class {enum(DifferenceClass)}, due DATE);
"""


def run(c: Connection, statements: str, **numbers: int | date) -> None:
    """Run statements one by one, each with those of the numbers that it names with a $."""
    for statement in c.extract_statements(statements):
        c.execute(statement, {name: numbers[name] for name in statement.named_parameters})


def create_results(c: Connection) -> None:
    """Make the empty tables that stages write to.

    `explained` says by which item a line is explained: plainly, as `printed`, which no later stage
    looks at again, or by a `decision`. `finding` says why a line is not booked; `proposal` is
    for a person; `waiting` are items that nobody paid. `l` and `i` are row numbers of the snapshot.
    """
    run(c, _RESULTS)
