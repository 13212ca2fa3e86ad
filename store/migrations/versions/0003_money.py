"""The tables of remittances, bank statements, differences and payments."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The tables of remittances, bank statements, differences and payments."""
    op.create_table(
        "awaited_transfer",
        sa.Column("advice_no", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("account_hint", sa.String(), nullable=False),
        sa.Column("trace_number", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("written_off_key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("advice_no", name="pk_awaited_transfer"),
        sa.UniqueConstraint("written_off_key", name="uq_awaited_transfer_written_off_key"),
    )
    op.create_index("ix_awaited_transfer_trace_number", "awaited_transfer", ["trace_number"])
    op.create_table(
        "bank_statement",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("statement_no", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=False),
        sa.Column("closing_minor", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.Column("imported_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("account", "statement_no", name="pk_bank_statement"),
    )
    op.create_table(
        "difference",
        sa.Column("no", sa.String(), nullable=False),
        sa.Column("natural_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("suspense_account", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=True),
        sa.Column("line_id", sa.String(), nullable=True),
        sa.Column("claim_no", sa.String(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("ask_on", sa.Date(), nullable=False),
        sa.Column("review_no", sa.String(), nullable=True),
        sa.Column("settled_how", sa.String(), nullable=True),
        sa.Column("settled_by_decision", sa.String(), nullable=True),
        sa.Column("settled_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("no", name="pk_difference"),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_difference_not_zero")),
        sa.UniqueConstraint("natural_key", name="uq_difference_natural_key"),
    )
    op.create_index("ix_difference_case_no", "difference", ["case_no"])
    op.create_table(
        "remittance",
        sa.Column("remittance_no", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("trace_number", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.Column("booked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("remittance_no", name="pk_remittance"),
    )
    op.create_table(
        "statement_line",
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("statement_no", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("trace_number", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("counterparty_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("line_id", name="pk_statement_line"),
        sa.UniqueConstraint(
            "account", "statement_no", "n", name="uq_statement_line_account_statement_no_n"
        ),
    )
    op.create_index("ix_statement_line_account", "statement_line", ["account"])
    op.create_index("ix_statement_line_trace_number", "statement_line", ["trace_number"])
    op.create_table(
        "awaited_transfer_case",
        sa.Column("advice_no", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("advice_no", "case_no", name="pk_awaited_transfer_case"),
        sa.ForeignKeyConstraint(
            ["advice_no"], ["awaited_transfer.advice_no"], name="fk_awaited_transfer_case_advice_no"
        ),
    )
    op.create_index("ix_awaited_transfer_case_case_no", "awaited_transfer_case", ["case_no"])
    op.create_table(
        "line_settlement",
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("advice_no", sa.String(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("line_id", name="pk_line_settlement"),
        sa.ForeignKeyConstraint(
            ["advice_no"], ["awaited_transfer.advice_no"], name="fk_line_settlement_advice_no"
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["statement_line.line_id"], name="fk_line_settlement_line_id"
        ),
        sa.UniqueConstraint("advice_no", name="uq_line_settlement_advice_no"),
        sa.UniqueConstraint("key", name="uq_line_settlement_key"),
    )
    op.create_table(
        "payment",
        sa.Column("payment_no", sa.String(), nullable=False),
        sa.Column("link_no", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("payment_no", name="pk_payment"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_payment_above_zero")),
        sa.ForeignKeyConstraint(["case_no"], ["case_file.case_no"], name="fk_payment_case_no"),
    )
    op.create_index("ix_payment_case_no", "payment", ["case_no"])
    op.create_table(
        "provider_adjustment",
        sa.Column("remittance_no", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("remittance_no", "n", name="pk_provider_adjustment"),
        sa.ForeignKeyConstraint(
            ["remittance_no"],
            ["remittance.remittance_no"],
            name="fk_provider_adjustment_remittance_no",
        ),
    )
    op.create_index("ix_provider_adjustment_claim_no", "provider_adjustment", ["claim_no"])
    op.create_table(
        "remittance_line",
        sa.Column("remittance_no", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("billed_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("adjustments", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("remittance_no", "n", name="pk_remittance_line"),
        sa.ForeignKeyConstraint(
            ["remittance_no"], ["remittance.remittance_no"], name="fk_remittance_line_remittance_no"
        ),
    )
    op.create_index("ix_remittance_line_claim_no", "remittance_line", ["claim_no"])
