"""What became of every bank line of a day: what explains it, or why nothing does; who is asked.

Read from the facts as they stand: matching itself is told nothing and asked nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from domain.money import Money
from store import matches
from store.matches import MatchDecision, MatchFinding
from store.tables_money import (
    DifferenceRow,
    LineSettlementRow,
    StatementLineRow,
    StatementRow,
)
from store.tables_work import ReviewRow

State = Literal["matched", "decided", "open", "new"]
"""Explained by matching; closed as a person decided; waiting for one; not looked at yet."""

_AT_ONCE = 500


@dataclass(frozen=True)
class Asked:
    """Who is asked about an open difference: the roles that may decide, and until when.

    `owner` is the role whose work it is, "" when it is anybody's of these; `is_late`: it was handed
    on to it.
    """

    review_no: str
    state: str
    roles: tuple[str, ...]
    due_at: datetime
    owner: str
    is_late: bool


@dataclass(frozen=True)
class ExplainedLine:
    """One line and what is known of it.

    `item_no` is what it pays, or what it names. `decision` is missing for a line that was booked
    before decisions were kept. `ask_on` is the day from which a person is asked.
    """

    line_id: str
    account: str
    booked_on: date
    amount: Money
    trace_number: str
    state: State
    how: str
    item_no: str
    decision: MatchDecision | None
    finding: MatchFinding | None
    difference_no: str
    ask_on: date | None
    decided_by: str
    asked: Asked | None


def last_day_with_lines(s: Session, up_to: date) -> date | None:
    """The last day, up to this one, on which any bank line was booked; None without one."""
    statement = select(func.max(StatementLineRow.booked_on))
    return s.exec(statement.where(col(StatementLineRow.booked_on) <= up_to)).one()


def count_lines(s: Session, account: str, day: date) -> int:
    """How many lines an account has on a day."""
    statement = select(func.count()).select_from(StatementLineRow)
    return s.exec(statement.where(*_on(account, day))).one()


def statements_covering(s: Session, account: str, day: date) -> list[str]:
    """Numbers of the imported statements that speak of this day."""
    statement = select(StatementRow.statement_no).where(
        StatementRow.account == account,
        col(StatementRow.from_day) <= day,
        col(StatementRow.to_day) >= day,
    )
    return list(s.exec(statement.order_by(StatementRow.statement_no)).all())


def explained_lines(s: Session, account: str, day: date) -> Iterator[ExplainedLine]:
    """Every line of an account on a day, in the order of its statements, a few hundred at once."""
    statement = select(StatementLineRow).where(*_on(account, day))
    rows = s.exec(statement.order_by(StatementLineRow.statement_no, col(StatementLineRow.n))).all()
    for start in range(0, len(rows), _AT_ONCE):
        yield from _explained(s, rows[start : start + _AT_ONCE])


def _on(account: str, day: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(StatementLineRow.account) == account, col(StatementLineRow.booked_on) == day


def _explained(s: Session, rows: Sequence[StatementLineRow]) -> Iterator[ExplainedLine]:
    ids = [row.line_id for row in rows]
    decisions = matches.decisions_of(s, ids)
    findings = matches.last_findings_of(s, ids)
    settled = {
        row.line_id: row
        for row in s.exec(
            select(LineSettlementRow).where(col(LineSettlementRow.line_id).in_(ids))
        ).all()
    }
    differences = {
        row.line_id: row
        for row in s.exec(select(DifferenceRow).where(col(DifferenceRow.line_id).in_(ids))).all()
    }
    asked = _asked(s, [row.review_no for row in differences.values() if row.review_no])
    for row in rows:
        difference = differences.get(row.line_id)
        review_no = difference.review_no if difference else None
        yield _one(
            row,
            settled.get(row.line_id),
            decisions.get(row.line_id),
            findings.get(row.line_id),
            difference,
            asked.get(review_no or ""),
        )


def _asked(s: Session, numbers: Sequence[str]) -> dict[str, Asked]:
    rows = s.exec(select(ReviewRow).where(col(ReviewRow.review_no).in_(numbers))).all()
    return {
        row.review_no: Asked(
            review_no=row.review_no,
            state=row.state,
            roles=tuple(row.roles),
            due_at=row.due_at,
            owner=row.owner,
            is_late=row.escalated_at is not None,
        )
        for row in rows
    }


def _one(
    row: StatementLineRow,
    settled: LineSettlementRow | None,
    decision: MatchDecision | None,
    finding: MatchFinding | None,
    difference: DifferenceRow | None,
    asked: Asked | None,
) -> ExplainedLine:
    state: State
    if settled is None:
        state = "new" if difference is None else "open"
    else:
        state = "matched" if settled.how in ("match", "part", "offset") else "decided"
    named = decision.item_no if decision else finding.item_no if finding else ""
    return ExplainedLine(
        line_id=row.line_id,
        account=row.account,
        booked_on=row.booked_on,
        amount=Money(row.minor, row.currency),
        trace_number=row.trace_number,
        state=state,
        how=settled.how if settled else "",
        item_no=(settled.advice_no if settled else None) or named,
        decision=decision,
        finding=None if state == "matched" else finding,
        difference_no=difference.no if difference else "",
        ask_on=difference.ask_on if difference and state == "open" else None,
        decided_by=(difference.settled_by_decision or "") if difference else "",
        asked=asked if state != "matched" else None,
    )
