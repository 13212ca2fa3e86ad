"""The tables of reviews, people, messages, documents and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The tables of reviews, people, messages, documents and the audit trail."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_table(
        "evidence",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_evidence"),
    )
    op.create_table(
        "login_failure",
        sa.Column("login_sha256", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("login_sha256", name="pk_login_failure"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("arg", sa.String(), nullable=False),
        sa.Column("put_at", TIME, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.CheckConstraint("state IN ('due','delivered','gone')", name=op.f("ck_outbox_state")),
    )
    op.create_index("ix_outbox_state", "outbox", ["state"])
    op.create_table(
        "person",
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("login", name="pk_person"),
    )
    op.create_table(
        "review",
        sa.Column("review_no", sa.String(), nullable=False),
        sa.Column("natural_key", sa.String(), nullable=False),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sentence_zh", sa.String(), nullable=False),
        sa.Column("sentence_en", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("evidence_hash", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("reminded_at", TIME, nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("cancelled_why", sa.String(), nullable=False),
        sa.Column("needed_approvals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("review_no", name="pk_review"),
        sa.CheckConstraint("needed_approvals IN (1, 2)", name=op.f("ck_review_approvals")),
        sa.CheckConstraint("state IN ('open','decided','cancelled')", name=op.f("ck_review_state")),
        sa.UniqueConstraint("natural_key", name="uq_review_natural_key"),
    )
    op.create_index("ix_review_case_no", "review", ["case_no"])
    op.create_index("ix_review_state", "review", ["state"])
    op.create_table(
        "security_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_security_event"),
    )
    op.create_table(
        "webhook",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", "event_id", name="pk_webhook"),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_no", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("evidence_hash", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
        sa.ForeignKeyConstraint(["review_no"], ["review.review_no"], name="fk_approval_review_no"),
        sa.UniqueConstraint("idempotency_key", name="uq_approval_idempotency_key"),
    )
    op.create_index("ix_approval_review_no", "approval", ["review_no"])
    op.create_table(
        "decision",
        sa.Column("decision_no", sa.String(), nullable=False),
        sa.Column("review_no", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("first_person", sa.String(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("evidence_hash", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("decision_no", name="pk_decision"),
        sa.CheckConstraint("first_person <> person", name=op.f("ck_decision_two_persons")),
        sa.ForeignKeyConstraint(["review_no"], ["review.review_no"], name="fk_decision_review_no"),
        sa.UniqueConstraint("idempotency_key", name="uq_decision_idempotency_key"),
        sa.UniqueConstraint("review_no", name="uq_decision_review_no"),
    )
    op.create_table(
        "evidence_case",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "case_no", name="pk_evidence_case"),
        sa.ForeignKeyConstraint(["sha256"], ["evidence.sha256"], name="fk_evidence_case_sha256"),
    )
    op.create_index("ix_evidence_case_case_no", "evidence_case", ["case_no"])
    op.create_table(
        "login_session",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_login_session"),
        sa.ForeignKeyConstraint(["login"], ["person.login"], name="fk_login_session_login"),
    )
    op.create_table(
        "source_document",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_source_document"),
        sa.CheckConstraint(
            "status IN ('new','refused','booked','dismissed')",
            name=op.f("ck_source_document_status"),
        ),
        sa.ForeignKeyConstraint(["sha256"], ["evidence.sha256"], name="fk_source_document_sha256"),
    )
