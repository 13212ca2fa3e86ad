"""What a case waits for is read from its events and questions; its row says nothing of it."""

from alembic import op

revision = "0027"
down_revision = "0026"

TABLE = "case_file"


def upgrade() -> None:
    """Drop two columns that nobody wrote after a case was opened, and nobody read."""
    for name in ("waits_for", "waits_since"):
        op.drop_column(TABLE, name)
