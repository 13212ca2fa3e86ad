"""How often a person let a portal login be tried again: whoever remembers a refusal asks this."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the count; logins on record were never unlocked as far as anybody remembers."""
    op.add_column(
        "portal_login", sa.Column("unlocks", sa.Integer(), nullable=False, server_default="0")
    )
