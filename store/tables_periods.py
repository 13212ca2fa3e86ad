"""Rows of the periods of the books: who closed a month, who asked to open it again, who agreed.

Apart from the ledger, because a period is people's word about it; what a word may follow is
guarded in the database (`store/migrations/`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class PeriodEventRow(SQLModel, table=True):
    """One word about a period ("2026-01"); the last one counts. Append-only."""

    __tablename__ = "period_event"

    period: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    what: str
    person: str
    why: str
    figures: dict[str, Any] = Field(sa_type=JSON)
    at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (
        CheckConstraint(
            "what IN ('closed','reopen_asked','reopen_refused','reopened')", name="what"
        ),
        CheckConstraint("length(period) = 7", name="month"),
    )
