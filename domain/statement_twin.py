"""Two documents about the same days of one account, a print and a file for machines: they agree, or
a person is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.money import Money
from domain.proof import Equation, NotProved, Problem, ProofKind
from domain.statement import BankStatement


class TwinsDiffer(NotProved):
    """A print and a file for machines tell the same days of one account differently."""


@dataclass(frozen=True)
class StatementFigures:
    """What two documents about the same days must have in common; `went` is above zero."""

    account: str
    opening: Money
    closing: Money
    lines: int
    came: Money
    went: Money


def figures_of(statements: Sequence[BankStatement]) -> StatementFigures:
    """The figures of statements that go on from each other; at least one is given."""
    amounts = [line.amount for one in statements for line in one.lines]
    first, last = statements[0], statements[-1]
    nought = Money(0, first.opening.currency)
    return StatementFigures(
        account=first.account,
        opening=first.opening,
        closing=last.closing,
        lines=len(amounts),
        came=Money.total((one for one in amounts if one > nought), nought.currency),
        went=Money.total((-one for one in amounts if one < nought), nought.currency),
    )


def prove_twins(one: StatementFigures, other: StatementFigures) -> list[Equation]:
    """Return the equations that tie two documents to each other.

    Raises: TwinsDiffer, with every figure that is not alike.
    """
    problems = [
        Problem(f"the print and its twin differ in the {name}: {left} is not {right}")
        for name, left, right in (
            ("account", one.account, other.account),
            ("opening balance", one.opening, other.opening),
            ("closing balance", one.closing, other.closing),
            ("number of lines", one.lines, other.lines),
            ("sum of what came", one.came, other.came),
            ("sum of what went", one.went, other.went),
        )
        if left != right
    ]
    if problems:
        raise TwinsDiffer(problems)
    return [
        Equation(f"{name} = its twin's", left, right, ProofKind.IDENTITY)
        for name, left, right in (
            ("opening", one.opening.minor, other.opening.minor),
            ("closing", one.closing.minor, other.closing.minor),
            ("number of lines", one.lines, other.lines),
            ("sum of what came", one.came.minor, other.came.minor),
            ("sum of what went", one.went.minor, other.went.minor),
        )
    ]
