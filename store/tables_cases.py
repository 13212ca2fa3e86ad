"""Rows of cases, claims and what was sent for them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class CaseRow(SQLModel, table=True):
    """One order's case. The order itself is sealed: it names a patient."""

    __tablename__ = "case_file"

    case_no: str = Field(primary_key=True)
    workflow_id: str = Field(unique=True)
    run_id: str
    stage: str = Field(index=True)
    hospital_code: str
    hospital_name: str
    payers: list[str] = Field(sa_type=JSON)
    total_minor: int = Field(sa_type=BigInteger)
    currency: str
    started_by: str | None = None
    prepared_by: str
    order_sealed: bytes
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CaseEventRow(SQLModel, table=True):
    """One move of a case; append-only. The reason is sealed: a person wrote it."""

    __tablename__ = "case_event"

    case_no: str = Field(primary_key=True, foreign_key="case_file.case_no")
    key: str = Field(primary_key=True)
    n: int
    event: str
    stage_before: str | None
    stage_after: str
    actor: str
    reason_sealed: bytes
    facts: dict[str, str] = Field(sa_type=JSON)
    at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (UniqueConstraint("case_no", "n"),)


class CaseHandRow(SQLModel, table=True):
    """Who had a hand in a case: started, prepared or corrected it, so may not decide about it."""

    __tablename__ = "case_hand"

    case_no: str = Field(primary_key=True, foreign_key="case_file.case_no")
    login: str = Field(primary_key=True)


class CaseFactRow(SQLModel, table=True):
    """One number a counterparty gave for a case; never changes."""

    __tablename__ = "case_fact"

    case_no: str = Field(primary_key=True, foreign_key="case_file.case_no")
    name: str = Field(primary_key=True)
    value: str


class DeliveryEventRow(SQLModel, table=True):
    """What the carrier reported; the key makes a report that comes twice one row."""

    __tablename__ = "delivery_event"

    carrier: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    tracking_no: str
    order_no: str = Field(index=True)
    kind: str
    at: datetime = Field(sa_type=UtcDateTime)


class ClaimRow(SQLModel, table=True):
    """One claim with one payer."""

    __tablename__ = "claim"

    claim_no: str = Field(primary_key=True)
    case_no: str = Field(foreign_key="case_file.case_no", index=True)
    payer: str
    sequence: int
    version: int = 1
    status: str
    currency: str
    billed_minor: int = Field(sa_type=BigInteger)
    paid_minor: int = Field(default=0, sa_type=BigInteger)
    adjusted_minor: int = Field(default=0, sa_type=BigInteger)
    shifted_minor: int = Field(default=0, sa_type=BigInteger)
    written_off_minor: int = Field(default=0, sa_type=BigInteger)
    payer_claim_no: str | None = None
    denial_code: str = ""
    denial_text: str = ""
    submitted_on: date | None = None
    decided_on: date | None = None

    __table_args__ = (UniqueConstraint("case_no", "sequence"),)


class ClaimEventRow(SQLModel, table=True):
    """One move of a claim; append-only."""

    __tablename__ = "claim_event"

    claim_no: str = Field(primary_key=True, foreign_key="claim.claim_no")
    key: str = Field(primary_key=True)
    n: int
    status_before: str
    status_after: str
    changes: dict[str, str] = Field(sa_type=JSON)
    at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (UniqueConstraint("claim_no", "n"),)


class IntentRow(SQLModel, table=True):
    """What is about to be sent to a payer: a record, written before anything leaves.

    `fence` is that of the lease under which it was armed; null over an interface with a key.
    """

    __tablename__ = "intent"

    payer: str = Field(primary_key=True)
    claim_no: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    digest: str
    state: str
    attempt: int = 1
    receipt: str = ""
    fence: int | None = None
    changed_at: datetime = Field(sa_type=UtcDateTime)


class IntentEventRow(SQLModel, table=True):
    """Every state an intent went through; append-only."""

    __tablename__ = "intent_event"

    id: int | None = Field(default=None, primary_key=True)
    payer: str
    claim_no: str = Field(index=True)
    version: int
    kind: str
    state: str
    attempt: int
    detail: str
    maker: str = ""
    fence: int | None = None
    request_digest: str = ""
    answered_status: int | None = None
    answered_location: str = ""
    evidence_head: str = ""
    at: datetime = Field(sa_type=UtcDateTime)
