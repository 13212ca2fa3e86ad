"""Goods that come back for money, and what insurers get back of it until they have taken it."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

APPEND_ONLY = {
    "pay_return_goods": ("return_no line_no",),
    "repayment_offset": ("key",),
}
"""Tables that only grow; the columns by which SQLite's REPLACE could push an old row out."""
REPAYMENT = "insurer_repayment"
REPAYMENT_KEY = "return_no claim_no"
FIXED = ("return_no", "claim_no", "payer", "currency", "minor")
ONLY_OFFSET = "offset_minor"


def upgrade() -> None:
    """Create the tables and their guards."""
    _goods()
    _repayments()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _goods() -> None:
    op.create_table(
        "pay_return_goods",
        sa.Column("return_no", sa.String(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("return_no", "line_no", name="pk_pay_return_goods"),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_pay_return_goods_above_zero")),
        sa.ForeignKeyConstraint(
            ["return_no"], ["pay_return.return_no"], name="fk_pay_return_goods_return_no"
        ),
    )


def _repayments() -> None:
    op.create_table(
        REPAYMENT,
        sa.Column("return_no", sa.String(), nullable=False),
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("offset_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("return_no", "claim_no", name="pk_insurer_repayment"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_insurer_repayment_above_zero")),
        sa.CheckConstraint(
            "offset_minor >= 0 AND offset_minor <= minor",
            name=op.f("ck_insurer_repayment_within_the_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["return_no"], ["pay_return.return_no"], name="fk_insurer_repayment_return_no"
        ),
        sa.ForeignKeyConstraint(
            ["claim_no"], ["claim.claim_no"], name="fk_insurer_repayment_claim_no"
        ),
    )
    op.create_index("ix_insurer_repayment_claim_no", REPAYMENT, ["claim_no"])
    op.create_table(
        "repayment_offset",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("return_no", sa.String(), nullable=False),
        sa.Column("claim_no", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_repayment_offset"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_repayment_offset_above_zero")),
        sa.ForeignKeyConstraint(
            ["return_no", "claim_no"],
            [f"{REPAYMENT}.return_no", f"{REPAYMENT}.claim_no"],
            name="fk_repayment_offset_return_no_claim_no",
        ),
    )


def _wrong(differs: str) -> str:
    """Anything but that more of it was taken back."""
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in FIXED)
    return f"{changed} OR NEW.{ONLY_OFFSET} < OLD.{ONLY_OFFSET}"


def _guard_sqlite() -> None:
    for table, keys in {**APPEND_ONLY, REPAYMENT: (REPAYMENT_KEY,)}.items():
        _sqlite(table, "no_delete", "BEFORE DELETE", "1")
        for n, key in enumerate(keys):
            same = " AND ".join(f"{column} = NEW.{column}" for column in key.split())
            there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
            _sqlite(table, f"new_{n}", "BEFORE INSERT", there)
    for table in APPEND_ONLY:
        _sqlite(table, "no_update", "BEFORE UPDATE", "1")
    _sqlite(REPAYMENT, "no_update", "BEFORE UPDATE", _wrong("IS NOT"))


def _sqlite(table: str, name: str, when: str, forbidden: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} {when} ON {table} WHEN {forbidden} "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
    )


def _guard_postgres() -> None:
    for table in (*APPEND_ONLY, REPAYMENT):
        changes = "DELETE" if table == REPAYMENT else "UPDATE OR DELETE"
        _function(f"{table}_only_grows", "true", table)
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {changes} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM PUBLIC")
    _function(f"{REPAYMENT}_offset", _wrong("IS DISTINCT FROM"), REPAYMENT)
    op.execute(
        f"CREATE TRIGGER {REPAYMENT}_offset BEFORE UPDATE ON {REPAYMENT} "
        f"FOR EACH ROW EXECUTE FUNCTION {REPAYMENT}_offset()"
    )


def _function(name: str, forbidden: str, table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {forbidden} THEN RAISE EXCEPTION '{table} only grows'; END IF; "
        f"RETURN NEW; END $$"
    )
