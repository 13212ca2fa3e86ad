"""Pay channels that are files: the version that is live, their answers, and trace numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TIME = sa.DateTime(timezone=True)
GROWING = {
    "pay_channel_answer": "id = NEW.id",
    "pay_trace": "channel = NEW.channel AND key = NEW.key",
}


def upgrade() -> None:
    """Create the tables; answers and traces only grow."""
    op.create_table(
        "pay_channel_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_no", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("file_hash", sa.String(), nullable=False),
        sa.Column("score", sa.JSON(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pay_channel_version"),
        sa.UniqueConstraint("version_no", name="uq_pay_channel_version_version_no"),
        sa.CheckConstraint(
            "state IN ('proposed','live','rejected','stopped')",
            name=op.f("ck_pay_channel_version_state"),
        ),
        sa.CheckConstraint(
            "decided_by IS NOT NULL OR state = 'proposed'",
            name=op.f("ck_pay_channel_version_decided"),
        ),
        sa.CheckConstraint(
            "state <> 'live' OR decided_by <> proposed_by",
            name=op.f("ck_pay_channel_version_two_persons"),
        ),
    )
    op.create_table(
        "pay_channel_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pay_channel_answer"),
        sa.CheckConstraint("ms >= 0", name=op.f("ck_pay_channel_answer_counted")),
    )
    op.create_index("ix_pay_channel_answer_at", "pay_channel_answer", ["at"])
    op.create_table(
        "pay_trace",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "key", name="pk_pay_trace"),
        sa.UniqueConstraint("channel", "serial", name="uq_pay_trace_channel_serial"),
        sa.CheckConstraint("serial > 0", name=op.f("ck_pay_trace_serial")),
    )
    guard = _guard_postgres if op.get_bind().dialect.name == "postgresql" else _guard_sqlite
    for table, same in GROWING.items():
        guard(table, same)


def _guard_sqlite(table: str, same: str) -> None:
    for name, when, forbidden in (
        ("no_update", "UPDATE", "1"),
        ("no_delete", "DELETE", "1"),
        ("new_0", "INSERT", f"EXISTS (SELECT 1 FROM {table} WHERE {same})"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {when} ON {table} WHEN {forbidden} "
            f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
        )


def _guard_postgres(table: str, same: str) -> None:
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
