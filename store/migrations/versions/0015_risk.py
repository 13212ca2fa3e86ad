"""What was held against the risk rules before money moved, and who pays a bill as a digest."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Bills on record have a payer of whom nobody knows."""
    op.add_column(
        "payment_bill", sa.Column("payer_ref", sa.String(), nullable=False, server_default="")
    )
    op.create_table(
        "risk_event",
        sa.Column("event_no", sa.String(), nullable=False),
        sa.Column("moving", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("payer_ref", sa.String(), nullable=False),
        sa.Column("in_cash", sa.Boolean(), nullable=False),
        sa.Column("has_return", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_no", name="pk_risk_event"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_risk_event_above_zero")),
    )
    op.create_index("ix_risk_event_at", "risk_event", ["at"])
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    there = "EXISTS (SELECT 1 FROM risk_event WHERE event_no = NEW.event_no)"
    for name, when, forbidden in (
        ("risk_event_no_update", "BEFORE UPDATE", "1"),
        ("risk_event_no_delete", "BEFORE DELETE", "1"),
        ("risk_event_new", "BEFORE INSERT", there),
    ):
        op.execute(
            f"CREATE TRIGGER {name} {when} ON risk_event WHEN {forbidden} "
            "BEGIN SELECT RAISE(ABORT, 'risk_event only grows'); END"
        )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION risk_event_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'risk_event only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER risk_event_no_change BEFORE UPDATE OR DELETE ON risk_event "
        "FOR EACH ROW EXECUTE FUNCTION risk_event_only_grows()"
    )
    op.execute(
        "CREATE TRIGGER risk_event_no_truncate BEFORE TRUNCATE ON risk_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION risk_event_only_grows()"
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON risk_event FROM PUBLIC")
