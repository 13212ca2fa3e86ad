"""Daily bills of pay channels: each booked once, with its lines, and never without a proof."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

APPEND_ONLY = {
    "channel_bill": ("channel n", "channel day"),
    "channel_bill_line": ("channel kind number",),
}
NOT_PROVED = (
    "NOT EXISTS (SELECT 1 FROM document_proof WHERE document_sha256 = NEW.document_sha256 "
    "AND subject = 'bill ' || NEW.channel || ' ' || NEW.bill_no)"
)
NO_PROOF = "nothing is booked without a proof"


def upgrade() -> None:
    """Create both tables and their guards."""
    op.create_table(
        "channel_bill",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("bill_no", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("carried_minor", sa.BigInteger(), nullable=False),
        sa.Column("advice_no", sa.String(), nullable=False),
        sa.Column("settles_on", sa.Date(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "n", name="pk_channel_bill"),
        sa.UniqueConstraint("channel", "day", name="uq_channel_bill_channel_day"),
        sa.CheckConstraint("n > 0", name=op.f("ck_channel_bill_counted")),
        sa.CheckConstraint("carried_minor <= 0", name=op.f("ck_channel_bill_taken_off")),
    )
    op.create_table(
        "channel_bill_line",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("pay_no", sa.String(), nullable=False),
        sa.Column("channel_no", sa.String(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "kind", "number", name="pk_channel_bill_line"),
        sa.ForeignKeyConstraint(
            ["channel", "n"],
            ["channel_bill.channel", "channel_bill.n"],
            name="fk_channel_bill_line_channel_n",
        ),
    )
    op.create_index("ix_channel_bill_line_pay_no", "channel_bill_line", ["pay_no"])
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for table, keys in APPEND_ONLY.items():
        for what in ("UPDATE", "DELETE"):
            _sqlite(table, f"no_{what.lower()}", f"BEFORE {what}", "1", f"{table} only grows")
        for n, key in enumerate(keys):
            same = " AND ".join(f"{column} = NEW.{column}" for column in key.split())
            there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
            _sqlite(table, f"new_{n}", "BEFORE INSERT", there, f"{table} only grows")
    _sqlite("channel_bill", "is_proved", "BEFORE INSERT", NOT_PROVED, NO_PROOF)


def _sqlite(table: str, name: str, when: str, forbidden: str, why: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} {when} ON {table} WHEN {forbidden} "
        f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _guard_postgres() -> None:
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} only grows'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC")
    op.execute(
        "CREATE FUNCTION channel_bill_is_proved() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {NOT_PROVED} THEN RAISE EXCEPTION '{NO_PROOF}'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER channel_bill_is_proved BEFORE INSERT ON channel_bill "
        "FOR EACH ROW EXECUTE FUNCTION channel_bill_is_proved()"
    )
