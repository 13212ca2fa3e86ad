"""How cases are read: with their sums, their history, and the order that they began with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from domain.lifecycle import ENDED, CaseEvent, CaseStage
from domain.money import Money
from domain.order import Order
from store.case_amounts import CaseAmounts, amounts_of_cases
from store.rows import open_text, sealer_of
from store.tables_cases import CaseEventRow, CaseRow

_ORDER = TypeAdapter(Order)


class NoSuchCase(LookupError):
    """No case of this number was opened."""

    def __init__(self, case_no: str) -> None:
        self.case_no = case_no
        super().__init__(f"There is no case {case_no}.")


@dataclass(frozen=True)
class CaseHead:
    """A case without its sums; no personal data."""

    case_no: str
    workflow_id: str
    run_id: str
    stage: CaseStage
    hospital_code: str
    hospital_name: str
    payers: tuple[str, ...]
    total: Money
    started_by: str | None
    prepared_by: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class CaseView(CaseHead):
    """A case as pages see it.

    `paid` is what payers say they pay plus what the patient paid; `open` what is still owed.
    """

    billed: Money
    paid: Money
    adjusted: Money
    written_off: Money
    open: Money


@dataclass(frozen=True)
class CaseEventView:
    """One move of a case, oldest first in a history."""

    n: int
    key: str
    event: CaseEvent
    before: CaseStage | None
    after: CaseStage
    actor: str
    reason: str
    facts: dict[str, str]
    at: datetime


def case_of(s: Session, case_no: str) -> CaseView:
    """Raises: NoSuchCase."""
    return _views(s, [_row_of(s, case_no)])[0]


def head_of(s: Session, case_no: str) -> CaseHead:
    """The case without its sums, for a third of the statements. Raises: NoSuchCase."""
    return CaseHead(**_head(_row_of(s, case_no)))


def order_of(s: Session, case_no: str) -> Order:
    """The order as it was when the case opened, with the patient's data. Raises: NoSuchCase."""
    return _ORDER.validate_json(sealer_of(s).open(_row_of(s, case_no).order_sealed))


def open_cases(s: Session) -> list[CaseView]:
    """Every case that has not ended, oldest first."""
    ended = [stage.value for stage in ENDED]
    statement = select(CaseRow).where(col(CaseRow.stage).not_in(ended))
    return _views(s, s.exec(statement.order_by(CaseRow.case_no)).all())


def list_cases(s: Session, stage: CaseStage | None = None, limit: int = 200) -> list[CaseView]:
    """The latest cases first."""
    statement = select(CaseRow)
    if stage is not None:
        statement = statement.where(CaseRow.stage == stage)
    newest = statement.order_by(col(CaseRow.opened_at).desc(), CaseRow.case_no).limit(limit)
    return _views(s, s.exec(newest).all())


def history_of(s: Session, case_no: str) -> list[CaseEventView]:
    """Every move, oldest first. Raises: NoSuchCase."""
    case_of(s, case_no)
    statement = select(CaseEventRow).where(CaseEventRow.case_no == case_no)
    return [
        CaseEventView(
            row.n,
            row.key,
            CaseEvent(row.event),
            CaseStage(row.stage_before) if row.stage_before else None,
            CaseStage(row.stage_after),
            row.actor,
            open_text(s, row.reason_sealed),
            dict(row.facts),
            row.at,
        )
        for row in s.exec(statement.order_by(col(CaseEventRow.n))).all()
    ]


def order_json(order: Order) -> bytes:
    """An order as it is sealed."""
    return _ORDER.dump_json(order)


def _row_of(s: Session, case_no: str) -> CaseRow:
    row = s.get(CaseRow, case_no)
    if row is None:
        raise NoSuchCase(case_no)
    return row


def _views(s: Session, rows: Sequence[CaseRow]) -> list[CaseView]:
    amounts = amounts_of_cases(s, [row.case_no for row in rows])
    return [_view(row, amounts[row.case_no]) for row in rows]


def _view(row: CaseRow, amounts: CaseAmounts) -> CaseView:
    def money(minor: int) -> Money:
        return Money(minor, row.currency)

    return CaseView(
        **_head(row),
        billed=money(amounts.billed),
        paid=money(amounts.paid),
        adjusted=money(amounts.adjusted),
        written_off=money(amounts.written_off),
        open=money(amounts.open),
    )


def _head(row: CaseRow) -> dict[str, Any]:
    return {
        "case_no": row.case_no,
        "workflow_id": row.workflow_id,
        "run_id": row.run_id,
        "stage": CaseStage(row.stage),
        "hospital_code": row.hospital_code,
        "hospital_name": row.hospital_name,
        "payers": tuple(row.payers),
        "total": Money(row.total_minor, row.currency),
        "started_by": row.started_by,
        "prepared_by": row.prepared_by,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
    }
