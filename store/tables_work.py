"""Rows of people and their decisions, documents, messages in and out, and the audit trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from store.rows import UtcDateTime


class ReviewRow(SQLModel, table=True):
    """One question to a person; outcomes and roles are frozen when it is asked."""

    __tablename__ = "review"

    review_no: str = Field(primary_key=True)
    natural_key: str = Field(unique=True)
    workflow_id: str
    kind: str
    case_no: str | None = Field(index=True)
    subject: str
    sentence_zh: str
    sentence_en: str
    currency: str
    minor: int = Field(sa_type=BigInteger)
    evidence: list[str] = Field(sa_type=JSON)
    proposals: list[str] = Field(sa_type=JSON)
    outcomes: list[str] = Field(sa_type=JSON)
    roles: list[str] = Field(sa_type=JSON)
    state: str = Field(index=True)
    version: int = 1
    evidence_hash: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminders: int = 0
    cancelled_why: str = ""
    needed_approvals: int = 1
    owner: str = ""
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    __table_args__ = (
        CheckConstraint("state IN ('open','decided','cancelled')", name="state"),
        CheckConstraint("needed_approvals IN (1, 2)", name="approvals"),
    )


class ApprovalRow(SQLModel, table=True):
    """What one person said to one version of a question; append-only."""

    __tablename__ = "approval"

    id: int | None = Field(default=None, primary_key=True)
    review_no: str = Field(foreign_key="review.review_no", index=True)
    version: int
    person: str
    outcome: str
    reason_code: str
    text_sealed: bytes
    value_sealed: bytes
    evidence_hash: str
    idempotency_key: str = Field(unique=True)
    at: datetime = Field(sa_type=UtcDateTime)


class DecisionRow(SQLModel, table=True):
    """What was decided, once per question; append-only. What a person typed is sealed."""

    __tablename__ = "decision"

    decision_no: str = Field(primary_key=True)
    review_no: str = Field(foreign_key="review.review_no", unique=True)
    outcome: str
    reason_code: str
    person: str
    first_person: str | None
    text_sealed: bytes
    value_sealed: bytes
    evidence_hash: str
    version: int
    idempotency_key: str = Field(unique=True)
    decided_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("first_person <> person", name="two_persons"),)


class PersonRow(SQLModel, table=True):
    """Somebody who may log in."""

    __tablename__ = "person"

    login: str = Field(primary_key=True)
    role: str
    display_name: str
    password_hash: str
    active: bool = True


class LoginFailureRow(SQLModel, table=True):
    """Wrong passwords in a row, kept by the hash of what was typed as a login."""

    __tablename__ = "login_failure"

    login_sha256: str = Field(primary_key=True)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LoginSessionRow(SQLModel, table=True):
    """An open session, known only by the hash of its token."""

    __tablename__ = "login_session"

    token_sha256: str = Field(primary_key=True)
    login: str = Field(foreign_key="person.login")
    opened_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutboxRow(SQLModel, table=True):
    """A wake-up for a workflow, written in the transaction of the fact that it announces."""

    __tablename__ = "outbox"

    id: int | None = Field(default=None, primary_key=True)
    workflow_id: str
    name: str
    arg: str
    put_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="due", index=True)
    tries: int = 0
    why: str = ""
    changed_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (CheckConstraint("state IN ('due','delivered','gone')", name="state"),)


class AuditRow(SQLModel, table=True):
    """Who did what to what; append-only."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    actor: str
    action: str
    subject: str = Field(index=True)
    detail: str
    at: datetime = Field(sa_type=UtcDateTime)


class SecurityEventRow(SQLModel, table=True):
    """Something that nobody honest does; append-only."""

    __tablename__ = "security_event"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str
    detail: str
    at: datetime = Field(sa_type=UtcDateTime)


class WebhookRow(SQLModel, table=True):
    """A message that came in, kept so that a replay is seen."""

    __tablename__ = "webhook"

    source: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    digest: str
    at: datetime = Field(sa_type=UtcDateTime)


class EvidenceRow(SQLModel, table=True):
    """A sealed file and where it came from."""

    __tablename__ = "evidence"

    sha256: str = Field(primary_key=True)
    kind: str
    source: str
    name: str
    size: int
    stored_at: datetime = Field(sa_type=UtcDateTime)


class EvidenceCaseRow(SQLModel, table=True):
    """Which cases a file speaks about."""

    __tablename__ = "evidence_case"

    sha256: str = Field(primary_key=True, foreign_key="evidence.sha256")
    case_no: str = Field(primary_key=True, index=True)


class EvidenceDeletionRow(SQLModel, table=True):
    """A file that was deleted because it was kept long enough; append-only."""

    __tablename__ = "evidence_deletion"

    sha256: str = Field(primary_key=True, foreign_key="evidence.sha256")
    rule: str
    deleted_at: datetime = Field(sa_type=UtcDateTime)


class DocumentRow(SQLModel, table=True):
    """What became of a document that a counterparty sent."""

    __tablename__ = "source_document"

    sha256: str = Field(primary_key=True, foreign_key="evidence.sha256")
    source: str
    kind: str
    number: str
    status: str
    problems: list[str] = Field(sa_type=JSON)
    received_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)

    __table_args__ = (
        CheckConstraint("status IN ('new','refused','booked','dismissed')", name="status"),
    )
