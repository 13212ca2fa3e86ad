"""The closed set of proofs that a layout may declare, and how each is exercised.

A rule is one line, such as "sum(claims.paid) = claims.total.paid"; there is no free code in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import final

from domain.money import Money
from domain.proof import Equation, Problem, ProofKind

_TERM = re.compile(r"([+-]?)\s*(sum\([a-z_.]+\)|[a-z_.]+)\s*")
_CALL = re.compile(r"(sequence|unique|one_of|within|ascending|running)\(([a-z_., ]+)\)")
_ARGUMENTS = {
    "sequence": 1, "unique": 1, "one_of": 2, "within": 2, "ascending": 1, "running": 4,
}  # fmt: skip

Row = Mapping[str, object]
Terms = tuple[tuple[int, str], ...]


@final
@dataclass(frozen=True)
class Period:
    """From the first to the last day, both inclusive."""

    first_day: date
    last_day: date


@dataclass(frozen=True)
class Rule:
    """One declared proof: a call of a named check, or two sums that must be equal.

    With `each`, the equation holds in every row of that table.
    """

    text: str
    call: str = ""
    arguments: tuple[str, ...] = ()
    each: str = ""
    left: Terms = ()
    right: Terms = ()


@dataclass(frozen=True)
class Figures:
    """The typed values of a document: header by field, rows and totals by table.

    `absent`: optional tables that the document does not have; their sums are nought.
    """

    header: Mapping[str, object]
    rows: Mapping[str, Sequence[Row]]
    totals: Mapping[str, Row]
    absent: frozenset[str] = field(default_factory=frozenset)


class DoesNotHold(ValueError):
    """A declared proof failed; the message holds both numbers."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason, self.line = reason, line
        super().__init__(reason)


def parsed_rule(text: str) -> Rule:
    """Read one rule. Raises: ValueError, when it is none of the known forms."""
    if call := _CALL.fullmatch(text.strip()):
        arguments = tuple(part.strip() for part in call[2].split(","))
        if len(arguments) != _ARGUMENTS[call[1]]:
            raise ValueError(f"{call[1]} takes {_ARGUMENTS[call[1]]} arguments: {text}")
        return Rule(text, call=call[1], arguments=arguments)
    each, equation = "", text
    if text.startswith("each "):
        each, _, equation = text.removeprefix("each ").partition(":")
    left, sign, right = equation.partition("=")
    if not sign:
        raise ValueError(f"not an equation: {text}")
    return Rule(text, each=each.strip(), left=_terms(left), right=_terms(right))


def ties_rows_to_a_printed_total(rule: Rule) -> bool:
    """Whether the rule compares a sum over rows with a number printed outside the rows.

    A running balance does so too: it begins at the printed opening.
    """
    if rule.call == "running":
        return True
    names = [name for _, name in (*rule.left, *rule.right)]
    has_sum = any(name.startswith("sum(") for name in names)
    return has_sum and any(not name.startswith("sum(") for name in names)


def exercised(rules: Sequence[Rule], figures: Figures) -> tuple[list[Equation], list[Problem]]:
    """Try every rule; return the equations that held and a problem for each that did not."""
    held, problems = [], []
    for rule in rules:
        try:
            held += _tried(rule, figures)
        except DoesNotHold as failure:
            problems.append(Problem(f"{rule.text}: {failure.reason}", line=failure.line))
    return held, problems


def _terms(text: str) -> Terms:
    terms: list[tuple[int, str]] = []
    rest = text.strip()
    while rest:
        match = _TERM.match(rest)
        if match is None or (terms and not match[1]):
            raise ValueError(f"not a sum of fields: {text.strip()}")
        terms.append((-1 if match[1] == "-" else 1, match[2]))
        rest = rest[match.end() :]
    if not terms:
        raise ValueError("one side of an equation is empty")
    return tuple(terms)


def _tried(rule: Rule, figures: Figures) -> list[Equation]:
    if rule.call:
        return _call(rule, figures)
    if rule.each:
        return _each(rule, figures)
    touched = {name.removeprefix("sum(").split(".")[0] for _, name in (*rule.left, *rule.right)}
    if any(name in figures.absent for name in touched) and all(
        "." in name for _, name in (*rule.left, *rule.right)
    ):
        # A rule about nothing but a table that is not there proves nothing and is not counted.
        return []
    left = sum(sign * _amount(name, figures) for sign, name in rule.left)
    right = sum(sign * _amount(name, figures) for sign, name in rule.right)
    _same(left, right, None)
    return [Equation(rule.text, left, right, _kind_of(rule))]


def _kind_of(rule: Rule) -> ProofKind:
    """Sums over rows against a printed number are totals; printed numbers among themselves not."""
    return ProofKind.TOTAL if ties_rows_to_a_printed_total(rule) else ProofKind.ROW


def _each(rule: Rule, figures: Figures) -> list[Equation]:
    if rule.each in figures.absent:
        return []
    total = 0
    rows = _rows(rule.each, figures)
    for line, row in enumerate(rows, start=1):
        left = sum(sign * _fen(row.get(name)) for sign, name in rule.left)
        right = sum(sign * _fen(row.get(name)) for sign, name in rule.right)
        _same(left, right, line)
        total += left
    return [Equation(f"{rule.text} ({len(rows)} rows)", total, total, ProofKind.ROW)]


def _call(rule: Rule, figures: Figures) -> list[Equation]:
    table = rule.arguments[-1 if rule.call == "running" else 0].split(".")[0]
    if table in figures.absent:
        return []
    rows = _rows(table, figures)
    names = [name.partition(".")[2] or name for name in rule.arguments]
    if rule.call == "running":
        return _running(rule, rows, names, figures)
    seen: set[object] = set()
    for line, row in enumerate(rows, start=1):
        value = row.get(names[0])
        if rule.call == "sequence" and value != line:
            raise DoesNotHold("the numbering has a gap", line)
        if rule.call == "unique" and value in seen:
            raise DoesNotHold("the same reference stands on two lines", line)
        if rule.call == "one_of" and (value is None) == (row.get(names[1]) is None):
            raise DoesNotHold("exactly one of the two amounts must be printed", line)
        if rule.call == "within" and not _is_within(value, figures.header.get(names[1])):
            raise DoesNotHold("the date is outside the period", line)
        if (
            rule.call == "ascending"
            and line > 1
            and _is_before(value, rows[line - 2].get(names[0]))
        ):
            raise DoesNotHold("the dates do not ascend", line)
        seen.add(value)
    return [Equation(rule.text, len(rows), len(rows), ProofKind.ORDER)]


def _running(
    rule: Rule, rows: Sequence[Row], names: Sequence[str], figures: Figures
) -> list[Equation]:
    opening, paid_in, paid_out, balance = names
    reached = _amount(opening, figures)
    for line, row in enumerate(rows, start=1):
        reached += _fen(row.get(paid_in)) - _fen(row.get(paid_out))
        _same(reached, _fen(row.get(balance)), line)
    return [Equation(f"{rule.text} ({len(rows)} rows)", reached, reached, ProofKind.RUNNING)]


def _amount(name: str, figures: Figures) -> int:
    if name.startswith("sum("):
        table, _, column = name.removeprefix("sum(").removesuffix(")").partition(".")
        if table in figures.absent:
            return 0
        return sum(_fen(row.get(column)) for row in _rows(table, figures))
    if ".total." in name:
        table, _, column = name.partition(".total.")
        if table not in figures.totals or figures.totals[table].get(column) is None:
            raise DoesNotHold(f"{name} is not printed")
        return _fen(figures.totals[table][column])
    if figures.header.get(name) is None:
        raise DoesNotHold(f"{name} is not printed")
    return _fen(figures.header[name])


def _rows(table: str, figures: Figures) -> Sequence[Row]:
    rows = figures.rows.get(table, ())
    if not rows:
        raise DoesNotHold(f"{table} has no row")
    return rows


def _fen(value: object) -> int:
    if value is None:
        return 0
    if not isinstance(value, int):
        raise DoesNotHold("a value in it is no amount")
    return value


def _same(left: int, right: int, line: int | None) -> None:
    if left != right:
        raise DoesNotHold(f"{Money(left).grouped()} is not {Money(right).grouped()}", line)


def _is_within(value: object, period: object) -> bool:
    if not isinstance(value, date) or not isinstance(period, Period):
        return False
    return period.first_day <= value <= period.last_day


def _is_before(value: object, earlier: object) -> bool:
    return isinstance(value, date) and isinstance(earlier, date) and value < earlier
