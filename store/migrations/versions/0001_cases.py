"""The tables of cases, claims and intents."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The tables of cases, claims and intents."""
    op.create_table(
        "case_file",
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("hospital_code", sa.String(), nullable=False),
        sa.Column("hospital_name", sa.String(), nullable=False),
        sa.Column("payers", sa.JSON(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=True),
        sa.Column("prepared_by", sa.String(), nullable=False),
        sa.Column("order_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("waits_for", sa.String(), nullable=False),
        sa.Column("waits_since", TIME, nullable=True),
        sa.PrimaryKeyConstraint("case_no", name="pk_case_file"),
        sa.UniqueConstraint("workflow_id", name="uq_case_file_workflow_id"),
    )
    op.create_index("ix_case_file_stage", "case_file", ["stage"])
    op.create_table(
        "delivery_event",
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("tracking_no", sa.String(), nullable=False),
        sa.Column("order_no", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("carrier", "event_id", name="pk_delivery_event"),
    )
    op.create_index("ix_delivery_event_order_no", "delivery_event", ["order_no"])
    op.create_table(
        "intent",
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("payer", "claim_no", "version", "kind", name="pk_intent"),
    )
    op.create_table(
        "intent_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_intent_event"),
    )
    op.create_index("ix_intent_event_claim_no", "intent_event", ["claim_no"])
    op.create_table(
        "case_event",
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("stage_before", sa.String(), nullable=True),
        sa.Column("stage_after", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("case_no", "key", name="pk_case_event"),
        sa.ForeignKeyConstraint(["case_no"], ["case_file.case_no"], name="fk_case_event_case_no"),
        sa.UniqueConstraint("case_no", "n", name="uq_case_event_case_no_n"),
    )
    op.create_table(
        "case_fact",
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("case_no", "name", name="pk_case_fact"),
        sa.ForeignKeyConstraint(["case_no"], ["case_file.case_no"], name="fk_case_fact_case_no"),
    )
    op.create_table(
        "claim",
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("billed_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_minor", sa.BigInteger(), nullable=False),
        sa.Column("shifted_minor", sa.BigInteger(), nullable=False),
        sa.Column("written_off_minor", sa.BigInteger(), nullable=False),
        sa.Column("payer_claim_no", sa.String(), nullable=True),
        sa.Column("denial_code", sa.String(), nullable=False),
        sa.Column("denial_text", sa.String(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("claim_no", name="pk_claim"),
        sa.ForeignKeyConstraint(["case_no"], ["case_file.case_no"], name="fk_claim_case_no"),
        sa.UniqueConstraint("case_no", "sequence", name="uq_claim_case_no_sequence"),
    )
    op.create_index("ix_claim_case_no", "claim", ["case_no"])
    op.create_table(
        "claim_event",
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("status_before", sa.String(), nullable=False),
        sa.Column("status_after", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("claim_no", "key", name="pk_claim_event"),
        sa.ForeignKeyConstraint(["claim_no"], ["claim.claim_no"], name="fk_claim_event_claim_no"),
        sa.UniqueConstraint("claim_no", "n", name="uq_claim_event_claim_no_n"),
    )
