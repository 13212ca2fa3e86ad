"""Rows around bills in parts: the patient's link, what channels told by themselves, refunds that
people asked for, and cash that two people counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class CashierLinkRow(SQLModel, table=True):
    """The way of a patient to one bill; append-only. The link itself is sealed: who holds it may
    look, and pay."""

    __tablename__ = "cashier_link"

    payment_no: str = Field(primary_key=True, foreign_key="payment_bill.payment_no")
    token_hash: str = Field(unique=True)
    token_sealed: bytes
    made_at: datetime = Field(sa_type=UtcDateTime)


class PayNoticeRow(SQLModel, table=True):
    """What a channel told by itself, verified; append-only. `digest` is that of the whole
    message, so the same one again is seen; `number` is a pay number or a refund number of ours."""

    __tablename__ = "pay_notice"

    channel: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    about: str
    number: str = Field(index=True)
    status: str
    currency: str
    minor: int = Field(sa_type=BigInteger)
    raw_state: str
    at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("about IN ('payment', 'refund')", name="about"),)


class PayReturnRow(SQLModel, table=True):
    """Money of a paid bill that somebody asked to send back; append-only. What becomes of it stands
    in its events, and for each part in `pay_refund` under numbers that begin with its own."""

    __tablename__ = "pay_return"

    return_no: str = Field(primary_key=True)
    payment_no: str = Field(foreign_key="payment_bill.payment_no", index=True)
    currency: str
    minor: int = Field(sa_type=BigInteger)
    reason: str
    asked_by: str
    place: str
    has_return: bool
    asked_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("minor > 0", name="above_zero"),)


class PayReturnPartRow(SQLModel, table=True):
    """How much of one part is asked back; append-only."""

    __tablename__ = "pay_return_part"

    return_no: str = Field(primary_key=True, foreign_key="pay_return.return_no")
    n: int = Field(primary_key=True)
    payment_no: str
    minor: int = Field(sa_type=BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["payment_no", "n"], ["payment_part.payment_no", "payment_part.n"]),
        CheckConstraint("minor > 0", name="above_zero"),
    )


class PayReturnEventRow(SQLModel, table=True):
    """One move of such a return; append-only."""

    __tablename__ = "pay_return_event"

    return_no: str = Field(primary_key=True, foreign_key="pay_return.return_no")
    n: int = Field(primary_key=True)
    event: str
    stage: str
    why: str
    at: datetime = Field(sa_type=UtcDateTime)


class CashMoveRow(SQLModel, table=True):
    """Cash over the counter under one number of ours; who confirms is never who counted."""

    __tablename__ = "cash_move"

    number: str = Field(primary_key=True)
    pay_no: str = Field(index=True)
    is_refund: bool
    currency: str
    minor: int = Field(sa_type=BigInteger)
    state: str
    counted_by: str = ""
    confirmed_by: str = ""
    asked_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    __table_args__ = (
        CheckConstraint("minor > 0", name="above_zero"),
        CheckConstraint("state IN ('asked', 'counted', 'confirmed', 'closed')", name="state"),
        CheckConstraint(
            "state <> 'confirmed' OR "
            "(counted_by <> '' AND confirmed_by <> '' AND confirmed_by <> counted_by)",
            name="two_persons",
        ),
    )
