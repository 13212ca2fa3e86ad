"""Whose work an open question is, and since when it is somebody else's because it was late."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add both; questions on record are anybody's who may decide them."""
    op.add_column("review", sa.Column("owner", sa.String(), nullable=False, server_default=""))
    op.add_column("review", sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
