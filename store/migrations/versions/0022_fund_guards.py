"""Guards of the fund vouchers: what was handed to the ERP is never changed, nor handed over again.

A voucher is frozen when it is written; the ERP's number comes once, and no journal is put into a
voucher that the ERP has.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

VOUCHER, JOURNAL = "fund_voucher", "fund_voucher_journal"
FROZEN = f"{VOUCHER} is frozen"
ONLY_GROWS = f"{JOURNAL} only grows"
SENT = f"{VOUCHER} is sent"

HAS_A_NUMBER = f"EXISTS (SELECT 1 FROM {VOUCHER} WHERE key = NEW.key AND voucher_no IS NOT NULL)"


def _changed(differs: str, legs: str) -> str:
    """Anything but a first number; `legs` makes JSON comparable."""
    fixed = [f"NEW.{column} {differs} OLD.{column}" for column in ("key", "day", "frozen_at")]
    fixed.append(f"NEW.legs{legs} {differs} OLD.legs{legs}")
    return " OR ".join([*fixed, "OLD.voucher_no IS NOT NULL", "NEW.voucher_no IS NULL"])


def upgrade() -> None:
    """Create every guard."""
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    _sqlite(f"{VOUCHER}_no_update", f"BEFORE UPDATE ON {VOUCHER}", _changed("IS NOT", ""), FROZEN)
    _sqlite(f"{VOUCHER}_no_delete", f"BEFORE DELETE ON {VOUCHER}", "1", FROZEN)
    for what in ("UPDATE", "DELETE"):
        _sqlite(f"{JOURNAL}_no_{what.lower()}", f"BEFORE {what} ON {JOURNAL}", "1", ONLY_GROWS)
    # REPLACE deletes without a delete trigger when recursive_triggers is off.
    for table, key, why in ((VOUCHER, "key", FROZEN), (JOURNAL, "journal_id", ONLY_GROWS)):
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
        _sqlite(f"{table}_new_0", f"BEFORE INSERT ON {table}", there, why)
    _sqlite(f"{JOURNAL}_not_sent", f"BEFORE INSERT ON {JOURNAL}", HAS_A_NUMBER, SENT)


def _sqlite(name: str, when: str, forbidden: str, why: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} {when} WHEN {forbidden} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _guard_postgres() -> None:
    for table, why, changes in (
        (VOUCHER, FROZEN, "DELETE"),
        (JOURNAL, ONLY_GROWS, "UPDATE OR DELETE"),
    ):
        _function(f"{table}_only_grows", "true", why)
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE {changes} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grows()"
        )
        op.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM PUBLIC")
    op.execute(f"REVOKE UPDATE ON {JOURNAL} FROM PUBLIC")
    _row_guard(
        f"{VOUCHER}_frozen", f"UPDATE ON {VOUCHER}", _changed("IS DISTINCT FROM", "::text"), FROZEN
    )
    _row_guard(f"{JOURNAL}_not_sent", f"INSERT ON {JOURNAL}", HAS_A_NUMBER, SENT)


def _row_guard(name: str, when: str, forbidden: str, why: str) -> None:
    _function(name, forbidden, why)
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _function(name: str, forbidden: str, why: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {forbidden} THEN RAISE EXCEPTION '{why}'; END IF; RETURN NEW; END $$"
    )
