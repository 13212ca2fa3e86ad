"""The triggers that make the books and the trails append-only, on both databases."""

from alembic import op

revision = "0005"
down_revision = "0004"

APPEND_ONLY = {
    "account": ("id", "code currency"),
    "journal": ("id", "idem_key"),
    "leg": (),
    "journal_seal": ("journal_id",),
    "allocation": ("id", "key"),
    "case_fact": ("case_no name",),
    "case_event": ("case_no key", "case_no n"),
    "claim_event": ("claim_no key", "claim_no n"),
    "intent_event": ("id",),
    "remittance": ("remittance_no",),
    "remittance_line": ("remittance_no n",),
    "provider_adjustment": ("remittance_no n",),
    "bank_statement": ("account statement_no",),
    "statement_line": ("line_id", "account statement_no n"),
    "line_settlement": ("line_id", "key", "advice_no"),
    "payment": ("payment_no",),
    "approval": ("id", "idempotency_key"),
    "decision": ("decision_no", "review_no", "idempotency_key"),
    "audit": ("id",),
    "security_event": ("id",),
}
"""Tables that only grow; the columns by which SQLite's REPLACE could push an old row out.

Journals that reverse the same journal are caught there as well, in a guard of their own.
"""

LEG_OF_A_SEALED = "leg of a sealed journal"
SEAL_DIFFERS = "seal differs from its legs"
ALLOCATED_DIFFERS = "allocated is not the sum of allocations"
ITEM_NOT_FRESH = "open item must begin with nothing allocated"
ITEM_FIXED = "open item never changes"

SEAL_IS_RIGHT = """
    NEW.legs > 0
    AND NEW.legs = (SELECT count(*) FROM leg WHERE journal_id = NEW.journal_id)
    AND NEW.total = (SELECT sum(minor) FROM leg WHERE journal_id = NEW.journal_id)
"""
ALLOCATED_IS_RIGHT = """
    NEW.allocated = (
        SELECT coalesce(sum(minor), 0) FROM allocation WHERE item_no = NEW.item_no
    )
"""
IS_SEALED = "EXISTS (SELECT 1 FROM journal_seal WHERE journal_id = NEW.journal_id)"
SAME_ITEM = " AND ".join(
    f"NEW.{column} IS NOT DISTINCT FROM OLD.{column}"
    for column in ("item_no", "case_no", "payer", "kind", "currency", "minor")
)
RAISE_ITEM = """
    UPDATE open_item SET allocated = allocated + NEW.minor WHERE item_no = NEW.item_no
"""


def upgrade() -> None:
    """Create every guard."""
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for table, keys in APPEND_ONLY.items():
        for what in ("UPDATE", "DELETE"):
            _sqlite(
                f"{table}_no_{what.lower()}",
                f"BEFORE {what} ON {table}",
                "1",
                f"{table} only grows",
            )
        # REPLACE deletes without a delete trigger when recursive_triggers is off.
        for n, key in enumerate(keys):
            same = " AND ".join(f"{column} = NEW.{column}" for column in key.split())
            there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"
            _sqlite(f"{table}_new_{n}", f"BEFORE INSERT ON {table}", there, f"{table} only grows")
    twice = "NEW.reverses IN (SELECT reverses FROM {0} WHERE reverses IS NOT NULL)"
    for table in ("journal", "allocation"):
        _sqlite(
            f"{table}_new_reverses",
            f"BEFORE INSERT ON {table}",
            twice.format(table),
            "reversed twice",
        )
    _sqlite("leg_not_sealed", "BEFORE INSERT ON leg", IS_SEALED, LEG_OF_A_SEALED)
    _sqlite(
        "seal_is_right", "BEFORE INSERT ON journal_seal", f"NOT ({SEAL_IS_RIGHT})", SEAL_DIFFERS
    )
    _sqlite("item_fresh", "BEFORE INSERT ON open_item", "NEW.allocated <> 0", ITEM_NOT_FRESH)
    replaced = "EXISTS (SELECT 1 FROM open_item WHERE item_no = NEW.item_no)"
    _sqlite("item_new", "BEFORE INSERT ON open_item", replaced, ITEM_FIXED)
    _sqlite("item_no_delete", "BEFORE DELETE ON open_item", "1", ITEM_FIXED)
    same = SAME_ITEM.replace("IS NOT DISTINCT FROM", "IS")
    _sqlite("item_fixed", "BEFORE UPDATE ON open_item", f"NOT ({same})", ITEM_FIXED)
    _sqlite(
        "item_allocated",
        "BEFORE UPDATE ON open_item",
        f"NOT ({ALLOCATED_IS_RIGHT})",
        ALLOCATED_DIFFERS,
    )
    op.execute(
        f"CREATE TRIGGER allocation_raises_item AFTER INSERT ON allocation BEGIN {RAISE_ITEM}; END"
    )


def _sqlite(name: str, when: str, forbidden: str, why: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} {when} WHEN {forbidden} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _guard_postgres() -> None:
    for table in (*APPEND_ONLY, "open_item"):
        op.execute(_refusal(f"{table}_only_grows", "true", f"{table} only grows"))
        event = "DELETE" if table == "open_item" else "UPDATE OR DELETE"
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {event} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC")
    _postgres("leg_not_sealed", "INSERT ON leg", IS_SEALED, LEG_OF_A_SEALED)
    _postgres("seal_is_right", "INSERT ON journal_seal", f"NOT ({SEAL_IS_RIGHT})", SEAL_DIFFERS)
    _postgres("item_fresh", "INSERT ON open_item", "NEW.allocated <> 0", ITEM_NOT_FRESH)
    _postgres("item_fixed", "UPDATE ON open_item", f"NOT ({SAME_ITEM})", ITEM_FIXED)
    _postgres(
        "item_allocated", "UPDATE ON open_item", f"NOT ({ALLOCATED_IS_RIGHT})", ALLOCATED_DIFFERS
    )
    op.execute(
        "CREATE FUNCTION allocation_raises_item() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {RAISE_ITEM}; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER allocation_raises_item AFTER INSERT ON allocation "
        "FOR EACH ROW EXECUTE FUNCTION allocation_raises_item()"
    )


def _postgres(name: str, when: str, forbidden: str, why: str) -> None:
    op.execute(_refusal(name, forbidden, why))
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _refusal(name: str, forbidden: str, why: str) -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {forbidden} THEN RAISE EXCEPTION '{why}'; END IF; RETURN NEW; END $$"
    )
