"""Files that somebody puts into a box for us: seen when whole, read, never touched."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import paramiko
import pytest

from connectors.boxes.box import (
    MOST_BYTES,
    Box,
    BoxClosed,
    BoxFile,
    BoxOfStatements,
    FileTooLarge,
    NoSuchFile,
)
from connectors.boxes.folder import FolderBox
from connectors.boxes.maildir import MaildirBox
from connectors.boxes.sftp import SftpBox, SftpPlace
from tests.connectors.boxes.sftp_server import LOGIN, PASSWORD, sftp_server

LONG_AGO = date(2026, 1, 1)
HOUR_S = 3_600


def put(folder: Path, name: str, content: bytes = b"1", *, age_s: int = HOUR_S) -> Path:
    """A file that was last written so many seconds ago."""
    file = folder / name
    file.write_bytes(content)
    moment = time.time() - age_s
    os.utime(file, (moment, moment))
    return file


def statements(box: Box, *take: str, settle_s: int = 60) -> BoxOfStatements:
    return BoxOfStatements("BA-04", box, take=take or ("*",), form="table", settle_s=settle_s)


def names(box: BoxOfStatements, since: date = LONG_AGO) -> list[str]:
    return [notice.statement_no[:-9] for notice in box.statements("BA-04", since)]


def test_files_are_offered_oldest_first_and_read_as_they_are(tmp_path: Path) -> None:
    put(tmp_path, "b.csv", b"two", age_s=HOUR_S)
    put(tmp_path, "c.csv", b"one", age_s=2 * HOUR_S)
    box = statements(FolderBox("BA-04", tmp_path))
    assert names(box) == ["c.csv", "b.csv"]
    first = box.statements("BA-04", LONG_AGO)[0]
    assert (first.format, box.statement("BA-04", first.statement_no)) == ("table", b"one")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.csv", "c.csv"]


def test_only_wanted_whole_and_settled_files_are_offered(tmp_path: Path) -> None:
    put(tmp_path, "ST-1.csv")
    put(tmp_path, "ST-2.csv", age_s=1)
    put(tmp_path, "ST-3.csv.part")
    put(tmp_path, "readme.txt")
    (tmp_path / "ST-4.csv").mkdir()
    (tmp_path / "ST-5.csv").symlink_to(tmp_path / "readme.txt")
    box = FolderBox("BA-04", tmp_path)
    assert names(statements(box, "ST-*")) == ["ST-1.csv"]
    assert names(statements(box, "ST-*", settle_s=0)) == ["ST-1.csv", "ST-2.csv"]


def test_a_file_that_is_written_anew_has_another_number(tmp_path: Path) -> None:
    put(tmp_path, "ST.csv", b"one")
    box = statements(FolderBox("BA-04", tmp_path))
    (before,) = box.statements("BA-04", LONG_AGO)
    put(tmp_path, "ST.csv", b"other")
    (after,) = box.statements("BA-04", LONG_AGO)
    assert before.statement_no != after.statement_no
    with pytest.raises(NoSuchFile, match="is not there any more"):
        box.statement("BA-04", before.statement_no)


def test_a_file_from_before_is_not_offered(tmp_path: Path) -> None:
    put(tmp_path, "old.csv", age_s=40 * 24 * HOUR_S)
    put(tmp_path, "young.csv")
    box = statements(FolderBox("BA-04", tmp_path))
    yesterday = datetime.fromtimestamp(time.time() - 24 * HOUR_S, UTC).date()
    assert names(box, yesterday) == ["young.csv"]


def test_a_number_holds_no_word_of_a_file_s_name_that_could_be_a_person() -> None:
    file = BoxFile("/in/张三 对账单 2026.csv", 1, datetime(2026, 1, 5, tzinfo=UTC))
    assert file.number[:-9] == "_2026.csv"
    assert file.number != replace(file, size=2).number


def test_a_folder_that_is_not_there_is_a_closed_box(tmp_path: Path) -> None:
    with pytest.raises(BoxClosed, match=r"BA-04, look into the box: No such file or directory\."):
        statements(FolderBox("BA-04", tmp_path / "nowhere")).statements("BA-04", LONG_AGO)


def test_a_file_that_no_statement_can_be_is_not_read(tmp_path: Path) -> None:
    with put(tmp_path, "huge.csv").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    box = statements(FolderBox("BA-04", tmp_path), settle_s=0)
    (notice,) = box.statements("BA-04", LONG_AGO)
    with pytest.raises(FileTooLarge, match="20971521 bytes, allowed are 20971520"):
        box.statement("BA-04", notice.statement_no)


def deliver(folder: Path, sender: str, *attachments: tuple[str, bytes], part: str = "new") -> None:
    for each in ("new", "cur", "tmp"):
        (folder / each).mkdir(exist_ok=True)
    message = EmailMessage()
    message["From"], message["Subject"] = f"Bank <{sender}>", "statement"
    message.set_content("see the attachment")
    for name, content in attachments:
        message.add_attachment(content, maintype="text", subtype="csv", filename=name)
    put(folder / part, f"{len(list(folder.glob('*/*')))}.host", bytes(message))


def test_attachments_of_delivered_mails_are_offered_whether_read_or_not(tmp_path: Path) -> None:
    deliver(tmp_path, "bank@example.com", ("ST-1.csv", b"one"), ("logo.png", b"x"))
    deliver(tmp_path, "BANK@example.com", ("ST-2.csv", b"two"), part="cur")
    deliver(tmp_path, "else@example.com", ("ST-3.csv", b"three"))
    box = statements(MaildirBox("BA-04", tmp_path, ("bank@example.com",)), "ST-*")
    assert sorted(names(box)) == ["ST-1.csv", "ST-2.csv"]
    read = [box.statement("BA-04", n.statement_no) for n in box.statements("BA-04", LONG_AGO)]
    assert sorted(read) == [b"one", b"two"]
    assert len(list(tmp_path.glob("new/*"))) == 2


def test_a_mail_keeps_its_number_when_somebody_reads_it(tmp_path: Path) -> None:
    deliver(tmp_path, "bank@example.com", ("ST-1.csv", b"one"))
    box = statements(MaildirBox("BA-04", tmp_path, ()))
    (before,) = box.statements("BA-04", LONG_AGO)
    (tmp_path / "new" / "0.host").rename(tmp_path / "cur" / "0.host:2,S")
    assert box.statement("BA-04", before.statement_no) == b"one"


def test_a_folder_that_is_no_maildir_is_a_closed_box(tmp_path: Path) -> None:
    with pytest.raises(BoxClosed, match="has no folder new"):
        statements(MaildirBox("BA-04", tmp_path, ())).statements("BA-04", LONG_AGO)


def place(port: int, host_key: str, folder: str = "/in") -> SftpPlace:
    return SftpPlace("127.0.0.1", port, LOGIN, host_key, folder, 5)


def test_files_on_an_sftp_server_are_read_over_its_declared_key(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    put(tmp_path / "in", "ST-1.csv", b"one")
    with sftp_server(tmp_path) as (port, key):
        box = statements(SftpBox("BA-04", place(port, key), PASSWORD))
        (notice,) = box.statements("BA-04", LONG_AGO)
        assert box.statement("BA-04", notice.statement_no) == b"one"

        other_key = paramiko.ECDSAKey.generate()
        forged = f"{other_key.get_name()} {other_key.get_base64()}"
        with pytest.raises(BoxClosed, match="BadHostKeyException"):
            SftpBox("BA-04", place(port, forged), PASSWORD).files()
        with pytest.raises(BoxClosed, match="AuthenticationException"):
            SftpBox("BA-04", place(port, key), "wrong").files()
        with pytest.raises(BoxClosed, match="the folder is not there"):
            SftpBox("BA-04", place(port, key, "/nowhere"), PASSWORD).files()
        gone = BoxFile("gone.csv", 1, datetime(2026, 1, 5, tzinfo=UTC))
        with pytest.raises(NoSuchFile):
            SftpBox("BA-04", place(port, key), PASSWORD).read(gone)
    with pytest.raises(BoxClosed, match="NoValidConnectionsError"):
        SftpBox("BA-04", place(port, key), PASSWORD).files()
