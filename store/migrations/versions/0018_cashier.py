"""The patient's link to a bill, notices of channels, refunds that people ask for, and cash."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

TIME = sa.DateTime(timezone=True)
APPEND_ONLY = {
    "cashier_link": ("payment_no", "token_hash"),
    "pay_notice": ("channel digest",),
    "pay_return": ("return_no",),
    "pay_return_part": ("return_no n",),
    "pay_return_event": ("return_no n",),
}
"""Tables that only grow; the columns by which SQLite's REPLACE could push an old row out."""

CASH_FIXED = ("number", "pay_no", "is_refund", "currency", "minor")
CASH_MOVES = {"asked": ("counted", "closed"), "counted": ("confirmed", "closed")}


def upgrade() -> None:
    """Create the tables and their guards."""
    _link()
    _notice()
    _returns()
    _cash()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _link() -> None:
    op.create_table(
        "cashier_link",
        sa.Column("payment_no", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("payment_no", name="pk_cashier_link"),
        sa.UniqueConstraint("token_hash", name="uq_cashier_link_token_hash"),
        sa.ForeignKeyConstraint(
            ["payment_no"], ["payment_bill.payment_no"], name="fk_cashier_link_payment_no"
        ),
    )


def _notice() -> None:
    op.create_table(
        "pay_notice",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("raw_state", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "digest", name="pk_pay_notice"),
        sa.CheckConstraint("about IN ('payment', 'refund')", name=op.f("ck_pay_notice_about")),
    )
    op.create_index("ix_pay_notice_number", "pay_notice", ["number"])


def _returns() -> None:
    op.create_table(
        "pay_return",
        sa.Column("return_no", sa.String(), nullable=False),
        sa.Column("payment_no", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("has_return", sa.Boolean(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("return_no", name="pk_pay_return"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_pay_return_above_zero")),
        sa.ForeignKeyConstraint(
            ["payment_no"], ["payment_bill.payment_no"], name="fk_pay_return_payment_no"
        ),
    )
    op.create_index("ix_pay_return_payment_no", "pay_return", ["payment_no"])
    op.create_table(
        "pay_return_part",
        sa.Column("return_no", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("payment_no", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("return_no", "n", name="pk_pay_return_part"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_pay_return_part_above_zero")),
        sa.ForeignKeyConstraint(
            ["return_no"], ["pay_return.return_no"], name="fk_pay_return_part_return_no"
        ),
        sa.ForeignKeyConstraint(
            ["payment_no", "n"],
            ["payment_part.payment_no", "payment_part.n"],
            name="fk_pay_return_part_payment_no_n",
        ),
    )
    op.create_table(
        "pay_return_event",
        sa.Column("return_no", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("return_no", "n", name="pk_pay_return_event"),
        sa.ForeignKeyConstraint(
            ["return_no"], ["pay_return.return_no"], name="fk_pay_return_event_return_no"
        ),
    )


def _cash() -> None:
    op.create_table(
        "cash_move",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("pay_no", sa.String(), nullable=False),
        sa.Column("is_refund", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counted_by", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_cash_move"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_cash_move_above_zero")),
        sa.CheckConstraint(
            "state IN ('asked', 'counted', 'confirmed', 'closed')", name=op.f("ck_cash_move_state")
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR "
            "(counted_by <> '' AND confirmed_by <> '' AND confirmed_by <> counted_by)",
            name=op.f("ck_cash_move_two_persons"),
        ),
    )
    op.create_index("ix_cash_move_pay_no", "cash_move", ["pay_no"])


def _wrong_cash(differs: str) -> str:
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in CASH_FIXED)
    allowed = " OR ".join(
        f"(OLD.state = '{before}' AND NEW.state = '{after}')"
        for before, afters in CASH_MOVES.items()
        for after in afters
    )
    return f"{changed} OR NOT ({allowed})"


def _guard_sqlite() -> None:
    for table, keys in APPEND_ONLY.items():
        for what in ("UPDATE", "DELETE"):
            _sqlite(table, f"no_{what.lower()}", f"BEFORE {what}", "1")
        for n, key in enumerate(keys):
            same = " AND ".join(f"{column} = NEW.{column}" for column in key.split())
            there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
            _sqlite(table, f"new_{n}", "BEFORE INSERT", there)
    _sqlite("cash_move", "no_delete", "BEFORE DELETE", "1")
    _sqlite("cash_move", "moves", "BEFORE UPDATE", _wrong_cash("IS NOT"))
    there = "EXISTS (SELECT 1 FROM cash_move WHERE number = NEW.number)"
    _sqlite("cash_move", "new_0", "BEFORE INSERT", there)


def _sqlite(table: str, name: str, when: str, forbidden: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} {when} ON {table} WHEN {forbidden} "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
    )


def _guard_postgres() -> None:
    for table in (*APPEND_ONLY, "cash_move"):
        op.execute(
            f"CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} only grows'; END $$"
        )
        changes = "DELETE" if table == "cash_move" else "UPDATE OR DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {changes} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM PUBLIC")
    wrong = _wrong_cash("IS DISTINCT FROM")
    op.execute(
        "CREATE FUNCTION cash_move_moves() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {wrong} THEN RAISE EXCEPTION 'no such move'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER cash_move_moves BEFORE UPDATE ON cash_move "
        "FOR EACH ROW EXECUTE FUNCTION cash_move_moves()"
    )
