"""Rows of vouchers of bank money: what was handed to the ERP, and which journals are in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class FundVoucherRow(SQLModel, table=True):
    """One voucher, frozen before it is sent; `voucher_no` is the ERP's, once it has answered."""

    __tablename__ = "fund_voucher"

    key: str = Field(primary_key=True)
    day: date
    legs: list[Any] = Field(sa_type=JSON)
    frozen_at: datetime = Field(sa_type=UtcDateTime)
    voucher_no: str | None = None


class FundVoucherJournalRow(SQLModel, table=True):
    """A journal stands in one voucher."""

    __tablename__ = "fund_voucher_journal"

    journal_id: int = Field(primary_key=True, foreign_key="journal.id")
    key: str = Field(foreign_key="fund_voucher.key")
