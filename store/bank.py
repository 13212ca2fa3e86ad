"""What the bank says, line by line, and how each line was explained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.money import Money
from domain.proof import DocumentForm, Proved
from domain.statement import BankStatement, StatementLine
from domain.statement_twin import StatementFigures, figures_of
from store.proofs import form_of, record_proof, statement_subject
from store.rows import digest_of, insert_once, locked, open_text, seal_text
from store.tables_money import (
    AwaitedTransferRow,
    LineSettlementRow,
    StatementLineRow,
    StatementRow,
)
from store.transfers import NoSuchTransfer, TransferAlreadySettled

# A bank may state a day several times: -10 comes after -9, which text alone would deny.
_OLDEST_FIRST = (
    col(StatementRow.to_day),
    func.length(StatementRow.statement_no),
    col(StatementRow.statement_no),
)


class StatementDiffers(ValueError):
    """A statement, or a line of it, is imported with another content."""

    def __init__(self, account: str, statement_no: str, what: str) -> None:
        self.account, self.statement_no, self.what = account, statement_no, what
        super().__init__(
            f"Bank statement {statement_no} of {account}: {what} is imported with another content."
        )


@dataclass(frozen=True)
class StatementTwin:
    """Imported statements that came in the other form, and the number of the last of them."""

    statement_no: str
    figures: StatementFigures


class NoSuchLine(LookupError):
    """No imported statement has this line."""

    def __init__(self, line_id: str) -> None:
        self.line_id = line_id
        super().__init__(f"There is no statement line {line_id}.")


class LineAlreadyMatched(ValueError):
    """A statement line is explained once."""

    def __init__(self, line_id: str, key: str) -> None:
        self.line_id, self.key = line_id, key
        super().__init__(f"Statement line {line_id} is already explained by {key}.")


def record_statement(
    s: Session,
    proved: Proved[BankStatement],
    *,
    now: datetime,
) -> bool:
    """Record a proved statement with its proof; False when the same content is already there.

    Raises: StatementDiffers, also when a line stands on another statement; NothingWasProved.
    """
    statement = proved.value
    subject = statement_subject(statement.account, statement.statement_no)
    record_proof(s, proved, subject=subject, now=now)
    content = digest_of(asdict(statement))
    row = StatementRow(
        account=statement.account,
        statement_no=statement.statement_no,
        from_day=statement.from_day,
        to_day=statement.to_day,
        currency=statement.opening.currency,
        opening_minor=statement.opening.minor,
        closing_minor=statement.closing.minor,
        content_hash=content,
        document_sha256=proved.reading.sha256,
        imported_at=now,
    )
    if not insert_once(s, row):
        known = s.get(StatementRow, (statement.account, statement.statement_no))
        if known is None or known.content_hash != content:
            raise StatementDiffers(statement.account, statement.statement_no, "it")
        return False
    for n, line in enumerate(statement.lines, 1):
        if not insert_once(s, _line_row(s, statement, n, line)):
            raise StatementDiffers(
                statement.account, statement.statement_no, f"line {line.line_id}"
            )
    return True


def knows_statement(s: Session, account: str, statement_no: str) -> bool:
    """Whether a statement of this number is imported."""
    return s.get(StatementRow, (account, statement_no)) is not None


def twin_of(s: Session, proved: Proved[BankStatement]) -> StatementTwin | None:
    """What is imported of the same days in the other form: print, or for machines.

    A print may tell in one what a bank's files told day by day. Both end on the same day; MT940
    tells only from when money moved, so they need not begin alike: that the balances tell.
    """
    statement, is_print = proved.value, proved.reading.form == DocumentForm.PRINTED
    rows = select(StatementRow).where(
        StatementRow.account == statement.account,
        col(StatementRow.to_day) >= statement.from_day,
        col(StatementRow.to_day) <= statement.to_day,
    )
    others = [
        row
        for row in s.exec(rows.order_by(*_OLDEST_FIRST)).all()
        if (_form_of(s, row) == DocumentForm.PRINTED) != is_print
    ]
    if not others or others[-1].to_day != statement.to_day:
        return None
    figures = figures_of([_statement(s, row) for row in others])
    return StatementTwin(others[-1].statement_no, figures)


def _form_of(s: Session, row: StatementRow) -> DocumentForm:
    return form_of(s, row.document_sha256, statement_subject(row.account, row.statement_no))


def _statement(s: Session, row: StatementRow) -> BankStatement:
    lines = select(StatementLineRow).where(
        StatementLineRow.account == row.account,
        StatementLineRow.statement_no == row.statement_no,
    )
    return BankStatement(
        statement_no=row.statement_no,
        account=row.account,
        from_day=row.from_day,
        to_day=row.to_day,
        opening=Money(row.opening_minor, row.currency),
        closing=Money(row.closing_minor, row.currency),
        lines=tuple(_line(s, line) for line in s.exec(lines).all()),
    )


def last_opening(s: Session, account: str) -> Money | None:
    """The opening balance of the latest imported statement; None before the first."""
    latest = _latest(s, account)
    return None if latest is None else Money(latest.opening_minor, latest.currency)


def last_closing(s: Session, account: str) -> Money | None:
    """The closing balance of the latest imported statement; None before the first."""
    latest = _latest(s, account)
    return None if latest is None else Money(latest.closing_minor, latest.currency)


def last_day(s: Session, account: str) -> date | None:
    """The last day that an imported statement covers; None before the first."""
    latest = _latest(s, account)
    return None if latest is None else latest.to_day


def closing_on(s: Session, account: str, day: date) -> Money | None:
    """The bank's own balance after its last statement up to a day; None before the first."""
    latest = _latest(s, account, until=day)
    return None if latest is None else Money(latest.closing_minor, latest.currency)


def lines_of(s: Session, account: str) -> list[StatementLine]:
    """Every imported line of an account, by day and place in its statement."""
    return [_line(s, row) for row in s.exec(_by_day(account)).all()]


def line_of(s: Session, line_id: str) -> StatementLine:
    """One imported line. Raises: NoSuchLine."""
    row = s.get(StatementLineRow, line_id)
    if row is None:
        raise NoSuchLine(line_id)
    return _line(s, row)


def document_of_line(s: Session, line_id: str) -> str:
    """The SHA-256 of the document whose statement has this line. Raises: NoSuchLine."""
    line = s.get(StatementLineRow, line_id)
    if line is None:
        raise NoSuchLine(line_id)
    statement = s.get_one(StatementRow, (line.account, line.statement_no))
    return statement.document_sha256


def unmatched_lines(s: Session, account: str, up_to: date) -> list[StatementLine]:
    """Lines that nothing explains yet, booked on `up_to` or before."""
    explained = select(LineSettlementRow.line_id)
    statement = (
        _by_day(account)
        .where(col(StatementLineRow.line_id).not_in(explained))
        .where(col(StatementLineRow.booked_on) <= up_to)
    )
    return [_line(s, row) for row in s.exec(statement).all()]


def match_line(s: Session, *, line_id: str, advice_no: str, key: str, how: str = "match") -> None:
    """Explain a line by the transfer that was awaited, once; `how` names a decision that did.

    Raises: NoSuchLine, NoSuchTransfer, LineAlreadyMatched, TransferAlreadySettled.
    """
    transfer = locked(
        s, select(AwaitedTransferRow).where(AwaitedTransferRow.advice_no == advice_no)
    )
    if transfer is None:
        raise NoSuchTransfer(advice_no)
    if transfer.written_off_key is not None:
        raise TransferAlreadySettled(advice_no, transfer.written_off_key)
    _settle(s, LineSettlementRow(line_id=line_id, key=key, advice_no=advice_no, how=how))


def close_line(s: Session, line_id: str, *, key: str, how: str) -> None:
    """Explain a line by a decision on its difference. Raises: NoSuchLine, LineAlreadyMatched."""
    _settle(s, LineSettlementRow(line_id=line_id, key=key, advice_no=None, how=how))


def _settle(s: Session, row: LineSettlementRow) -> None:
    if s.get(StatementLineRow, row.line_id) is None:
        raise NoSuchLine(row.line_id)
    if insert_once(s, row):
        return
    known = s.get(LineSettlementRow, row.line_id)
    if known is None:
        other = s.exec(
            select(LineSettlementRow).where(LineSettlementRow.advice_no == row.advice_no)
        ).first()
        if other is not None and row.advice_no is not None:
            raise TransferAlreadySettled(row.advice_no, other.key)
        raise LineAlreadyMatched(row.line_id, row.key)
    if (known.key, known.advice_no, known.how) != (row.key, row.advice_no, row.how):
        raise LineAlreadyMatched(row.line_id, known.key)


def _latest(s: Session, account: str, until: date = date.max) -> StatementRow | None:
    statement = select(StatementRow).where(
        StatementRow.account == account, col(StatementRow.to_day) <= until
    )
    newest = statement.order_by(*(one.desc() for one in _OLDEST_FIRST))
    return s.exec(newest).first()


def _by_day(account: str) -> SelectOfScalar[StatementLineRow]:
    return (
        select(StatementLineRow)
        .where(StatementLineRow.account == account)
        .order_by(
            col(StatementLineRow.booked_on),
            StatementLineRow.statement_no,
            col(StatementLineRow.n),
        )
    )


def _line_row(
    s: Session, statement: BankStatement, n: int, line: StatementLine
) -> StatementLineRow:
    return StatementLineRow(
        line_id=line.line_id,
        account=statement.account,
        statement_no=statement.statement_no,
        n=n,
        booked_on=line.booked_on,
        currency=line.amount.currency,
        minor=line.amount.minor,
        trace_number=line.trace_number,
        text_sealed=seal_text(s, line.text),
        counterparty_sealed=seal_text(s, line.counterparty),
    )


def _line(s: Session, row: StatementLineRow) -> StatementLine:
    return StatementLine(
        row.line_id,
        row.booked_on,
        Money(row.minor, row.currency),
        row.trace_number,
        open_text(s, row.text_sealed),
        open_text(s, row.counterparty_sealed),
    )
