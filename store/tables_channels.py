"""Rows of the pay channels that are files: which version is live, how they answer, their traces.

Apart from the money: a channel that is never used again leaves these rows behind and no open item.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime
from store.tables_versions import FileVersionRow, by_two_persons


class PayChannelVersionRow(FileVersionRow, table=True):
    """One version of a channel's file, and what it scored."""

    __tablename__ = "pay_channel_version"

    channel: str
    score: list[dict[str, Any]] = Field(sa_type=JSON)

    __table_args__ = by_two_persons()


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
