"""What the bank says happened on our account, and the proof that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.money import Money
from domain.proof import Equation, ProofKind


@dataclass(frozen=True)
class StatementLine:
    """One movement; positive when money came in. `line_id` is the bank's own unique number."""

    line_id: str
    booked_on: date
    amount: Money
    trace_number: str
    text: str
    counterparty: str


@dataclass(frozen=True)
class BankStatement:
    """The movements of one account over one period."""

    statement_no: str
    account: str
    from_day: date
    to_day: date
    opening: Money
    closing: Money
    lines: tuple[StatementLine, ...]

    def equations(self) -> list[Equation]:
        """What must hold within it. Raises: StatementDoesNotAddUp.

        A statement without a line proves nothing and is refused: nought is always nought.
        """
        if not self.lines:
            raise StatementDoesNotAddUp(
                self.statement_no, "no line at all, movements", Money(0), self.closing
            )
        moved = Money.total((line.amount for line in self.lines), self.opening.currency)
        reached = self.opening + moved
        if reached != self.closing:
            raise StatementDoesNotAddUp(
                self.statement_no, "opening + movements", reached, self.closing
            )
        return [Equation("opening + movements = closing", reached.minor, self.closing.minor)]


class StatementDoesNotAddUp(ValueError):
    """Opening plus movements is not closing; nothing of it may be booked."""

    def __init__(self, statement_no: str, what: str, left: Money, right: Money) -> None:
        self.statement_no, self.what, self.left, self.right = statement_no, what, left, right
        super().__init__(
            f"Bank statement {statement_no}: {what} {left.grouped()}, should be "
            f"{right.grouped()} {right.currency}."
        )


def prove_continuation(statement: BankStatement, previous_closing: Money) -> Equation:
    """Return the equation that ties a statement to the one before it on the same account.

    Raises: StatementDoesNotAddUp.
    """
    if previous_closing != statement.opening:
        raise StatementDoesNotAddUp(
            statement.statement_no, "opening", statement.opening, previous_closing
        )
    return Equation(
        "opening = previous closing",
        statement.opening.minor,
        previous_closing.minor,
        ProofKind.IDENTITY,
    )
