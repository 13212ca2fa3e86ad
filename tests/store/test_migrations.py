"""The migrations lead to the tables that the code uses, on both databases, whoever runs them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from store import cases, intents, tables
from store.database import Database
from store.migrating import upgrade
from tests.store.processes import run_at_once
from tests.store.samples import XorSealer

VERSIONS = Path(tables.__file__).parent / "migrations" / "versions"


def test_the_migrations_lead_to_the_tables_of_the_code(database: Database) -> None:
    with database.transaction() as s:
        connection = s.connection()
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, tables.METADATA)
        names = set(inspect(connection).get_table_names())
    assert differences == []
    assert names == set(tables.METADATA.tables) | {"alembic_version"}


def test_the_migrations_name_the_same_constraints_as_the_code(database: Database) -> None:
    with database.transaction() as s:
        found = inspect(s.connection())
        for table in tables.METADATA.tables.values():
            migrated = {c["name"] for c in found.get_check_constraints(table.name)}
            migrated |= {c["name"] for c in found.get_unique_constraints(table.name)}
            migrated |= {c["name"] for c in found.get_foreign_keys(table.name)}
            migrated |= {found.get_pk_constraint(table.name)["name"]}
            expected = {
                s.connection().dialect.identifier_preparer.format_constraint(c)
                for c in table.constraints
            }
            assert migrated == expected, table.name


def test_migrating_again_changes_nothing(database: Database) -> None:
    database.migrate()
    with database.reading() as s:
        versions = s.connection().execute(text("SELECT version_num FROM alembic_version")).all()
    assert len(versions) == 1


@pytest.mark.slow
def test_three_processes_that_migrate_at_once_all_find_their_tables(empty_url: str) -> None:
    answers = run_at_once("migrate", [[empty_url]] * 3)
    assert answers == ["migrated"] * 3


def test_every_append_only_table_is_guarded_in_both_directions(database: Database) -> None:
    listing = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.dialect == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.reading() as s:
        triggers = {str(name) for (name,) in s.connection().execute(text(listing)).all()}
    source = (VERSIONS / "0005_guards.py").read_text()
    guarded = re.findall(r'^    "(\w+)": \(', source, re.MULTILINE)
    assert len(guarded) == 20
    for table in guarded:
        wanted = (
            {f"{table}_no_update", f"{table}_no_delete"}
            if database.dialect == "sqlite"
            else {f"{table}_no_change", f"{table}_no_truncate"}
        )
        assert wanted <= triggers, table


def test_a_journal_from_before_the_portals_reads_as_one_that_tells_no_more(
    empty_url: str,
) -> None:
    before = Database(empty_url, XorSealer())
    with before.transaction() as s:
        upgrade(s.connection(), "0006")
        for statement in (
            "INSERT INTO intent VALUES ('PB', 'CL-1', 1, 'original', 'd', 'armed', 1, '', :at)",
            "INSERT INTO intent_event VALUES (1, 'PB', 'CL-1', 1, 'original', 'armed', 1, '', :at)",
        ):
            s.connection().execute(text(statement), {"at": "2026-01-05 00:00:00.000000"})
    before.migrate()
    with before.reading() as s:
        (event,) = intents.intent_history(s, "CL-1")
        assert (event.maker, event.fence, event.request_digest) == ("", None, "")
        assert intents.intent_of(s, "PB", "CL-1", 1, "original").fence is None
    before.dispose()


def test_a_case_from_before_keeps_all_but_what_it_waited_for(empty_url: str) -> None:
    before = Database(empty_url, XorSealer())
    columns = (
        "case_no, workflow_id, run_id, stage, hospital_code, hospital_name, payers, total_minor,"
        " currency, prepared_by, order_sealed, opened_at, waits_for"
    )
    with before.transaction() as s:
        upgrade(s.connection(), "0026")
        s.connection().execute(
            text(
                f"INSERT INTO case_file ({columns}) VALUES ('SO-1', 'case-SO-1', 'r', 'shipped',"
                " 'H-01', '测试医院', '[\"PA\"]', 12000, 'CNY', 'erp.clerk', :sealed,"
                " '2026-01-05 00:00:00.000000', 'the parcel')"
            ),
            {"sealed": b"sealed"},
        )
    before.migrate()
    with before.reading() as s:
        head = cases.head_of(s, "SO-1")
        assert (head.stage, head.payers, head.total.minor) == ("shipped", ("PA",), 12000)
        names = {column["name"] for column in inspect(s.connection()).get_columns("case_file")}
        indexes = {index["name"] for index in inspect(s.connection()).get_indexes("case_file")}
        assert names.isdisjoint({"waits_for", "waits_since"})
        assert "ix_case_file_stage" in indexes
    before.dispose()


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_stands_on_its_own_feet(path: Path) -> None:
    # A migration that uses the code's row types changes its meaning when they change.
    assert not re.search(r"^(from|import) (store|domain|engine)", path.read_text(), re.MULTILINE)


def test_reading_writes_nothing(database: Database) -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"):
        _write_while_reading(database)


def _write_while_reading(database: Database) -> None:
    with database.reading() as s:
        s.connection().execute(text("INSERT INTO case_fact VALUES ('a', 'b', 'c')"))


def test_a_sqlite_file_is_made_with_its_folder(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/huikuan.sqlite", XorSealer())
    database.migrate()
    database.dispose()
    assert (tmp_path / "deep" / "huikuan.sqlite").exists()
