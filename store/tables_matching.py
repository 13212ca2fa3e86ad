"""Rows of what matching decided, and of what it found about the lines that it left alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class MatchDecisionRow(SQLModel, table=True):
    """Why a statement line was booked against what was awaited; append-only."""

    __tablename__ = "match_decision"

    line_id: str = Field(primary_key=True, foreign_key="statement_line.line_id")
    item_no: str = Field(index=True)
    rule: str
    evidence: str
    off_minor: int = Field(sa_type=BigInteger)
    alternatives: int
    rule_version: str
    snapshot_sha256: str
    decided_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("alternatives > 0", name="itself_counted"),)


class MatchFindingRow(SQLModel, table=True):
    """Why a statement line was not booked, and what it may be; one row for each change of mind."""

    __tablename__ = "match_finding"

    line_id: str = Field(primary_key=True, foreign_key="statement_line.line_id")
    n: int = Field(primary_key=True)
    difference_class: str
    why: str
    item_no: str
    alternatives: int
    proposals: list[Any] = Field(sa_type=JSON)
    rule_version: str
    snapshot_sha256: str
    found_on: date
    found_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("n > 0", name="counted_from_one"),)
