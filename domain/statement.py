"""What the bank says happened on our account, and the proof that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

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


@dataclass(frozen=True)
class BankNotice:
    """What a bank tells before its statement: an MT942 report or a camt.054 notice.

    `credits` and `debits` are the printed sums, both above zero. It books nothing by itself.
    """

    notice_no: str
    account: str
    credits: Money
    debits: Money
    lines: tuple[StatementLine, ...]

    def equations(self) -> list[Equation]:
        """What must hold within it. Raises: NoticeDoesNotAddUp, also for one without a line."""
        nought = Money(0, self.credits.currency)
        came = Money.total((ln.amount for ln in self.lines if ln.amount > nought), nought.currency)
        went = Money.total((-ln.amount for ln in self.lines if ln.amount < nought), nought.currency)
        if not self.lines or came != self.credits:
            raise NoticeDoesNotAddUp(self.notice_no, "credits", came, self.credits)
        if went != self.debits:
            raise NoticeDoesNotAddUp(self.notice_no, "debits", went, self.debits)
        return [
            Equation("sum of credits = printed sum", came.minor, self.credits.minor),
            Equation("sum of debits = printed sum", went.minor, self.debits.minor),
        ]


class NoticeDoesNotAddUp(ValueError):
    """The lines of a notice are not its printed sums."""

    def __init__(self, notice_no: str, what: str, added: Money, stated: Money) -> None:
        self.notice_no, self.what, self.added, self.stated = notice_no, what, added, stated
        super().__init__(
            f"Notice {notice_no}: {what} {added.grouped()}, printed {stated.grouped()} "
            f"{stated.currency}."
        )


class StatementsOverlap(StatementDoesNotAddUp):
    """A statement begins before the last one ends; some of its lines are booked already."""

    def __init__(self, statement: BankStatement, last_day: date, last_closing: Money) -> None:
        super().__init__(statement.statement_no, "opening", statement.opening, last_closing)
        self.last_day = last_day
        self.args = (
            f"Bank statement {statement.statement_no}: begins on {statement.from_day}, the last "
            f"one ends on {last_day}.",
        )


class StatementsLeaveGap(StatementDoesNotAddUp):
    """Days between two statements are missing, and their balances say that money moved there."""

    def __init__(self, statement: BankStatement, last_day: date, last_closing: Money) -> None:
        super().__init__(statement.statement_no, "opening", statement.opening, last_closing)
        self.last_day = last_day
        self.args = (
            f"Bank statement {statement.statement_no}: begins on {statement.from_day} with "
            f"{statement.opening.grouped()}, the last one ends on {last_day} with "
            f"{last_closing.grouped()} {last_closing.currency}.",
        )


def prove_succession(statement: BankStatement, *, last_day: date, last_closing: Money) -> Equation:
    """Return the equation that ties a statement to the last one in our books.

    A bank may state a day in parts, so the last day and the first may be the same. Raises:
    StatementsOverlap, StatementsLeaveGap, StatementDoesNotAddUp.
    """
    if statement.from_day < last_day:
        raise StatementsOverlap(statement, last_day, last_closing)
    is_next = statement.from_day <= last_day + timedelta(days=1)
    if statement.opening != last_closing and not is_next:
        raise StatementsLeaveGap(statement, last_day, last_closing)
    return prove_continuation(statement, last_closing)


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
