"""Rows of what payers and banks say: remittances, awaited transfers, bank statements, payments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class RemittanceRow(SQLModel, table=True):
    """One booked remittance advice; its proof is a row of its own, and must be there first."""

    __tablename__ = "remittance"

    remittance_no: str = Field(primary_key=True)
    payer: str
    paid_on: date
    trace_number: str
    currency: str
    total_minor: int = Field(sa_type=BigInteger)
    content_hash: str
    document_sha256: str
    booked_at: datetime = Field(sa_type=UtcDateTime)


class RemittanceLineRow(SQLModel, table=True):
    """What a remittance says about one claim."""

    __tablename__ = "remittance_line"

    remittance_no: str = Field(primary_key=True, foreign_key="remittance.remittance_no")
    n: int = Field(primary_key=True)
    claim_no: str = Field(index=True)
    version: int
    billed_minor: int = Field(sa_type=BigInteger)
    paid_minor: int = Field(sa_type=BigInteger)
    adjustments: list[Any] = Field(sa_type=JSON)


class ProviderAdjustmentRow(SQLModel, table=True):
    """Money of a remittance that belongs to no line; negative when taken back."""

    __tablename__ = "provider_adjustment"

    remittance_no: str = Field(primary_key=True, foreign_key="remittance.remittance_no")
    n: int = Field(primary_key=True)
    claim_no: str = Field(index=True)
    reason: str
    minor: int = Field(sa_type=BigInteger)


class AwaitedTransferRow(SQLModel, table=True):
    """One credit that the bank is expected to show."""

    __tablename__ = "awaited_transfer"

    advice_no: str = Field(primary_key=True)
    payer: str
    account_hint: str
    trace_number: str = Field(index=True)
    currency: str
    minor: int = Field(sa_type=BigInteger)
    due_on: date
    written_off_key: str | None = Field(default=None, unique=True)


class AwaitedCaseRow(SQLModel, table=True):
    """Which cases an awaited transfer pays."""

    __tablename__ = "awaited_transfer_case"

    advice_no: str = Field(primary_key=True, foreign_key="awaited_transfer.advice_no")
    case_no: str = Field(primary_key=True, index=True)


class StatementRow(SQLModel, table=True):
    """One imported bank statement; its proof is a row of its own, and must be there first."""

    __tablename__ = "bank_statement"

    account: str = Field(primary_key=True)
    statement_no: str = Field(primary_key=True)
    from_day: date
    to_day: date
    currency: str
    opening_minor: int = Field(sa_type=BigInteger)
    closing_minor: int = Field(sa_type=BigInteger)
    content_hash: str
    document_sha256: str
    imported_at: datetime = Field(sa_type=UtcDateTime)


class StatementLineRow(SQLModel, table=True):
    """One movement of a bank account. What the bank wrote about people is sealed."""

    __tablename__ = "statement_line"

    line_id: str = Field(primary_key=True)
    account: str = Field(index=True)
    statement_no: str
    n: int
    booked_on: date
    currency: str
    minor: int = Field(sa_type=BigInteger)
    trace_number: str = Field(index=True)
    text_sealed: bytes
    counterparty_sealed: bytes

    __table_args__ = (UniqueConstraint("account", "statement_no", "n"),)


class LineSettlementRow(SQLModel, table=True):
    """How a statement line was explained: by an awaited transfer or by a decision; append-only."""

    __tablename__ = "line_settlement"

    line_id: str = Field(primary_key=True, foreign_key="statement_line.line_id")
    key: str = Field(unique=True)
    advice_no: str | None = Field(foreign_key="awaited_transfer.advice_no", unique=True)
    how: str


class DifferenceRow(SQLModel, table=True):
    """Unclear money with an owner and a day to ask; suspense is the sum of the open ones."""

    __tablename__ = "difference"

    no: str = Field(primary_key=True)
    natural_key: str = Field(unique=True)
    kind: str
    currency: str
    minor: int = Field(sa_type=BigInteger)
    suspense_account: str
    case_no: str | None = Field(index=True)
    line_id: str | None
    claim_no: str | None
    opened_on: date
    ask_on: date
    review_no: str | None = None
    settled_how: str | None = None
    settled_by_decision: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("minor <> 0", name="not_zero"),)


class PaymentRow(SQLModel, table=True):
    """What a patient paid over the pay channel."""

    __tablename__ = "payment"

    payment_no: str = Field(primary_key=True)
    link_no: str
    case_no: str = Field(foreign_key="case_file.case_no", index=True)
    currency: str
    minor: int = Field(sa_type=BigInteger)
    paid_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("minor > 0", name="above_zero"),)
