"""Closed months: the words of people about them, and the guards that keep postings out."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

LOCK = 7_204_612
"""PostgreSQL: posting holds it shared, a word about a period alone, so neither overtakes."""

CLOSED = "period is closed"
TOO_EARLY = "period before the day of the fact"
OUT_OF_TURN = "no such word at this point"
ONLY_GROWS = "period_event only grows"

LAST = """(SELECT {column} FROM period_event
    WHERE period = NEW.period ORDER BY n DESC LIMIT 1)"""
IS_CLOSED = f"coalesce({LAST.format(column='what')}, 'reopened') <> 'reopened'"
IN_TURN = f"""
    NEW.n = coalesce({LAST.format(column="n")}, 0) + 1
    AND CASE NEW.what
        WHEN 'closed' THEN coalesce({LAST.format(column="what")}, 'reopened') = 'reopened'
        WHEN 'reopen_asked'
            THEN coalesce({LAST.format(column="what")}, '') IN ('closed', 'reopen_refused')
        WHEN 'reopen_refused' THEN coalesce({LAST.format(column="what")}, '') = 'reopen_asked'
        ELSE coalesce({LAST.format(column="what")}, '') = 'reopen_asked'
            AND {LAST.format(column="person")} <> NEW.person
    END
"""
"""A month is opened again by two persons, whoever writes the row."""


def upgrade() -> None:
    """Create the table and its guards."""
    op.create_table(
        "period_event",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("period", "n", name="pk_period_event"),
        sa.CheckConstraint(
            "what IN ('closed','reopen_asked','reopen_refused','reopened')",
            name=op.f("ck_period_event_what"),
        ),
        sa.CheckConstraint("length(period) = 7", name=op.f("ck_period_event_month")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for name, when, forbidden, why in (
        ("period_event_no_update", "UPDATE ON period_event", "1", ONLY_GROWS),
        ("period_event_no_delete", "DELETE ON period_event", "1", ONLY_GROWS),
        ("period_event_in_turn", "INSERT ON period_event", f"NOT ({IN_TURN})", OUT_OF_TURN),
        ("journal_period_open", "INSERT ON journal", IS_CLOSED, CLOSED),
        (
            "journal_period_after",
            "INSERT ON journal",
            "NEW.period < strftime('%Y-%m', NEW.effective)",
            TOO_EARLY,
        ),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} WHEN {forbidden} "
            f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )


def _guard_postgres() -> None:
    _function("period_event_only_grows", f"RAISE EXCEPTION '{ONLY_GROWS}';")
    for name, when, each in (
        ("no_change", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER period_event_{name} BEFORE {when} ON period_event "
            f"FOR EACH {each} EXECUTE FUNCTION period_event_only_grows()"
        )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON period_event FROM PUBLIC")
    _function(
        "period_event_in_turn",
        f"PERFORM pg_advisory_xact_lock({LOCK}); "
        f"IF NOT ({IN_TURN}) THEN RAISE EXCEPTION '{OUT_OF_TURN}'; END IF; RETURN NEW;",
    )
    # A statement of its own after the lock: it sees what was committed while it waited.
    _function(
        "journal_period_open",
        f"PERFORM pg_advisory_xact_lock_shared({LOCK}); "
        f"IF {IS_CLOSED} THEN RAISE EXCEPTION '{CLOSED}'; END IF; "
        "IF NEW.period < to_char(NEW.effective, 'YYYY-MM') "
        f"THEN RAISE EXCEPTION '{TOO_EARLY}'; END IF; RETURN NEW;",
    )
    for name, table in (
        ("period_event_in_turn", "period_event"),
        ("journal_period_open", "journal"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def _function(name: str, body: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    )
