"""Which evidence was deleted, when and under which rule; the rows of the evidence stay."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TABLE = "evidence_deletion"
WHY = f"{TABLE} only grows"


def upgrade() -> None:
    """Create the table and guard it."""
    op.create_table(
        TABLE,
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=f"pk_{TABLE}"),
        sa.ForeignKeyConstraint(["sha256"], ["evidence.sha256"], name=f"fk_{TABLE}_sha256"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for name, when, forbidden in (
        ("no_update", "UPDATE", "1"),
        ("no_delete", "DELETE", "1"),
        ("new_0", "INSERT", f"EXISTS (SELECT 1 FROM {TABLE} WHERE sha256 = NEW.sha256)"),
    ):
        op.execute(
            f"CREATE TRIGGER {TABLE}_{name} BEFORE {when} ON {TABLE} WHEN {forbidden} "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )


def _guard_postgres() -> None:
    op.execute(
        f"CREATE FUNCTION {TABLE}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
    )
    for name, when, each in (
        ("no_change", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {TABLE}_{name} BEFORE {when} ON {TABLE} "
            f"FOR EACH {each} EXECUTE FUNCTION {TABLE}_only_grows()"
        )
