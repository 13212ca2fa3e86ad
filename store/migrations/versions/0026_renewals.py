"""An insurer's part that was given back whole may be settled anew: it is live no more."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

NAME, TABLE = "uq_pay_attempt_live", "pay_attempt"
LIVE = "state IN ('asked', 'waiting', 'captured') AND asked_back < minor"


def upgrade() -> None:
    """At most one attempt of a part has or may still get money that nobody asks back."""
    live = sa.text(LIVE)
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(
        NAME,
        TABLE,
        ["payment_no", "n"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
