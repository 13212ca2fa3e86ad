"""What matching decided about a line, and what it found about the lines that it left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

TIME = sa.DateTime(timezone=True)
KEYS = {"match_decision": ("line_id",), "match_finding": ("line_id", "n")}


def upgrade() -> None:
    """Create both tables; they only grow."""
    op.create_table(
        "match_decision",
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("item_no", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("off_minor", sa.BigInteger(), nullable=False),
        sa.Column("alternatives", sa.Integer(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("snapshot_sha256", sa.String(), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("line_id", name="pk_match_decision"),
        sa.ForeignKeyConstraint(
            ["line_id"], ["statement_line.line_id"], name="fk_match_decision_line_id"
        ),
        sa.CheckConstraint("alternatives > 0", name=op.f("ck_match_decision_itself_counted")),
    )
    op.create_index("ix_match_decision_item_no", "match_decision", ["item_no"])
    op.create_table(
        "match_finding",
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("difference_class", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("item_no", sa.String(), nullable=False),
        sa.Column("alternatives", sa.Integer(), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("snapshot_sha256", sa.String(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("line_id", "n", name="pk_match_finding"),
        sa.ForeignKeyConstraint(
            ["line_id"], ["statement_line.line_id"], name="fk_match_finding_line_id"
        ),
        sa.CheckConstraint("n > 0", name=op.f("ck_match_finding_counted_from_one")),
    )
    is_postgres = op.get_bind().dialect.name == "postgresql"
    for table, key in KEYS.items():
        if is_postgres:
            _guard_postgres(table)
        else:
            _guard_sqlite(table, key)


def _guard_sqlite(table: str, key: tuple[str, ...]) -> None:
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    for name, when, forbidden in (
        ("no_update", "UPDATE", "1"),
        ("no_delete", "DELETE", "1"),
        ("new_0", "INSERT", f"EXISTS (SELECT 1 FROM {table} WHERE {same})"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} WHEN {forbidden} "
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )


def _guard_postgres(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} only grows'; END $$"
    )
    for name, when, each in (
        ("no_change", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_only_grows()"
        )
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC")
