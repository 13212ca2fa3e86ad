"""Rows of goods that come back for money, and of what insurers get back with them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint
from sqlmodel import Field, SQLModel


class PayReturnGoodsRow(SQLModel, table=True):
    """So many pieces of an order line that a return is for; append-only."""

    __tablename__ = "pay_return_goods"

    return_no: str = Field(primary_key=True, foreign_key="pay_return.return_no")
    line_no: int = Field(primary_key=True)
    quantity: int

    __table_args__ = (CheckConstraint("quantity > 0", name="above_zero"),)


class InsurerRepaymentRow(SQLModel, table=True):
    """What of a return the insurer of a claim gets back, due once the return is done.

    `offset_minor` is what it has taken back of it in its advices; it only grows.
    """

    __tablename__ = "insurer_repayment"

    return_no: str = Field(primary_key=True, foreign_key="pay_return.return_no")
    claim_no: str = Field(primary_key=True, foreign_key="claim.claim_no", index=True)
    payer: str
    currency: str
    minor: int = Field(sa_type=BigInteger)
    offset_minor: int = Field(default=0, sa_type=BigInteger)

    __table_args__ = (
        CheckConstraint("minor > 0", name="above_zero"),
        CheckConstraint("offset_minor >= 0 AND offset_minor <= minor", name="within_the_whole"),
    )


class RepaymentOffsetRow(SQLModel, table=True):
    """What one advice took back of a repayment; append-only."""

    __tablename__ = "repayment_offset"

    key: str = Field(primary_key=True)
    return_no: str
    claim_no: str
    minor: int = Field(sa_type=BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(
            ["return_no", "claim_no"],
            ["insurer_repayment.return_no", "insurer_repayment.claim_no"],
        ),
        CheckConstraint("minor > 0", name="above_zero"),
    )
