"""Rows of bills paid in parts: the bill, its parts, each attempt at a channel, each refund."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime

_LIVE = text("state IN ('asked', 'waiting', 'captured') AND asked_back < minor")
_UNBILLED = text("billed_back < asked_back")


class PaymentBillRow(SQLModel, table=True):
    """One bill; append-only. `place` is where it was opened: a till, the patient's page;
    `payer_ref` a digest of whoever pays, empty when nobody knows."""

    __tablename__ = "payment_bill"

    payment_no: str = Field(primary_key=True)
    case_no: str | None = Field(foreign_key="case_file.case_no", index=True)
    currency: str
    minor: int = Field(sa_type=BigInteger)
    opened_by: str
    place: str
    payer_ref: str = ""
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)

    __table_args__ = (CheckConstraint("minor > 0", name="above_zero"),)


class PaymentPartRow(SQLModel, table=True):
    """What one bearer owes of a bill; append-only."""

    __tablename__ = "payment_part"

    payment_no: str = Field(primary_key=True, foreign_key="payment_bill.payment_no")
    n: int = Field(primary_key=True)
    kind: str
    currency: str
    minor: int = Field(sa_type=BigInteger)

    __table_args__ = (CheckConstraint("minor > 0", name="above_zero"),)


class PaymentEventRow(SQLModel, table=True):
    """One move of a bill; append-only."""

    __tablename__ = "payment_event"

    payment_no: str = Field(primary_key=True, foreign_key="payment_bill.payment_no")
    n: int = Field(primary_key=True)
    event: str
    stage: str
    why: str
    at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (UniqueConstraint("payment_no", "event"),)


class PayAttemptRow(SQLModel, table=True):
    """One number under which one channel was asked for one part; at most one of a part is live, and
    one that was given back whole is not.

    `asked_back` is what its refunds ask back; only their trigger changes it. `billed_back` is what
    those of them come to that stand in booked bills of the channel, and -1 until the payment does.
    """

    __tablename__ = "pay_attempt"

    pay_no: str = Field(primary_key=True)
    payment_no: str = Field(index=True)
    n: int
    channel: str
    currency: str
    minor: int = Field(sa_type=BigInteger)
    state: str
    why: str = ""
    channel_no: str = ""
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_back: int = Field(default=0, sa_type=BigInteger)
    billed_back: int = Field(default=-1, sa_type=BigInteger)
    pay_url: str = ""
    asked_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (
        ForeignKeyConstraint(["payment_no", "n"], ["payment_part.payment_no", "payment_part.n"]),
        CheckConstraint("minor > 0", name="above_zero"),
        CheckConstraint("asked_back >= 0 AND asked_back <= minor", name="within_the_whole"),
        CheckConstraint(
            "asked_back = 0 OR state IN ('captured', 'surplus')", name="returns_what_it_took"
        ),
        Index(
            "uq_pay_attempt_live",
            "payment_no",
            "n",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(
            "ix_pay_attempt_unbilled",
            "channel",
            "state",
            sqlite_where=_UNBILLED,
            postgresql_where=_UNBILLED,
        ),
    )


class AttemptEventRow(SQLModel, table=True):
    """What a channel told of an attempt, when it changed what we know; append-only."""

    __tablename__ = "pay_attempt_event"

    id: int | None = Field(default=None, primary_key=True)
    pay_no: str = Field(foreign_key="pay_attempt.pay_no", index=True)
    state: str
    raw_state: str
    channel_no: str
    at: datetime = Field(sa_type=UtcDateTime)


class PayRefundRow(SQLModel, table=True):
    """Money of one attempt on its way back; refunded and failed are final."""

    __tablename__ = "pay_refund"

    refund_no: str = Field(primary_key=True)
    pay_no: str = Field(foreign_key="pay_attempt.pay_no", index=True)
    currency: str
    minor: int = Field(sa_type=BigInteger)
    state: str
    reason: str
    asked_by: str
    channel_no: str = ""
    asked_at: datetime = Field(sa_type=UtcDateTime, index=True)
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("minor > 0", name="above_zero"),)


class PayCircuitRow(SQLModel, table=True):
    """How a pay channel did of late; `open_since` is empty while it is used as always."""

    __tablename__ = "pay_circuit"

    channel: str = Field(primary_key=True)
    failures: int = 0
    open_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    good_trials: int = 0
