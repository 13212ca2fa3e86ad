"""Rows of the ledger: two-account legs under a seal, and what is still open on either side.

A journal cannot be committed without its seal (a deferred foreign key), and the seal refuses
unless the legs and their total are what it says; triggers refuse every change afterwards.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    UniqueConstraint,
)
from sqlmodel import Column, Field, SQLModel

from store.rows import UtcDateTime


class AccountRow(SQLModel, table=True):
    """One account in one currency."""

    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    code: str
    currency: str
    kind: str
    suspense: bool

    __table_args__ = (
        UniqueConstraint("code", "currency"),
        UniqueConstraint("id", "currency"),
        CheckConstraint("kind IN ('asset','liability','income','expense')", name="kind"),
    )


class JournalRow(SQLModel, table=True):
    """The head of one business fact in the books."""

    __tablename__ = "journal"

    id: int | None = Field(
        default=None,
        sa_column=Column(
            ForeignKey(
                "journal_seal.journal_id",
                name="fk_journal_sealed",
                deferrable=True,
                initially="DEFERRED",
                use_alter=True,
            ),
            primary_key=True,
            autoincrement=True,
        ),
    )
    idem_key: str = Field(unique=True)
    payload_hash: str
    effective: date = Field(index=True)
    period: str
    text: str
    source_type: str
    source_id: str
    reverses: int | None = Field(default=None, foreign_key="journal.id", unique=True)
    posted_by: str
    approved_by: str | None
    posted_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("approved_by <> posted_by", name="maker_is_not_checker"),)


class LegRow(SQLModel, table=True):
    """An amount from the credit of one account to the debit of another: balanced by itself."""

    __tablename__ = "leg"

    journal_id: int = Field(primary_key=True, foreign_key="journal.id")
    n: int = Field(primary_key=True)
    debit_id: int = Field(index=True)
    credit_id: int = Field(index=True)
    currency: str
    minor: int = Field(sa_type=BigInteger)
    doc: str = Field(index=True)

    __table_args__ = (
        CheckConstraint("minor > 0", name="above_zero"),
        CheckConstraint("debit_id <> credit_id", name="two_accounts"),
        ForeignKeyConstraint(["debit_id", "currency"], ["account.id", "account.currency"]),
        ForeignKeyConstraint(["credit_id", "currency"], ["account.id", "account.currency"]),
    )


class SealRow(SQLModel, table=True):
    """Closes a journal: how many legs it has and what they add up to."""

    __tablename__ = "journal_seal"

    journal_id: int = Field(primary_key=True, foreign_key="journal.id")
    legs: int
    total: int = Field(sa_type=BigInteger)


class OpenItemRow(SQLModel, table=True):
    """What somebody owes us; `allocated` is raised only by the trigger on `allocation`."""

    __tablename__ = "open_item"

    item_no: str = Field(primary_key=True)
    case_no: str = Field(foreign_key="case_file.case_no", index=True)
    payer: str
    kind: str
    currency: str
    minor: int = Field(sa_type=BigInteger)
    allocated: int = Field(default=0, sa_type=BigInteger)
    due_on: date | None

    __table_args__ = (
        CheckConstraint("minor > 0", name="above_zero"),
        CheckConstraint("allocated BETWEEN 0 AND minor", name="allocated_within"),
        CheckConstraint("kind IN ('claim','patient','disputed')", name="kind"),
        UniqueConstraint("item_no", "currency"),
    )


class AllocationRow(SQLModel, table=True):
    """One amount that settles a part of an open item; append-only, undone by a reversing row."""

    __tablename__ = "allocation"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    item_no: str = Field(index=True)
    currency: str
    minor: int = Field(sa_type=BigInteger)
    why: str
    reverses: str | None = Field(default=None, foreign_key="allocation.key", unique=True)

    __table_args__ = (
        CheckConstraint(
            "(reverses IS NULL AND minor > 0) OR (reverses IS NOT NULL AND minor < 0)",
            name="sign",
        ),
        ForeignKeyConstraint(["item_no", "currency"], ["open_item.item_no", "open_item.currency"]),
    )
