"""Rows of the pay channels that are files: which version is live, how they answer, their traces.

Apart from the money: a channel that is never used again leaves these rows behind and no open item.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class PayChannelVersionRow(SQLModel, table=True):
    """One version of a channel's file, what it scored, and who said what to it."""

    __tablename__ = "pay_channel_version"

    id: int | None = Field(default=None, primary_key=True)
    version_no: str = Field(unique=True)
    channel: str
    file_hash: str
    score: list[dict[str, Any]] = Field(sa_type=JSON)
    proposed_by: str
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    state: str = "proposed"
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    __table_args__ = (
        CheckConstraint("state IN ('proposed','live','rejected','stopped')", name="state"),
        CheckConstraint("decided_by IS NOT NULL OR state = 'proposed'", name="decided"),
        CheckConstraint("state <> 'live' OR decided_by <> proposed_by", name="two_persons"),
    )


class PayChannelAnswerRow(SQLModel, table=True):
    """One exchange with a channel, or one thing that was noticed in an answer; append-only."""

    __tablename__ = "pay_channel_answer"

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    call: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    ms: int
    outcome: str
    word: str

    __table_args__ = (CheckConstraint("ms >= 0", name="counted"),)


class PayTraceRow(SQLModel, table=True):
    """The trace number of one card message, given once; append-only."""

    __tablename__ = "pay_trace"

    channel: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    serial: int
    at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (
        UniqueConstraint("channel", "serial"),
        CheckConstraint("serial > 0", name="serial"),
    )
