"""Bills paid in parts: bill, parts, attempts at channels and refunds, with their guards."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TIME = sa.DateTime(timezone=True)
LIVE = "state IN ('asked', 'waiting', 'captured')"

APPEND_ONLY = {
    "payment_bill": ("payment_no",),
    "payment_part": ("payment_no n",),
    "payment_event": ("payment_no n", "payment_no event"),
    "pay_attempt_event": ("id",),
}
"""Tables that only grow; the columns by which SQLite's REPLACE could push an old row out."""

FIXED = {
    "pay_attempt": ("pay_no", "payment_no", "n", "channel", "currency", "minor"),
    "pay_refund": ("refund_no", "pay_no", "currency", "minor", "asked_by"),
}
"""Tables whose rows move on; the columns that never change. The first is their key."""

MOVES = {
    "pay_attempt": {
        "asked": ("waiting", "captured", "refused"),
        "waiting": ("captured", "refused"),
        "captured": (),
        "refused": ("surplus",),
        "surplus": (),
    },
    "pay_refund": {
        "processing": ("refunded", "failed"),
        "unknown": ("processing", "refunded", "failed"),
        "refunded": (),
        "failed": (),
    },
}

ASKED_BACK_IS_RIGHT = """
    NEW.asked_back = (
        SELECT coalesce(sum(minor), 0) FROM pay_refund
        WHERE pay_no = NEW.pay_no AND state <> 'failed'
    )
"""
COUNT_ASKED_BACK = """
    UPDATE pay_attempt SET asked_back = (
        SELECT coalesce(sum(minor), 0) FROM pay_refund
        WHERE pay_no = NEW.pay_no AND state <> 'failed'
    ) WHERE pay_no = NEW.pay_no
"""


def upgrade() -> None:
    """Create the tables and every guard."""
    _bills()
    _attempts()
    _refunds()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _bills() -> None:
    op.create_table(
        "payment_bill",
        sa.Column("payment_no", sa.String(), nullable=False),
        sa.Column("case_no", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("payment_no", name="pk_payment_bill"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_payment_bill_above_zero")),
        sa.ForeignKeyConstraint(["case_no"], ["case_file.case_no"], name="fk_payment_bill_case_no"),
    )
    op.create_index("ix_payment_bill_case_no", "payment_bill", ["case_no"])
    op.create_index("ix_payment_bill_opened_at", "payment_bill", ["opened_at"])
    op.create_table(
        "payment_part",
        sa.Column("payment_no", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("payment_no", "n", name="pk_payment_part"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_payment_part_above_zero")),
        sa.ForeignKeyConstraint(
            ["payment_no"], ["payment_bill.payment_no"], name="fk_payment_part_payment_no"
        ),
    )
    op.create_table(
        "payment_event",
        sa.Column("payment_no", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("payment_no", "n", name="pk_payment_event"),
        sa.UniqueConstraint("payment_no", "event", name="uq_payment_event_payment_no_event"),
        sa.ForeignKeyConstraint(
            ["payment_no"], ["payment_bill.payment_no"], name="fk_payment_event_payment_no"
        ),
    )


def _attempts() -> None:
    op.create_table(
        "pay_attempt",
        sa.Column("pay_no", sa.String(), nullable=False),
        sa.Column("payment_no", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("channel_no", sa.String(), nullable=False),
        sa.Column("paid_at", TIME, nullable=True),
        sa.Column("asked_back", sa.BigInteger(), nullable=False),
        sa.Column("pay_url", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("pay_no", name="pk_pay_attempt"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_pay_attempt_above_zero")),
        sa.CheckConstraint(
            "asked_back >= 0 AND asked_back <= minor", name=op.f("ck_pay_attempt_within_the_whole")
        ),
        sa.CheckConstraint(
            "asked_back = 0 OR state IN ('captured', 'surplus')",
            name=op.f("ck_pay_attempt_returns_what_it_took"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_no", "n"],
            ["payment_part.payment_no", "payment_part.n"],
            name="fk_pay_attempt_payment_no_n",
        ),
    )
    op.create_index("ix_pay_attempt_payment_no", "pay_attempt", ["payment_no"])
    op.create_index(
        "uq_pay_attempt_live",
        "pay_attempt",
        ["payment_no", "n"],
        unique=True,
        sqlite_where=sa.text(LIVE),
        postgresql_where=sa.text(LIVE),
    )
    op.create_table(
        "pay_attempt_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pay_no", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("raw_state", sa.String(), nullable=False),
        sa.Column("channel_no", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pay_attempt_event"),
        sa.ForeignKeyConstraint(
            ["pay_no"], ["pay_attempt.pay_no"], name="fk_pay_attempt_event_pay_no"
        ),
    )
    op.create_index("ix_pay_attempt_event_pay_no", "pay_attempt_event", ["pay_no"])


def _refunds() -> None:
    op.create_table(
        "pay_refund",
        sa.Column("refund_no", sa.String(), nullable=False),
        sa.Column("pay_no", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("channel_no", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("returned_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("refund_no", name="pk_pay_refund"),
        sa.CheckConstraint("minor > 0", name=op.f("ck_pay_refund_above_zero")),
        sa.ForeignKeyConstraint(["pay_no"], ["pay_attempt.pay_no"], name="fk_pay_refund_pay_no"),
    )
    op.create_index("ix_pay_refund_pay_no", "pay_refund", ["pay_no"])
    op.create_index("ix_pay_refund_asked_at", "pay_refund", ["asked_at"])


def _guard_sqlite() -> None:
    for table, keys in APPEND_ONLY.items():
        for what in ("UPDATE", "DELETE"):
            when = f"BEFORE {what} ON {table}"
            _sqlite(f"{table}_no_{what.lower()}", when, "1", f"{table} only grows")
        for n, key in enumerate(keys):
            _sqlite_new(table, n, key)
    for table, columns in FIXED.items():
        _sqlite(f"{table}_no_delete", f"BEFORE DELETE ON {table}", "1", f"{table} stays")
        _sqlite_new(table, 0, columns[0])
        _sqlite(f"{table}_fixed", f"BEFORE UPDATE ON {table}", _changed(columns, "IS NOT"), "fixed")
        _sqlite(f"{table}_moves", f"BEFORE UPDATE ON {table}", _wrong_move(table), "no such move")
    wrong = f"NOT ({ASKED_BACK_IS_RIGHT})"
    why = "asked_back is not the sum of its refunds"
    _sqlite("pay_attempt_returning", "BEFORE UPDATE ON pay_attempt", wrong, why)
    _sqlite("pay_attempt_fresh", "BEFORE INSERT ON pay_attempt", "NEW.asked_back <> 0", why)
    for what in ("INSERT", "UPDATE OF state"):
        name = f"pay_refund_counts_on_{what.split()[0].lower()}"
        op.execute(
            f"CREATE TRIGGER {name} AFTER {what} ON pay_refund BEGIN {COUNT_ASKED_BACK}; END"
        )


def _sqlite_new(table: str, n: int, key: str) -> None:
    # REPLACE deletes without a delete trigger when recursive_triggers is off.
    same = " AND ".join(f"{column} = NEW.{column}" for column in key.split())
    there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
    _sqlite(f"{table}_new_{n}", f"BEFORE INSERT ON {table}", there, f"{table} is there")


def _sqlite(name: str, when: str, forbidden: str, why: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} {when} WHEN {forbidden} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _changed(columns: tuple[str, ...], differs: str) -> str:
    return " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns)


def _wrong_move(table: str) -> str:
    allowed = " OR ".join(
        f"(OLD.state = '{before}' AND NEW.state = '{after}')"
        for before, afters in MOVES[table].items()
        for after in afters
    )
    return f"NEW.state <> OLD.state AND NOT ({allowed})"


def _guard_postgres() -> None:
    for table in APPEND_ONLY:
        _postgres(f"{table}_no_change", f"UPDATE OR DELETE ON {table}", "true", "only grows")
    for table, columns in FIXED.items():
        _postgres(f"{table}_no_delete", f"DELETE ON {table}", "true", f"{table} stays")
        differs = _changed(columns, "IS DISTINCT FROM")
        _postgres(f"{table}_fixed", f"UPDATE ON {table}", differs, "fixed")
        _postgres(f"{table}_moves", f"UPDATE ON {table}", _wrong_move(table), "no such move")
    for table in (*APPEND_ONLY, *FIXED):
        op.execute(
            f"CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} stays'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays()"
        )
        op.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM PUBLIC")
    wrong = f"NOT ({ASKED_BACK_IS_RIGHT})"
    why = "asked_back is not the sum of its refunds"
    _postgres("pay_attempt_returning", "UPDATE ON pay_attempt", wrong, why)
    _postgres("pay_attempt_fresh", "INSERT ON pay_attempt", "NEW.asked_back <> 0", why)
    op.execute(
        "CREATE FUNCTION pay_refund_counts() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {COUNT_ASKED_BACK}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER pay_refund_counts AFTER INSERT OR UPDATE OF state ON pay_refund "
        "FOR EACH ROW EXECUTE FUNCTION pay_refund_counts()"
    )


def _postgres(name: str, when: str, forbidden: str, why: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {forbidden} THEN RAISE EXCEPTION '{why}'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} FOR EACH ROW EXECUTE FUNCTION {name}()")
