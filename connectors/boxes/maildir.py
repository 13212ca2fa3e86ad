"""A Maildir, into which a mail server delivers: statements come as attachments.

Who sent a mail can be forged, so `senders` keeps out noise only. What an attachment says is
believed for its proof, as with every other file.
"""

from __future__ import annotations

import email
import email.policy
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from connectors.boxes.box import MOST_BYTES, BoxClosed, BoxFile, FileTooLarge, NoSuchFile


class MaildirBox:
    """Attachments of every delivered message, read or not; no flag is set."""

    def __init__(self, code: str, folder: Path, senders: tuple[str, ...]) -> None:
        self._code, self._folder = code, folder
        self._senders = {sender.lower() for sender in senders}

    def files(self) -> list[BoxFile]:
        """Every attachment that has a name. Raises: BoxClosed, FileTooLarge."""
        return [
            BoxFile(f"{path.name.partition(':')[0]}/{name}", len(content), delivered_at)
            for path, delivered_at in self._messages()
            for name, content in self._attachments(path)
        ]

    def read(self, file: BoxFile) -> bytes:
        """Its content. Raises: NoSuchFile."""
        message, _, wanted = file.path.partition("/")
        for path, _ in self._messages():
            # A flag behind the colon changes when somebody reads the mail.
            if path.name.partition(":")[0] == message:
                for name, content in self._attachments(path):
                    if name == wanted:
                        return content
        raise NoSuchFile(self._code, file.number)

    def _messages(self) -> Iterator[tuple[Path, datetime]]:
        for part in ("new", "cur"):
            folder = self._folder / part
            if not folder.is_dir():
                raise BoxClosed(self._code, f"has no folder {part}")
            for path in sorted(folder.iterdir()):
                told = path.lstat()
                if not stat.S_ISREG(told.st_mode):
                    continue
                if told.st_size > 2 * MOST_BYTES:
                    raise FileTooLarge(self._code, path.name, told.st_size)
                yield path, datetime.fromtimestamp(told.st_mtime, UTC)

    def _attachments(self, path: Path) -> Iterator[tuple[str, bytes]]:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if self._senders and parseaddr(str(message["From"]))[1].lower() not in self._senders:
            return
        for part in message.iter_attachments():
            name, content = part.get_filename(), part.get_payload(decode=True)
            if isinstance(part, EmailMessage) and name and isinstance(content, bytes):
                yield name.replace("/", "_"), content
