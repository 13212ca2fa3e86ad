"""Rows of the pay channels that are files: versions, answers, traces, and their daily bills.

Apart from the money: a channel that is never used again leaves these rows behind and no open item.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKeyConstraint, UniqueConstraint
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


class ChannelBillRow(SQLModel, table=True):
    """One booked bill of a channel's day; append-only, its proof must be there first.

    `n` counts a channel's bills in the order of booking. `net_minor` is what it comes to,
    `carried_minor` what days below nought before it left to be taken off; `advice_no` names the
    credit that is awaited, empty when nothing is left to be paid.
    """

    __tablename__ = "channel_bill"

    channel: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    day: date
    bill_no: str
    currency: str
    net_minor: int = Field(sa_type=BigInteger)
    carried_minor: int = Field(sa_type=BigInteger)
    advice_no: str
    settles_on: date
    content_hash: str
    document_sha256: str
    booked_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (
        UniqueConstraint("channel", "day"),
        CheckConstraint("n > 0", name="counted"),
        CheckConstraint("carried_minor <= 0", name="taken_off"),
    )


class ChannelBillLineRow(SQLModel, table=True):
    """One payment or refund of a bill, by our number of it, or one adjustment of a payment, by its
    own, with what it is about as its `channel_no`; append-only. In one bill only."""

    __tablename__ = "channel_bill_line"

    channel: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    n: int
    pay_no: str = Field(index=True)
    channel_no: str
    moved_on: date
    minor: int = Field(sa_type=BigInteger)
    fee_minor: int = Field(sa_type=BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["channel", "n"], ["channel_bill.channel", "channel_bill.n"]),
    )
