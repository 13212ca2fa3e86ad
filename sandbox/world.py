"""The state of one counterparty: a SQLite file, a clock, and what is still to happen.

Everything a handler touches goes through a `Moment`, which is one transaction at one time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from sandbox.fields import Fields, Refused, instant, stamp

_SCHEMA = """
create table if not exists _kept (name text primary key, value text not null);
create table if not exists _due (
  id integer primary key, at text not null, kind text not null, payload text not null);
create index if not exists _due_in_order on _due (at, id);
create table if not exists _once (
  kind text, key text, answer text not null, primary key (kind, key));
create table if not exists _outbox (
  id integer primary key, url text not null, body text not null,
  signed text not null, tries integer not null default 0);
"""


@dataclass(frozen=True)
class Answer:
    """A JSON answer whose status is not 200."""

    status: int
    body: Any


@dataclass
class Moment:
    """The world at one time, inside one transaction; it is committed when the handler returns."""

    world: World
    now: datetime
    texts: list[str] = field(default_factory=list)

    def do(self, sql: str, *values: Any) -> int:
        """Run one statement and return the number of rows it changed."""
        return self.world.db.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Return all rows as dictionaries."""
        return [dict(row) for row in self.world.db.execute(sql, values)]

    def row(self, sql: str, *values: Any) -> dict[str, Any] | None:
        """Return the first row, or None."""
        found = self.world.db.execute(sql, values).fetchone()
        return None if found is None else dict(found)

    def setting(self, name: str) -> str:
        """Return a setting (`--set name=value`, else SANDBOX_NAME), "" when nobody gave it."""
        return self.world.settings.get(name, "")

    def keep(self, name: str, value: Any) -> None:
        """Keep one small JSON value under a name."""
        self.do("insert or replace into _kept values (?, ?)", name, json.dumps(value))

    def kept(self, name: str, otherwise: Any = None) -> Any:
        """Return what was kept under a name."""
        found = self.row("select value from _kept where name = ?", name)
        return otherwise if found is None else json.loads(found["value"])

    def next_number(self, name: str) -> int:
        """Return 1, 2, 3, ... for each name of its own, without gaps."""
        number = int(self.kept(f"sequence {name}", 0)) + 1
        self.keep(f"sequence {name}", number)
        return number

    def once(self, kind: str, key: str, make: Callable[[], dict[str, Any]]) -> Answer:
        """Make a thing once: 201 with what `make` returns, and 200 with the same ever after."""
        for found in self.made(kind, key):
            return Answer(200, found)
        made = make()
        self.do("insert into _once values (?, ?, ?)", kind, key, json.dumps(made))
        return Answer(201, made)

    def made(self, kind: str, key: str) -> list[dict[str, Any]]:
        """Return what `once` made under this key, as a list of none or one."""
        found = self.row("select answer from _once where kind = ? and key = ?", kind, key)
        return [] if found is None else [json.loads(found["answer"])]

    def later(self, at: datetime, kind: str, payload: Mapping[str, Any]) -> None:
        """Let `@service.when(kind)` happen at that time (in instant mode: at once).

        Never let an event schedule itself for ever: instant mode would never come to an end.
        """
        sql = "insert into _due (at, kind, payload) values (?, ?, ?)"
        self.do(sql, stamp(at), kind, json.dumps(payload))

    def happened(self, text: str) -> None:
        """Tell the conductor about it; the answer of `PUT /_sandbox/clock` lists these texts."""
        self.texts.append(f"{stamp(self.now)} {text}")

    def webhook(self, path: str, body: Mapping[str, Any], *, forged: bool = False) -> None:
        """Queue a signed message to `webhook_url` + path; nothing, without such an address."""
        if self.setting("webhook_url"):
            self._queue(self.setting("webhook_url") + path, body, "forged" if forged else "yes")

    def transfer(self, body: Mapping[str, Any]) -> None:
        """Queue a transfer to the bank at `bank_url`; nothing, when there is no bank.

        It tells the bank when it was sent, because the bank's clock may be moved after ours.
        """
        if self.setting("bank_url"):
            url = self.setting("bank_url") + "/_sandbox/transfers"
            self._queue(url, {"at": stamp(self.now), **body}, "no")

    def letter(self, url: str, text: str, headers: Mapping[str, str]) -> None:
        """Queue a message as it stands, with headers of its own instead of our signature."""
        sql = "insert into _outbox (url, body, signed) values (?, ?, ?)"
        self.do(sql, url, text, json.dumps(dict(headers)))

    def _queue(self, url: str, body: Mapping[str, Any], signed: str) -> None:
        text = json.dumps(body, ensure_ascii=False)
        self.do("insert into _outbox (url, body, signed) values (?, ?, ?)", url, text, signed)

    def take_fault(self, how: str) -> bool:
        """Return whether a fault of this name (an `event_faults` one) is on, and use it up once."""
        for fault in self.kept("faults", []):
            if fault["how"] == how:
                self.use_fault(fault)
                return True
        return False

    def use_fault(self, used: Mapping[str, Any]) -> None:
        """Count one use of a fault; after its last one it is gone."""
        left = list(self.kept("faults", []))
        fault = left[left.index(used)]
        if fault["times"] is not None:
            fault["times"] -= 1
        self.keep("faults", [one for one in left if one["times"] != 0])


@dataclass
class Call(Moment):
    """A moment that answers a request."""

    request: Request = field(kw_only=True)
    form: FormData = field(kw_only=True)
    fault: str = field(kw_only=True, default="")
    raw: bytes = field(kw_only=True, default=b"")

    def path(self, name: str) -> str:
        """Return a part of the path, like `order_no` of `/orders/{order_no}`."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        """Return a query parameter, or None."""
        return self.request.query_params.get(name)

    def needed(self, name: str) -> str:
        """Return a query parameter. Raises: Refused (400), when it is absent."""
        value = self.query(name)
        if not value:
            raise Refused(400, "missing_parameter", f"{name} is missing from the query", name)
        return value

    @property
    def body(self) -> Fields:
        """The JSON object that was sent. Raises: Refused (400), when it is none."""
        value = self.json()
        if not isinstance(value, dict):
            raise Refused(400, "not_an_object", "the body must be a JSON object")
        return Fields(value)

    def json(self) -> Any:
        """Return the JSON that was sent. Raises: Refused (400), when it is none."""
        try:
            return json.loads(self.raw)
        except ValueError as not_json:
            raise Refused(400, "not_json", "the body must be JSON") from not_json


Happening = Callable[[Moment, dict[str, Any]], None]


class World:
    """One SQLite file with its clock. Single-threaded: the event loop is the only writer."""

    def __init__(
        self, file: Path, schema: str, clock: datetime, settings: Mapping[str, str]
    ) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.folder = file.parent
        self.settings = dict(settings)
        self.db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("pragma journal_mode = wal")
        # A killed process loses nothing that was committed; only a power cut could, and may.
        self.db.execute("pragma synchronous = normal")
        self.db.executescript(_SCHEMA + schema)
        start = json.dumps(stamp(clock))
        self.db.execute("insert or ignore into _kept values ('clock', ?)", (start,))

    @property
    def now(self) -> datetime:
        """The time of this counterparty's clock, in Shanghai."""
        row = self.db.execute("select value from _kept where name = 'clock'").fetchone()
        return instant(json.loads(row["value"]))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, roll back when something is raised."""
        self.db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        """One transaction at the clock's time."""
        with self.transaction():
            yield Moment(self, self.now)

    def run_due(self, happenings: Mapping[str, Happening]) -> list[str]:
        """Let everything happen that is due (in instant mode: everything); return the texts.

        Each event has a transaction of its own and is stamped with its own due time; what instant
        mode brings forward is stamped with the clock's time.
        """
        texts: list[str] = []
        while True:
            with self.moment() as moment:
                limit = "9999" if moment.kept("instant", False) else stamp(moment.now)
                sql = "select * from _due where at <= ? order by at, id limit 1"
                due = moment.row(sql, limit)
                if due is None:
                    return texts
                moment.now = min(instant(due["at"]), moment.now)
                moment.do("delete from _due where id = ?", due["id"])
                happenings[due["kind"]](moment, json.loads(due["payload"]))
                texts += moment.texts
