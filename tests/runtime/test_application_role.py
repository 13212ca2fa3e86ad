"""`huikuan migrate --application-role` puts up the second wall on a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError
from typer.testing import CliRunner

from runtime.cli import app
from store.database import Database
from tests.postgres import execute, throwaway_postgres, with_database
from tests.store.samples import XorSealer, open_case


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("HUIKUAN_DATABASE_URL", raising=False)


def test_a_database_without_roles_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["migrate", "--application-role", "app"])
    assert result.exit_code == 2
    assert "application-role: sqlite has no roles." in result.output
    assert not (tmp_path / "var" / "huikuan.sqlite").exists()


@pytest.mark.slow
def test_the_role_may_work_and_may_not_touch_the_books(monkeypatch: pytest.MonkeyPatch) -> None:
    with throwaway_postgres() as server:
        execute(server, "CREATE ROLE app LOGIN")
        execute(server, "CREATE DATABASE books")
        url = with_database(server, "books")
        monkeypatch.setenv("HUIKUAN_DATABASE_URL", url)
        for _ in range(2):
            result = CliRunner().invoke(app, ["migrate", "--application-role", "app"])
            assert result.exit_code == 0, result.output
        assert "app may do the application's work, and no more." in result.output
        database = Database(url.replace("huikuan@", "app@"), XorSealer())
        with database.transaction() as s:
            open_case(s)
        for forbidden in (
            "DELETE FROM case_file",
            "UPDATE leg SET minor = 1",
            "ALTER TABLE case_event DISABLE TRIGGER ALL",
        ):
            with pytest.raises(ProgrammingError), database.transaction() as s:
                s.connection().exec_driver_sql(forbidden)
        database.dispose()
