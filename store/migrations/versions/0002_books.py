"""The tables of the ledger and the open items."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The tables of the ledger and the open items."""
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("suspense", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.CheckConstraint(
            "kind IN ('asset','liability','income','expense')", name=op.f("ck_account_kind")
        ),
        sa.UniqueConstraint("code", "currency", name="uq_account_code_currency"),
        sa.UniqueConstraint("id", "currency", name="uq_account_id_currency"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idem_key", sa.String(), nullable=False),
        sa.Column("payload_hash", sa.String(), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source_type", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.Column("posted_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("posted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sa.CheckConstraint(
            "approved_by <> posted_by", name=op.f("ck_journal_maker_is_not_checker")
        ),
        *([] if _is_postgres() else [_sealed()]),
        sa.ForeignKeyConstraint(["reverses"], ["journal.id"], name="fk_journal_reverses"),
        sa.UniqueConstraint("idem_key", name="uq_journal_idem_key"),
        sa.UniqueConstraint("reverses", name="uq_journal_reverses"),
    )
    op.create_index("ix_journal_effective", "journal", ["effective"])
    op.create_table(
        "journal_seal",
        sa.Column("journal_id", sa.Integer(), nullable=False),
        sa.Column("legs", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", name="pk_journal_seal"),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name="fk_journal_seal_journal_id"),
    )
    if _is_postgres():
        # SQLite can name a table that is not there yet, PostgreSQL cannot.
        op.create_foreign_key(
            "fk_journal_sealed",
            "journal",
            "journal_seal",
            ["id"],
            ["journal_id"],
            deferrable=True,
            initially="DEFERRED",
        )
    op.create_table(
        "leg",
        sa.Column("journal_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("debit_id", sa.Integer(), nullable=False),
        sa.Column("credit_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("doc", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", "n", name="pk_leg"),
        sa.CheckConstraint("debit_id <> credit_id", name=op.f("ck_leg_two_accounts")),
        sa.CheckConstraint("minor > 0", name=op.f("ck_leg_above_zero")),
        sa.ForeignKeyConstraint(
            ["credit_id", "currency"],
            ["account.id", "account.currency"],
            name="fk_leg_credit_id_currency",
        ),
        sa.ForeignKeyConstraint(
            ["debit_id", "currency"],
            ["account.id", "account.currency"],
            name="fk_leg_debit_id_currency",
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name="fk_leg_journal_id"),
    )
    op.create_index("ix_leg_credit_id", "leg", ["credit_id"])
    op.create_index("ix_leg_debit_id", "leg", ["debit_id"])
    op.create_index("ix_leg_doc", "leg", ["doc"])
    op.create_table(
        "open_item",
        sa.Column("item_no", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("item_no", name="pk_open_item"),
        sa.CheckConstraint(
            "allocated BETWEEN 0 AND minor", name=op.f("ck_open_item_allocated_within")
        ),
        sa.CheckConstraint(
            "kind IN ('claim','patient','disputed')", name=op.f("ck_open_item_kind")
        ),
        sa.CheckConstraint("minor > 0", name=op.f("ck_open_item_above_zero")),
        sa.ForeignKeyConstraint(["case_no"], ["case_file.case_no"], name="fk_open_item_case_no"),
        sa.UniqueConstraint("item_no", "currency", name="uq_open_item_item_no_currency"),
    )
    op.create_index("ix_open_item_case_no", "open_item", ["case_no"])
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("item_no", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("reverses", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_allocation"),
        sa.CheckConstraint(
            "(reverses IS NULL AND minor > 0) OR (reverses IS NOT NULL AND minor < 0)",
            name=op.f("ck_allocation_sign"),
        ),
        sa.ForeignKeyConstraint(
            ["item_no", "currency"],
            ["open_item.item_no", "open_item.currency"],
            name="fk_allocation_item_no_currency",
        ),
        sa.ForeignKeyConstraint(["reverses"], ["allocation.key"], name="fk_allocation_reverses"),
        sa.UniqueConstraint("key", name="uq_allocation_key"),
        sa.UniqueConstraint("reverses", name="uq_allocation_reverses"),
    )
    op.create_index("ix_allocation_item_no", "allocation", ["item_no"])


def _is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _sealed() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["id"],
        ["journal_seal.journal_id"],
        name="fk_journal_sealed",
        deferrable=True,
        initially="DEFERRED",
    )
