"""The circuit of each pay channel: how it did of late, and since when it is left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """A channel without a row is used as always."""
    op.create_table(
        "pay_circuit",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("good_trials", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_pay_circuit"),
    )
