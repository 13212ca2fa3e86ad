"""Rows of what was held against the risk rules before money moved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class RiskEventRow(SQLModel, table=True):
    """One payment or refund as it was weighed, with the verdict; append-only."""

    __tablename__ = "risk_event"

    event_no: str = Field(primary_key=True)
    moving: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    currency: str
    minor: int = Field(sa_type=BigInteger)
    operator: str
    place: str
    payer_ref: str
    in_cash: bool
    has_return: bool
    verdict: str
    hits: list[Any] = Field(sa_type=JSON)

    __table_args__ = (CheckConstraint("minor > 0", name="above_zero"),)
