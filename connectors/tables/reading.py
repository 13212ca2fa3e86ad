"""A bank's or a channel's table as a proved value, or every reason why not."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from connectors.tables.cells import FileCannotBeRead, lines_of
from connectors.tables.errors import ErrorsRead
from connectors.tables.filling import Filled, filled
from connectors.tables.layout import TableLayout
from connectors.tables.proving import Row, movement, of_the_table
from connectors.tables.second import second_reading
from connectors.tables.values import Typed
from domain.channel_bill import BillDoesNotAddUp, BillKind, BillLine, ChannelBill
from domain.money import Money
from domain.proof import (
    AddsUp,
    DocumentForm,
    NotProved,
    Problem,
    Proved,
    Reading,
    prove,
)
from domain.statement import BankStatement, StatementDoesNotAddUp, StatementLine

READER = "table 1"
STRANGER = "stranger"
_Value = TypeVar("_Value", bound=AddsUp)


def read_table_statement(
    data: bytes, layout: TableLayout, names: Mapping[str, str], *, account: str
) -> Proved[BankStatement]:
    """Read a bank's export. `account` names the file's account when the file itself does not.

    `names` tells what we call an account, by the bank's number.

    Raises: NotProved, with every problem.
    """
    return _read(data, layout, _way, lambda found: _statement(found, layout, names, account))


@dataclass(frozen=True)
class BooksOfADay:
    """The day that a bill should be of, and what our own books say moved on it, by the names of
    totals: count.payment, sum.received.payment and the same of refunds, in fen above zero; and the
    kind and number of each movement. `merchant` is the account that its file is named after, when a
    zip was checked for that name: an empty file names none itself."""

    day: date
    totals: Mapping[str, int]
    numbers: frozenset[tuple[str, str]] = frozenset()
    merchant: str = ""

    def kind_of(self, row: Row) -> str:
        """The kind of a row that is ours, else "stranger": no total counts those."""
        kind = _kind(row)
        own = row.get("order_no") or row.get("refund_no" if kind == "refund" else "pay_no")
        return kind if (kind, str(own or "")) in self.numbers else STRANGER


def read_table_bill(
    data: bytes,
    layout: TableLayout,
    *,
    channel: str,
    books: BooksOfADay | None = None,
    errors: ErrorsRead | None = None,
) -> Proved[ChannelBill]:
    """Read a pay channel's bill of one merchant account. `errors` is what the file beside it holds.

    One that prints no total is held against our books: it must have all of ours, to the fen. What
    it has beside is no reason to refuse the rest. Raises: NotProved, with every problem.
    """
    beside = errors or ErrorsRead()

    def build(found: Filled) -> ChannelBill:
        return _bill(found, layout, channel, books, beside)

    kind_of = books.kind_of if books and layout.total == "books" else _kind
    return _read(data, layout, kind_of, build, books, beside)


def _read(
    data: bytes,
    layout: TableLayout,
    kind_of: Callable[[Row], str],
    build: Callable[[Filled], _Value],
    books: BooksOfADay | None = None,
    beside: ErrorsRead | None = None,
) -> Proved[_Value]:
    try:
        lines = lines_of(data, layout.file)
    except FileCannotBeRead as wrong:
        raise NotProved([wrong.problem]) from wrong
    found = filled(layout, lines, books.day if books else None)
    seconds, differing = second_reading(data, layout.file, lines)
    if found.problems or differing:
        raise NotProved([*found.problems, *differing])
    against = books.totals if books is not None and layout.total == "books" else {}
    found.totals |= against
    equations, problems = of_the_table(layout, found, kind_of)
    if layout.total == "none" or (layout.total == "books" and not against):
        told = "this issuer prints no total, so a person compares it with the bank"
        problems.append(Problem(told, name="NoTotalPrinted"))
    if against and found.rows and all(kind_of(row) == STRANGER for row in found.rows):
        # All of nothing proves nothing: it may be anybody's file.
        problems.append(Problem("no row is in our books", name="NothingIsOurs"))
    problems += _checked(found, layout)
    if problems:
        raise NotProved(problems)
    reading = Reading(
        sha256=hashlib.sha256(data).hexdigest(),
        reader=READER,
        layout_id=layout.id,
        layout_version=layout.version,
        form=DocumentForm.TABLE,
        equations=(*equations, *seconds, *(beside.equations if beside else ())),
        provenance={**found.places, **(beside.provenance if beside else {})},
    )
    try:
        return prove(build(found), reading)
    except (StatementDoesNotAddUp, BillDoesNotAddUp) as wrong:
        raise NotProved([str(wrong)]) from wrong


def _checked(found: Filled, layout: TableLayout) -> list[Problem]:
    """What a value cannot be built without, and what every row must say alike."""
    problems = []
    for n, row in enumerate(found.rows, start=1):
        place = found.places[f"rows.{n}"]
        if layout.kind == "statement" and (row.get("paid_in") and row.get("paid_out")):
            told = "both amounts stand on the line"
            problems.append(Problem(told, line=place.line, name="BothSides"))
        if layout.kind == "statement" and not movement(row):
            problems.append(Problem("moves nothing", line=place.line, name="NoAmount"))
        for field in ("account", "currency", "merchant_no"):
            said, known = row.get(field), found.header.get(field)
            if said is not None and known is not None and said != known:
                told = "is another one than in the head"
                problems.append(Problem(told, line=place.line, field=field, name="AnotherAccount"))
    if layout.kind == "statement" and _balance(found, "opening") is None:
        problems.append(Problem("no opening balance", field="opening", name="BalanceMissing"))
    return problems


def _way(row: Row) -> str:
    if row.get("direction") is not None:
        return str(row["direction"])
    return "out" if movement(row) < 0 else "in"


def _kind(row: Row) -> str:
    return str(row.get("kind"))


def _statement(
    found: Filled, layout: TableLayout, names: Mapping[str, str], account: str
) -> BankStatement:
    printed = str(found.header.get("account") or account)
    own = names.get(printed, printed)
    days = [day for row in found.rows if isinstance(day := row.get("booked_on"), date)]
    first, last = _day(found, "from_day", min(days)), _day(found, "to_day", max(days))
    number = found.header.get("statement_no") or f"{own}-{first:%Y%m%d}-{last:%Y%m%d}"
    opening = Money(_balance(found, "opening") or 0, layout.currency)
    closing = Money(_balance(found, "closing") or 0, layout.currency)
    lines, seen = [], Counter[str]()
    for row in found.rows:
        key = _key(row)
        seen[key] += 1
        lines.append(_line(row, f"{own}/{key}", seen[key], layout.currency))
    return BankStatement(str(number), own, first, last, opening, closing, tuple(lines))


def _balance(found: Filled, name: str) -> int | None:
    """What is printed, or what the running balance says at that end."""
    printed = found.header.get(name)
    if isinstance(printed, int):
        return printed
    row = found.rows[0 if name == "opening" else -1]
    balance = row.get("balance")
    if not isinstance(balance, int):
        return None
    return balance - movement(row) if name == "opening" else balance


def _key(row: Row) -> str:
    """The bank's own number, or what makes a line the line that it is."""
    if row.get("line_ref"):
        return str(row["line_ref"])
    told = repr([row.get(name) for name in ("text", "counterparty", "balance", "trace_number")])
    return f"{row['booked_on']}/{movement(row)}/{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def _line(row: Row, key: str, ordinal: int, currency: str) -> StatementLine:
    day = row["booked_on"]
    assert isinstance(day, date)
    return StatementLine(
        # Two equal lines of one day are two payments, and keep their order.
        line_id=key if ordinal == 1 else f"{key}/{ordinal}",
        booked_on=day,
        amount=Money(movement(row), currency),
        trace_number=str(row.get("trace_number") or ""),
        text=str(row.get("text") or ""),
        counterparty=str(row.get("counterparty") or ""),
    )


def _bill(
    found: Filled,
    layout: TableLayout,
    channel: str,
    books: BooksOfADay | None,
    beside: ErrorsRead,
) -> ChannelBill:
    lines = tuple(_bill_line(row, layout.currency) for row in found.rows)
    days = [line.on for line in lines] or ([books.day] if books else [])
    first, last = _day(found, "from_day", min(days)), _day(found, "to_day", max(days))
    number = found.header.get("bill_no") or f"{channel}-{first:%Y%m%d}-{last:%Y%m%d}"
    named = (values.get("merchant_no") for values in (found.header, *found.rows))
    own = [*(str(value) for value in named if value), *beside.merchant_nos]
    if not (own or found.rows) and books and books.merchant:
        own = [books.merchant]
    return ChannelBill(
        bill_no=str(number),
        channel=channel,
        from_day=first,
        to_day=last,
        currency=layout.currency,
        lines=lines,
        merchant_nos=tuple(dict.fromkeys(own)),
        adjustments=beside.adjustments,
    )


def _bill_line(row: Row, currency: str) -> BillLine:
    kind, day = BillKind(str(row["kind"])), row["at"]
    assert isinstance(day, date)
    received = row.get("received")
    if received is None:
        received = row.get("paid") if kind == BillKind.PAYMENT else row.get("refunded")
    amount = abs(received) if isinstance(received, int) else 0
    # Some print our number of the row itself, and of a refund the number of its payment beside it.
    is_refund, own, original = kind == BillKind.REFUND, row.get("order_no"), row.get("original_no")
    pay_no = row.get("pay_no") or (original if is_refund else own)
    return BillLine(
        kind=kind,
        on=day,
        pay_no=str(pay_no or ""),
        channel_no=str(row.get("channel_no") or ""),
        refund_no=str(row.get("refund_no") or (own if is_refund else None) or ""),
        amount=Money(amount if kind == BillKind.PAYMENT else -amount, currency),
        fee=Money(_fen(row.get("fee")), currency),
    )


def _day(found: Filled, name: str, otherwise: date) -> date:
    value = found.header.get(name)
    return value if isinstance(value, date) else otherwise


def _fen(value: Typed) -> int:
    return value if isinstance(value, int) else 0
