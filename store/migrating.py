"""Alembic, which only those load who bring tables up to date or ask whether they are."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the tables to a version, within the transaction that is open."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def versions_in(connection: Connection) -> set[str]:
    """The version of the tables; none, when there are no tables of ours."""
    return set(MigrationContext.configure(connection).get_current_heads())


def newest() -> set[str]:
    """The version of this release."""
    return set(ScriptDirectory(str(_MIGRATIONS)).get_heads())
