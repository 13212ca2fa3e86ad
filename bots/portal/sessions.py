"""Sign-ins of portal accounts, kept between runs: whoever comes next need not sign in again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol


class Sealer(Protocol):
    """Seals bytes for the disk; see `engine.codec.Sealer`."""

    def seal(self, data: bytes) -> bytes: ...

    def open(self, data: bytes) -> bytes: ...


class Sessions:
    """Sign-ins of portal accounts, kept in memory, and sealed on disk if there is a sealer."""

    def __init__(self, folder: Path | None = None, sealer: Sealer | None = None) -> None:
        self._folder = folder if sealer is not None else None
        self._sealer = sealer
        self._kept: dict[str, str] = {}
        self._ended: dict[str, str] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._refused: dict[tuple[str, str], int] = {}

    def lock(self, account: str) -> asyncio.Lock:
        """One sign-in of an account at a time."""
        return self._locks.setdefault(account, asyncio.Lock())

    def note_refused(self, account: str, password: str, unlocks: int) -> None:
        """The portal refused the password with this digest, after so many unlocks by people."""
        self._refused[account, password] = unlocks

    def is_refused(self, account: str, password: str, unlocks: int) -> bool:
        """Whether it was refused, and nobody has unlocked the account since: not tried again."""
        return self._refused.get((account, password), -1) >= unlocks

    def of(self, account: str) -> str | None:
        """Return the storage state of an account as JSON, if it signed in before."""
        return self._read(self._kept, account, "session")

    def left_behind(self, account: str) -> str | None:
        """What a sign-in that has ended left in the browser: the mark of a known device."""
        return self._read(self._ended, account, "ended")

    def keep(self, account: str, state: Mapping[str, Any]) -> str:
        """Remember a sign-in; return it as it is kept."""
        text = json.dumps(state)
        self._write(self._kept, account, "session", text)
        return text

    def forget(self, account: str, state: str | None, *, is_remembered: bool = False) -> None:
        """Drop a sign-in that has ended, unless somebody else has renewed it meanwhile.

        `is_remembered`: the portal knows the browser again, so what it left there is kept.
        """
        if self._kept.get(account) == state:
            self._kept.pop(account, None)
            if self._folder is not None:
                self._file(account, "session").unlink(missing_ok=True)
            if is_remembered and state is not None:
                self._write(self._ended, account, "ended", state)

    def _read(self, known: dict[str, str], account: str, kind: str) -> str | None:
        if account not in known and self._folder is not None and self._sealer is not None:
            file = self._file(account, kind)
            if file.is_file():
                known[account] = self._sealer.open(file.read_bytes()).decode()
        return known.get(account)

    def _write(self, known: dict[str, str], account: str, kind: str, text: str) -> None:
        known[account] = text
        if self._folder is not None and self._sealer is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = self._file(account, "new")
            fresh.write_bytes(self._sealer.seal(text.encode()))
            fresh.replace(self._file(account, kind))

    def _file(self, account: str, kind: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{sha256(account.encode()).hexdigest()[:16]}.{kind}"
