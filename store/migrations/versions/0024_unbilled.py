"""What no bill of a channel tells of yet is found by an index, however much was billed before."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

IN_A_BILL = (
    "EXISTS (SELECT 1 FROM channel_bill_line WHERE channel_bill_line.channel = pay_attempt.channel "
    "AND kind = '{kind}' AND number = {number})"
)
COUNT_BILLED_BACK = f"""
    UPDATE pay_attempt SET billed_back = (
        SELECT coalesce(sum(pay_refund.minor), 0) FROM pay_refund
        WHERE pay_refund.pay_no = pay_attempt.pay_no AND pay_refund.state <> 'failed'
        AND {IN_A_BILL.format(kind="refund", number="pay_refund.refund_no")}
    ) WHERE {IN_A_BILL.format(kind="payment", number="pay_attempt.pay_no")}
"""


def upgrade() -> None:
    """Add the column, count what is billed already, and index what is not."""
    op.add_column(
        "pay_attempt",
        sa.Column("billed_back", sa.BigInteger(), nullable=False, server_default="-1"),
    )
    op.execute(COUNT_BILLED_BACK)
    unbilled = sa.text("billed_back < asked_back")
    op.create_index(
        "ix_pay_attempt_unbilled",
        "pay_attempt",
        ["channel", "state"],
        sqlite_where=unbilled,
        postgresql_where=unbilled,
    )
