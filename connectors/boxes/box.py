"""What every box can be asked, and the statements that a box holds for one bank account."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Protocol

from connectors.bank import StatementNotice
from connectors.http import CallFailed
from engine.clock import business_zone

MOST_BYTES = 20 * 1024 * 1024
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", "~")
_HARMLESS = re.compile(r"[^A-Za-z0-9._-]+")


class BoxClosed(CallFailed):
    """The box cannot be reached, or does not let us in; it is tried again."""

    def __init__(self, box: str, why: str) -> None:
        super().__init__(box, "look into the box", why)


class FileTooLarge(CallFailed):
    """A file in the box is larger than any statement; nothing of it is read."""

    def __init__(self, box: str, name: str, size: int) -> None:
        self.name, self.size = name, size
        super().__init__(box, f"read {name}", f"{size} bytes, allowed are {MOST_BYTES}")


class NoSuchFile(CallFailed):
    """A file that was listed is gone; it is looked for again."""

    def __init__(self, box: str, name: str) -> None:
        super().__init__(box, f"read {name}", "is not there any more")


@dataclass(frozen=True)
class BoxFile:
    """A file in a box: where it is, how many bytes, and when it was last written (aware)."""

    path: str
    size: int
    changed_at: datetime

    @property
    def changed_on(self) -> date:
        """The day of the last writing, in the business zone."""
        return self.changed_at.astimezone(business_zone).date()

    @property
    def number(self) -> str:
        """What names it for us: a harmless form of its name, and what would change with it."""
        name = _HARMLESS.sub("_", self.path.rpartition("/")[2])[-40:]
        told = f"{self.path}|{self.size}|{self.changed_at.isoformat()}"
        return f"{name}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"


class Box(Protocol):
    """Each method may raise BoxClosed."""

    def files(self) -> list[BoxFile]:
        """Every file, in no order."""

    def read(self, file: BoxFile) -> bytes:
        """Its content. Raises: NoSuchFile, FileTooLarge."""


class BoxOfStatements:
    """The statements of one account, as files in a box."""

    def __init__(
        self, code: str, box: Box, *, take: tuple[str, ...], form: str, settle_s: int
    ) -> None:
        self._code, self._box, self._take = code, box, take
        self._form, self._settle_s = form, settle_s

    def statements(self, account: str, since: date) -> list[StatementNotice]:
        """Files last written `since` or later that nobody writes any more, oldest first."""
        return [
            StatementNotice(file.number, file.changed_on, self._form)
            for file in self._wanted()
            if file.changed_on >= since
        ]

    def statement(self, account: str, statement_no: str) -> bytes:
        """One file as it is. Raises: NoSuchFile, when it is not there, or was written anew."""
        for file in self._wanted():
            if file.number == statement_no:
                if file.size > MOST_BYTES:
                    raise FileTooLarge(self._code, file.number, file.size)
                return self._box.read(file)
        raise NoSuchFile(self._code, statement_no)

    def _wanted(self) -> list[BoxFile]:
        now = datetime.now(business_zone)
        found = [
            file
            for file in self._box.files()
            if any(fnmatchcase(file.path.rpartition("/")[2], pattern) for pattern in self._take)
            and not file.path.endswith(_UNFINISHED)
            # A server that is still writing has touched the file a moment ago.
            and (now - file.changed_at).total_seconds() >= self._settle_s
        ]
        return sorted(found, key=lambda file: (file.changed_at, file.path))
