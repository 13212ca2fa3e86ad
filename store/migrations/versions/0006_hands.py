"""Who had a hand in a case, append-only, with the hands that are already known."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WHY = "case_hand only grows"


def upgrade() -> None:
    """Create the table, fill it from the cases, and guard it."""
    op.create_table(
        "case_hand",
        sa.Column("case_no", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("case_no", "login", name="pk_case_hand"),
        sa.ForeignKeyConstraint(["case_no"], ["case_file.case_no"], name="fk_case_hand_case_no"),
    )
    op.execute(
        "INSERT INTO case_hand SELECT case_no, lower(trim(prepared_by)) FROM case_file UNION "
        "SELECT case_no, lower(trim(started_by)) FROM case_file WHERE started_by IS NOT NULL"
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    there = "EXISTS (SELECT 1 FROM case_hand WHERE case_no = NEW.case_no AND login = NEW.login)"
    for name, when, forbidden in (
        ("no_update", "UPDATE", "1"),
        ("no_delete", "DELETE", "1"),
        ("new_0", "INSERT", there),
    ):
        op.execute(
            f"CREATE TRIGGER case_hand_{name} BEFORE {when} ON case_hand WHEN {forbidden} "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )


def _guard_postgres() -> None:
    op.execute(
        "CREATE FUNCTION case_hand_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$"
    )
    for name, when, each in (
        ("no_change", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER case_hand_{name} BEFORE {when} ON case_hand "
            f"FOR EACH {each} EXECUTE FUNCTION case_hand_only_grows()"
        )
