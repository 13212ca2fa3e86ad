"""Which journals of bank money were handed to the ERP, in which voucher: each of them once."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create both; a journal that has a row is in a voucher, and in no other."""
    op.create_table(
        "fund_voucher",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("legs", sa.JSON(), nullable=False),
        sa.Column("frozen_at", TIME, nullable=False),
        sa.Column("voucher_no", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_fund_voucher"),
    )
    op.create_table(
        "fund_voucher_journal",
        sa.Column("journal_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", name="pk_fund_voucher_journal"),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journal.id"], name="fk_fund_voucher_journal_journal_id"
        ),
        sa.ForeignKeyConstraint(["key"], ["fund_voucher.key"], name="fk_fund_voucher_journal_key"),
    )
