"""Small helpers that every table shares: UTC times, inserting once, locking, sealing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    DateTime,
    Dialect,
    Insert,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    false,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel
from sqlmodel.sql.expression import SelectOfScalar

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Row = TypeVar("Row", bound=SQLModel)


class Sealer(Protocol):
    """Encrypts what may not be read from the database or the disk alone."""

    def seal(self, data: bytes) -> bytes:
        """Return `data` encrypted and authenticated."""

    def open(self, data: bytes) -> bytes:
        """Return what was sealed, or raise when it was changed."""

    def mark(self, data: bytes) -> str:
        """Return the same text for the same data, of which nobody without the key can tell it."""


class TimeWithoutZone(ValueError):
    """A time without a zone was about to be stored."""

    def __init__(self, value: datetime) -> None:
        self.value = value
        super().__init__(f"{value.isoformat()} has no time zone.")


class FactDiffers(ValueError):
    """A fact that is already on record was given again with another value."""

    def __init__(self, subject: str, name: str) -> None:
        self.subject, self.name = subject, name
        super().__init__(f"{subject}: {name} is already on record with another value.")


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: any zone in, UTC in the table, UTC out. SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn into UTC. Raises: TimeWithoutZone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TimeWithoutZone(value)
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def table_of(row_type: type[SQLModel]) -> Table:
    """The table behind a row type."""
    table = SQLModel.metadata.tables[str(row_type.__tablename__)]
    return table


def insert_once(s: Session, row: SQLModel) -> bool:
    """Insert unless a unique value is already taken; False when it is.

    Two transactions that insert the same key at once: the second waits, then gets False.
    """
    return inserted_key(s, row) is not None


def inserted_key(s: Session, row: SQLModel) -> Any | None:
    """As `insert_once`, but return the first column of the primary key; None when taken."""
    s.flush()
    values = _values(row)
    given = frozenset(name for name, value in values.items() if value is not None)
    connection = s.connection()
    if connection.dialect.name == "postgresql":
        statement = _insert_unless_in_conflict(table_of(type(row)))
    else:
        statement = _insert_unless_there(table_of(type(row)), frozenset(values), given)
    return connection.execute(statement, values).scalar()


def insert_all(s: Session, rows: Sequence[SQLModel]) -> None:
    """Insert rows of one kind that cannot be there yet: those below a row just inserted."""
    if rows:
        s.flush()
        s.connection().execute(_insert(table_of(type(rows[0]))), [_values(row) for row in rows])


def _values(row: SQLModel) -> dict[str, Any]:
    values = row.model_dump()
    if values.get("id", 0) is None:
        del values["id"]
    return values


# Built once for each table: SQLAlchemy takes longer to build a statement than to run it.
@cache
def _insert(table: Table) -> Insert:
    return insert(table)


@cache
def _insert_unless_in_conflict(table: Table) -> ReturningInsert[Any]:
    key = next(iter(table.primary_key.columns))
    return postgres_insert(table).on_conflict_do_nothing().returning(key)


@cache
def _insert_unless_there(
    table: Table, names: frozenset[str], given: frozenset[str]
) -> ReturningInsert[Any]:
    """For SQLite, whose guards refuse a row that is there before ON CONFLICT lets it pass.

    It has one writer, so nothing can come between the look and the insert.
    """
    columns = [column for column in table.columns if column.name in names]
    new = {column.name: bindparam(column.name, type_=column.type) for column in columns}
    keys = [list(table.primary_key.columns)]
    keys += [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
    taken = (
        and_(*(column == new[column.name] for column in key))
        for key in keys
        if all(column.name in given for column in key)
    )
    is_there = select(literal(1)).select_from(table).where(or_(false(), *taken)).exists()
    row = select(*(new[column.name] for column in columns)).where(~is_there)
    key = next(iter(table.primary_key.columns))
    return insert(table).from_select(columns, row, include_defaults=False).returning(key)


def locked(s: Session, statement: SelectOfScalar[Row]) -> Row | None:
    """Return the first row, fresh, and locked until the transaction ends (SQLite: it is anyway).

    NO KEY UPDATE: inserts that refer to the row need not wait for it.
    """
    fresh = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return s.exec(fresh).first()


def seal_text(s: Session, text: str) -> bytes:
    """Seal a text for a column that may hold personal data."""
    return sealer_of(s).seal(text.encode())


def open_text(s: Session, data: bytes) -> str:
    """Read a sealed text."""
    return sealer_of(s).open(data).decode()


def sealer_of(s: Session) -> Sealer:
    """The sealer of the database that this session belongs to."""
    sealer: Sealer = s.info["sealer"]
    return sealer


def canonical(value: Any) -> str:
    """JSON with sorted keys: the same value always gives the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def digest_of(value: Any) -> str:
    """SHA-256 over the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
