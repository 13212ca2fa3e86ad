"""What docker-compose.yml does to PostgreSQL, on a throw-away server: roles, databases, tables."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from tests.house.checkout import ROOT
from tests.house.test_compose import SERVICES
from tests.postgres import execute, throwaway_postgres


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("psql") is None, reason="psql is not installed")
def test_the_databases_are_made_with_an_owner_each_on_a_real_server(tmp_path: Path) -> None:
    """The script that the postgres container runs, on a throw-away server."""
    with throwaway_postgres() as url:
        administrator = _administrator(url)
        made = subprocess.run(
            ["sh", str(ROOT / "scripts" / "compose" / "create-databases.sh")],
            env={
                **os.environ,
                "PGHOST": str(administrator.query["host"]),
                "POSTGRES_USER": "administrator",
                "HUIKUAN_DB_PASSWORD": "it's $quoted",
                "HUIKUAN_APP_DB_PASSWORD": "the app's",
                "TEMPORAL_DB_PASSWORD": 'a "second" one',
            },
            capture_output=True,
            check=False,
        )
        assert (made.returncode, made.stderr) == (0, b"")
        owner = administrator.set(username="huikuan", database="huikuan")
        _expect_two_walls(owner, tmp_path)
        engine = create_engine(administrator)
        with engine.connect() as connection:
            owners = connection.execute(
                text(
                    "select datname, rolname from pg_database join pg_roles r on r.oid = datdba"
                    " where rolname in ('huikuan', 'temporal') order by datname"
                )
            ).all()
        engine.dispose()
    assert [tuple(row) for row in owners] == [
        ("huikuan", "huikuan"),
        ("temporal", "temporal"),
        ("temporal_visibility", "temporal"),
    ]


def _expect_two_walls(owner: URL, secrets: Path) -> None:
    """The command of the job, with its two secrets as files, then what the other role may do."""
    for target, secret in (
        ("huikuan_database_url", owner.render_as_string(hide_password=False)),
        ("huikuan_payload_keys", f"k1:{base64.b64encode(b'1' * 32).decode()}"),
    ):
        (secrets / target).write_text(secret, encoding="utf-8")
    given = {"PATH": os.environ["PATH"], "HUIKUAN_HOME": str(secrets / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", *SERVICES["migrate"]["command"][1:]],
        env=given | {"HUIKUAN_SECRETS_FOLDER": str(secrets)},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    engine = create_engine(owner.set(username="huikuan_app"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM case_file")).scalar() == 0
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("DELETE FROM case_file"))
    engine.dispose()


def _administrator(url: str) -> URL:
    """A superuser called otherwise than the roles that the script makes."""
    execute(url, "CREATE ROLE administrator SUPERUSER LOGIN")
    own = make_url(url)
    administrator = own.set(username="administrator", password=None, database="postgres")
    if own.username == "huikuan":
        execute(
            administrator.render_as_string(hide_password=False),
            "ALTER ROLE huikuan RENAME TO somebody",
        )
    return administrator
