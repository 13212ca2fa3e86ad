"""The proof of a table: every printed total against its rows, balances, dates and the unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from connectors.tables.filling import Filled
from connectors.tables.layout import TableLayout
from connectors.tables.values import Typed
from domain.channel_adjustment import TAKES
from domain.money import Money
from domain.proof import Equation, Place, Problem, ProofKind

_NUMBERS = ("line_ref", "pay_no", "channel_no", "refund_no", "kind", "trace", "moment")
_GOES_OUT = frozenset({"refund", *TAKES})

Row = dict[str, Typed]
KindOf = Callable[[Row], str]


def of_the_table(
    layout: TableLayout, found: Filled, kind_of: KindOf
) -> tuple[list[Equation], list[Problem]]:
    """Everything that a table proves by itself, and a problem for each part that does not hold."""
    equations = [
        _unit(found),
        *(_total(layout, name, stated, found.rows, kind_of)
          for name, stated in found.totals.items()),
    ]  # fmt: skip
    problems = [
        Problem(
            f"{_shown(equation.left_minor, name)} in the rows, "
            f"{_shown(equation.right_minor, name)} {_says_so(layout)}",
            line=found.places.get(f"header.{name}", Place()).line or None,
            field=name,
            name="TotalDisagrees",
        )
        for equation, name in zip(equations[1:], found.totals, strict=True)
        if not equation.holds
    ]
    more = [_dates(layout, found), _once(found), _balances(found), _nets(found)]
    equations += [equation for equation, _ in more if equation is not None]
    problems += [problem for _, told in more for problem in told]
    return equations, problems


def of_the_errors(found: Filled) -> tuple[list[Equation], list[Problem]]:
    """What a channel's file of errors and adjustments proves by itself: it has no total."""
    more = [_once(found), _nets(found)]
    equations = [_unit(found), *(equation for equation, _ in more if equation is not None)]
    return equations, [problem for _, told in more for problem in told]


def _unit(found: Filled) -> Equation:
    name = "the unit is one that the layout knows"
    return Equation(name, found.unit_seen, found.unit_seen or 1, ProofKind.UNIT)


def _says_so(layout: TableLayout) -> str:
    return "in our books" if layout.total == "books" else "is printed"


def _shown(value: int, name: str) -> str:
    return str(value) if name.startswith("count") else Money(value).grouped()


def _total(
    layout: TableLayout, name: str, stated: int, rows: Sequence[Row], kind_of: KindOf
) -> Equation:
    parts = name.split(".")
    kind = parts[-1] if len(parts) == (3 if parts[0] == "sum" else 2) else ""
    chosen = [row for row in rows if not kind or kind_of(row) == kind]
    added = len(chosen) if parts[0] == "count" else sum(_fen(row.get(parts[1])) for row in chosen)
    whose = "our books" if layout.total == "books" else "its printed total"
    return Equation(f"{name} = {whose}", added, stated, ProofKind.TOTAL)


def _dates(layout: TableLayout, found: Filled) -> tuple[Equation | None, list[Problem]]:
    field = "booked_on" if layout.kind == "statement" else "at"
    days = [row.get(field) for row in found.rows]
    first, last = found.header.get("from_day"), found.header.get("to_day")
    problems = []
    for n, day in enumerate(days, start=1):
        place = found.places.get(f"rows.{n}", Place())
        if not _is_within(day, first, last):
            problems.append(_at(place, field, "DateOutsidePeriod", "is outside the period"))
        before = days[n - 2] if n > 1 else None
        if isinstance(day, date) and isinstance(before, date) and day < before:
            problems.append(_at(place, field, "DatesDescend", "is before the line above"))
    held = len(days) - len(problems)
    return Equation("days in order and in the period", held, len(days), ProofKind.ORDER), problems


def _is_within(day: Typed, first: Typed, last: Typed) -> bool:
    if not (isinstance(day, date) and isinstance(first, date) and isinstance(last, date)):
        return True
    return first <= day <= last


def _once(found: Filled) -> tuple[Equation | None, list[Problem]]:
    """The bank's own number of a line, or the numbers of a payment and its refund, stand once."""
    seen: set[tuple[Typed, ...]] = set()
    problems = []
    for n, row in enumerate(found.rows, start=1):
        number = tuple(row.get(name) for name in _NUMBERS)
        if any(number) and number in seen:
            place = found.places.get(f"rows.{n}", Place())
            problems.append(_at(place, "", "NumberTwice", "stands on an earlier line as well"))
        seen.add(number)
    held = len(found.rows) - len(problems)
    return Equation("every line once", held, len(found.rows), ProofKind.ORDER), problems


def _any(found: Filled, field: str) -> bool:
    return any(row.get(field) is not None for row in found.rows)


def _balances(found: Filled) -> tuple[Equation | None, list[Problem]]:
    if not _any(found, "balance"):
        return None, []
    opening = found.header.get("opening")
    before = opening if isinstance(opening, int) else None
    problems = []
    for n, row in enumerate(found.rows, start=1):
        balance, place = row.get("balance"), found.places.get(f"rows.{n}", Place())
        if not isinstance(balance, int):
            problems.append(_at(place, "balance", "BalanceMissing", "has no balance"))
            continue
        reached = balance if before is None else before + movement(row)
        if reached != balance:
            told = f"{Money(reached).grouped()} is reached, {Money(balance).grouped()} is printed"
            problems.append(_at(place, "balance", "BalanceDisagrees", told))
        before = balance
    held = len(found.rows) - len(problems)
    return Equation("running balance", held, len(found.rows), ProofKind.RUNNING), problems


def _nets(found: Filled) -> tuple[Equation | None, list[Problem]]:
    """What a bill prints as left of a row is its amount less the fee; the amount of a refund, and
    of an adjustment that takes from us, counts below nought."""
    if not _any(found, "net"):
        return None, []
    problems = []
    for n, row in enumerate(found.rows, start=1):
        received = _fen(row.get("received"))
        gross = -received if row.get("kind") in _GOES_OUT else received
        left, printed = gross - _fen(row.get("fee")), _fen(row.get("net"))
        if left != printed:
            place = found.places.get(f"rows.{n}", Place())
            told = f"{Money(left).grouped()} is left, {Money(printed).grouped()} is printed"
            problems.append(_at(place, "net", "NetDisagrees", told))
    held = len(found.rows) - len(problems)
    return Equation("amount - fee = net", held, len(found.rows), ProofKind.ROW), problems


def movement(row: Row) -> int:
    """What a row moves, in fen, above zero when money came in."""
    if row.get("amount") is not None:
        # A debit printed below nought takes a debit back, so its money comes in.
        amount = _fen(row.get("amount"))
        return -amount if row.get("direction") == "out" else amount
    return _fen(row.get("paid_in")) - _fen(row.get("paid_out"))


def _fen(value: Typed) -> int:
    return value if isinstance(value, int) else 0


def _at(place: Place, field: str, name: str, reason: str) -> Problem:
    return Problem(reason, line=place.line or None, field=field, name=name)
