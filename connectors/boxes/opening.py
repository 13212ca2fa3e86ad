"""Makes a box of its description: the one place that knows which way is opened how."""

from __future__ import annotations

from pathlib import Path

from connectors.boxes.box import Box
from connectors.boxes.folder import FolderBox
from connectors.boxes.maildir import MaildirBox
from engine.profiles import FileSource


def box_of(code: str, source: FileSource, *, secret: str, timeout_s: float) -> Box:
    """The box of one counterparty; `secret` is asked for by SFTP alone."""
    match source.way:
        case "folder":
            return FolderBox(code, Path(source.path))
        case "maildir":
            return MaildirBox(code, Path(source.path), source.senders)
        case "sftp":
            # Late: its libraries take a quarter of a second of every process that starts.
            from connectors.boxes.sftp import SftpBox, SftpPlace

            place = SftpPlace(
                source.host,
                source.port,
                source.login,
                source.host_key,
                source.path,
                timeout_s,
            )
            return SftpBox(code, place, secret)
