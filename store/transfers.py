"""Credits that the bank is expected to show: one for each remittance or channel settlement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from domain.ledger import suspense
from domain.money import Money
from store.rows import FactDiffers, insert_all, insert_once, locked
from store.tables_money import (
    AwaitedCaseRow,
    AwaitedTransferRow,
    DifferenceRow,
    LineSettlementRow,
    StatementLineRow,
)

_IDENTIFIED = "identified:"
"""How the key of a transfer begins that a line met which was explained by a decision before."""


class NoSuchTransfer(LookupError):
    """No transfer is awaited for this advice."""

    def __init__(self, advice_no: str) -> None:
        self.advice_no = advice_no
        super().__init__(f"No transfer is awaited for advice {advice_no}.")


class TransferAlreadySettled(ValueError):
    """An awaited transfer has come, or was written off."""

    def __init__(self, advice_no: str, key: str) -> None:
        self.advice_no, self.key = advice_no, key
        super().__init__(f"The transfer of advice {advice_no} is already settled by {key}.")


@dataclass(frozen=True)
class AwaitedView:
    """One credit that the bank should show; `matched_line` is the one that did."""

    advice_no: str
    payer: str
    account_hint: str
    trace_number: str
    amount: Money
    due_on: date
    matched_line: str | None
    written_off: bool
    case_nos: list[str]


def await_transfer(
    s: Session,
    *,
    advice_no: str,
    payer: str,
    account_hint: str,
    trace_number: str,
    amount: Money,
    due_on: date,
    case_nos: Iterable[str],
) -> AwaitedView:
    """Expect a credit, once. Raises: FactDiffers, when it is expected with another content."""
    row = AwaitedTransferRow(
        advice_no=advice_no,
        payer=payer,
        account_hint=account_hint,
        trace_number=trace_number,
        currency=amount.currency,
        minor=amount.minor,
        due_on=due_on,
    )
    if insert_once(s, row):
        paid = sorted(set(case_nos))
        insert_all(s, [AwaitedCaseRow(advice_no=advice_no, case_no=case_no) for case_no in paid])
        return _view(row, None, paid)
    known = _locked_transfer(s, advice_no)
    for name in ("payer", "account_hint", "trace_number", "currency", "minor"):
        if getattr(known, name) != getattr(row, name):
            raise FactDiffers(f"Awaited transfer {advice_no}", name)
    return _views(s, [known])[0]


def awaited_transfers(s: Session, open_only: bool = True) -> list[AwaitedView]:
    """What the bank should show, by due day; `open_only` leaves out what came or was given up."""
    statement = select(AwaitedTransferRow)
    if open_only:
        matched = select(LineSettlementRow.advice_no).where(
            col(LineSettlementRow.advice_no).is_not(None)
        )
        statement = statement.where(
            col(AwaitedTransferRow.written_off_key).is_(None),
            col(AwaitedTransferRow.advice_no).not_in(matched),
        )
    by_day = statement.order_by(col(AwaitedTransferRow.due_on), AwaitedTransferRow.advice_no)
    return _views(s, s.exec(by_day).all())


def awaited_of_case(s: Session, case_no: str) -> list[AwaitedView]:
    """Every transfer that pays a case, whatever became of it."""
    advices = select(AwaitedCaseRow.advice_no).where(AwaitedCaseRow.case_no == case_no)
    statement = select(AwaitedTransferRow).where(col(AwaitedTransferRow.advice_no).in_(advices))
    by_day = statement.order_by(col(AwaitedTransferRow.due_on), AwaitedTransferRow.advice_no)
    return _views(s, s.exec(by_day).all())


def write_off_transfer(s: Session, advice_no: str, key: str) -> None:
    """Give an awaited transfer up, once. Raises: NoSuchTransfer, TransferAlreadySettled."""
    row = _locked_transfer(s, advice_no)
    matched = s.exec(
        select(LineSettlementRow).where(LineSettlementRow.advice_no == advice_no)
    ).first()
    settled_by = matched.key if matched is not None else row.written_off_key
    if settled_by is None:
        row.written_off_key = key
        s.flush()
    elif settled_by != key:
        raise TransferAlreadySettled(advice_no, settled_by)


def accepted_lines(s: Session, account: str, until: date) -> list[tuple[str, str, Money]]:
    """Lines that a person accepted as nothing announced: id, reference and amount of each."""
    statement = (
        select(StatementLineRow)
        .join(DifferenceRow, col(DifferenceRow.line_id) == col(StatementLineRow.line_id))
        .join(LineSettlementRow, col(LineSettlementRow.line_id) == col(StatementLineRow.line_id))
        .where(
            DifferenceRow.suspense_account == suspense(account),
            DifferenceRow.settled_how == "accept",
            col(LineSettlementRow.advice_no).is_(None),
            StatementLineRow.account == account,
            col(StatementLineRow.booked_on) <= until,
        )
    )
    rows = s.exec(statement.order_by(StatementLineRow.line_id)).all()
    return [(row.line_id, row.trace_number, Money(row.minor, row.currency)) for row in rows]


def identify_transfer(s: Session, advice_no: str, line_id: str) -> None:
    """Say that a line met it which a decision had explained before. Raises: as above."""
    write_off_transfer(s, advice_no, f"{_IDENTIFIED}{line_id}")


def line_that_met(written_off_key: str | None) -> str | None:
    """The line that met a transfer after a decision had explained it; None when none did."""
    if written_off_key is None or not written_off_key.startswith(_IDENTIFIED):
        return None
    return written_off_key.removeprefix(_IDENTIFIED)


def _locked_transfer(s: Session, advice_no: str) -> AwaitedTransferRow:
    row = locked(s, select(AwaitedTransferRow).where(AwaitedTransferRow.advice_no == advice_no))
    if row is None:
        raise NoSuchTransfer(advice_no)
    return row


def _views(s: Session, rows: Iterable[AwaitedTransferRow]) -> list[AwaitedView]:
    listed = list(rows)
    if not listed:
        return []
    numbers = [row.advice_no for row in listed]
    cases: dict[str, list[str]] = {number: [] for number in numbers}
    of_advices = select(AwaitedCaseRow).where(col(AwaitedCaseRow.advice_no).in_(numbers))
    for link in s.exec(of_advices.order_by(AwaitedCaseRow.case_no)).all():
        cases[link.advice_no].append(link.case_no)
    settled = select(LineSettlementRow).where(col(LineSettlementRow.advice_no).in_(numbers))
    lines = {row.advice_no: row.line_id for row in s.exec(settled).all()}
    return [_view(row, lines.get(row.advice_no), cases[row.advice_no]) for row in listed]


def _view(row: AwaitedTransferRow, matched_line: str | None, case_nos: list[str]) -> AwaitedView:
    key, met = row.written_off_key, line_that_met(row.written_off_key)
    if met is not None:
        matched_line, key = met, None
    return AwaitedView(
        row.advice_no,
        row.payer,
        row.account_hint,
        row.trace_number,
        Money(row.minor, row.currency),
        row.due_on,
        matched_line,
        key is not None,
        case_nos,
    )
