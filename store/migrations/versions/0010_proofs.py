"""The proof of a document as a row of its own, and the guards that refuse to book without one."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TABLE = "document_proof"
WHY = f"{TABLE} only grows"
NO_PROOF = "nothing is booked without a proof"
SAME = "document_sha256 = NEW.document_sha256 AND subject = NEW.subject"
PROVED = f"EXISTS (SELECT 1 FROM {TABLE} WHERE document_sha256 = NEW.document_sha256 AND subject ="
NEEDED = {
    "remittance": ("INSERT", f"NOT {PROVED} 'remittance ' || NEW.remittance_no)"),
    "bank_statement": (
        "INSERT",
        f"NOT {PROVED} 'statement ' || NEW.account || ' ' || NEW.statement_no)",
    ),
    "source_document": (
        "UPDATE",
        "NEW.status = 'booked' AND OLD.status <> 'booked' AND NOT EXISTS "
        f"(SELECT 1 FROM {TABLE} WHERE document_sha256 = NEW.sha256)",
    ),
}
"""When each table refuses a row. A document is received as `new`, so it is booked by an update."""
BORN_NEW = "NEW.status = 'booked'"


def upgrade() -> None:
    """Create the table, move the proofs of what is booked into it, and guard everything."""
    op.create_table(
        TABLE,
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("layout_id", sa.String(), nullable=False),
        sa.Column("layout_version", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("equations", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document_sha256", "subject", name=f"pk_{TABLE}"),
        sa.CheckConstraint("checked > 0 AND held = checked", name=op.f(f"ck_{TABLE}_all_held")),
    )
    _move("remittance", "'remittance ' || remittance_no", "booked_at")
    _move("bank_statement", "'statement ' || account || ' ' || statement_no", "imported_at")
    for table in ("remittance", "bank_statement"):
        op.drop_column(table, "proof")
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _move(table: str, subject: str, at: str) -> None:
    """Proofs from before tell neither their reader nor their layout."""
    connection = op.get_bind()
    found = sa.text(f"SELECT document_sha256, {subject}, proof, {at} FROM {table}")
    for sha256, name, proof, moment in connection.execute(found).all():
        equations = json.loads(proof) if isinstance(proof, str) else proof
        written = [["total", *equation] for equation in equations]
        row = {
            "document_sha256": sha256,
            "subject": name,
            "form": "message",
            "reader": "before 0010",
            "layout_id": "",
            "layout_version": 0,
            "checked": len(written),
            "held": len(written),
            "equations": written,
            "provenance": {},
            "proved_at": _moment(moment),
        }
        connection.execute(_insert(), row)


def _insert() -> sa.Insert:
    table = sa.table(
        TABLE,
        *(sa.column(name) for name in ("document_sha256", "subject", "form", "reader")),
        *(sa.column(name) for name in ("layout_id", "layout_version", "checked", "held")),
        sa.column("equations", sa.JSON()),
        sa.column("provenance", sa.JSON()),
        sa.column("proved_at", sa.DateTime(timezone=True)),
    )
    return sa.insert(table)


def _moment(value: str | datetime) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _guard_sqlite() -> None:
    there = f"EXISTS (SELECT 1 FROM {TABLE} WHERE {SAME})"
    for name, when, forbidden in (
        ("no_update", "UPDATE", "1"),
        ("no_delete", "DELETE", "1"),
        ("new_0", "INSERT", there),
    ):
        _sqlite(f"{TABLE}_{name}", f"BEFORE {when} ON {TABLE}", forbidden, WHY)
    for table, (when, forbidden) in NEEDED.items():
        _sqlite(f"{table}_is_proved", f"BEFORE {when} ON {table}", forbidden, NO_PROOF)
    _sqlite("source_document_is_new", "BEFORE INSERT ON source_document", BORN_NEW, NO_PROOF)


def _sqlite(name: str, when: str, forbidden: str, why: str) -> None:
    op.execute(
        f"CREATE TRIGGER {name} {when} WHEN {forbidden} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _guard_postgres() -> None:
    op.execute(_refusal(f"{TABLE}_only_grows", "true", WHY))
    for name, when, each in (
        ("no_change", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {TABLE}_{name} BEFORE {when} ON {TABLE} "
            f"FOR EACH {each} EXECUTE FUNCTION {TABLE}_only_grows()"
        )
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {TABLE} FROM PUBLIC")
    for table, (when, forbidden) in NEEDED.items():
        _postgres(f"{table}_is_proved", f"{when} ON {table}", forbidden)
    _postgres("source_document_is_new", "INSERT ON source_document", BORN_NEW)


def _postgres(name: str, when: str, forbidden: str) -> None:
    op.execute(_refusal(name, forbidden, NO_PROOF))
    op.execute(f"CREATE TRIGGER {name} BEFORE {when} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _refusal(name: str, forbidden: str, why: str) -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {forbidden} THEN RAISE EXCEPTION '{why}'; END IF; RETURN NEW; END $$"
    )
