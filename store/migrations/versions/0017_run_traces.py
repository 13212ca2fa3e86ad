"""Which evidence shows why a run of a portal bot failed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the hash; runs on record left no trace."""
    op.add_column(
        "portal_run", sa.Column("trace_sha256", sa.String(), nullable=False, server_default="")
    )
