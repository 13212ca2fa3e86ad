"""A folder of this machine, into which an SFTP server, a scanner or a person puts files."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from connectors.boxes.box import MOST_BYTES, BoxClosed, BoxFile, FileTooLarge, NoSuchFile


class FolderBox:
    """Looks into one folder and not below it. A link is no file: it could show any other."""

    def __init__(self, code: str, folder: Path) -> None:
        self._code, self._folder = code, folder

    def files(self) -> list[BoxFile]:
        """Every plain file. Raises: BoxClosed."""
        found = []
        try:
            for entry in os.scandir(self._folder):
                told = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(told.st_mode):
                    changed_at = datetime.fromtimestamp(told.st_mtime, UTC)
                    found.append(BoxFile(entry.name, told.st_size, changed_at))
        except OSError as closed:
            raise BoxClosed(self._code, closed.strerror or "cannot be read") from closed
        return found

    def read(self, file: BoxFile) -> bytes:
        """Its content. Raises: NoSuchFile, FileTooLarge."""
        try:
            handle = os.open(self._folder / Path(file.path).name, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as gone:
            raise NoSuchFile(self._code, file.number) from gone
        with os.fdopen(handle, "rb") as opened:
            data = opened.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise FileTooLarge(self._code, file.number, len(data))
        return data
