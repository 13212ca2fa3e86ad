"""A channel's bills in a drop box: the file of its day and merchant, whole, and the newest."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pytest

from connectors.boxes.box import MOST_BYTES, BoxClosed, FileTooLarge
from connectors.boxes.folder import FolderBox
from connectors.http import AnswerUnreadable
from connectors.pay_channels.bills import two_members
from connectors.pay_channels.boxed_bills import BoxOfBills
from connectors.pay_channels.interface import BillNotThere
from engine.pay_channel_payouts import BillBox, TwoFiles

DAY = date(2026, 1, 5)


def box_in(folder: Path, **more: object) -> BoxOfBills:
    told = {"way": "folder", "path": str(folder), "file": "F{day}_{merchant}*", "settle_s": 0}
    how = BillBox.model_validate({**told, **more})
    return BoxOfBills("pay_x", FolderBox("pay_x", folder), how, "M-1")


def test_the_file_of_another_day_or_merchant_is_none_of_this_bill(tmp_path: Path) -> None:
    for name in ("F20260106_M-1", "F20260105_M-2", "XF20260105_M-1"):
        (tmp_path / name).write_bytes(b"other")
    with pytest.raises(BillNotThere):
        box_in(tmp_path).bill(DAY)
    (tmp_path / "F20260105_M-1").write_bytes(b"mine")
    assert box_in(tmp_path).bill(DAY) == b"mine"


def test_of_two_files_of_a_day_the_one_that_was_written_last_counts(tmp_path: Path) -> None:
    for name, at in (("F20260105_M-1.b", 1_000), ("F20260105_M-1.a", 2_000)):
        (tmp_path / name).write_bytes(name.encode())
        os.utime(tmp_path / name, (at, at))
    assert box_in(tmp_path).bill(DAY) == b"F20260105_M-1.a"


def test_a_file_that_was_written_a_moment_ago_is_left_for_the_next_time(tmp_path: Path) -> None:
    file = tmp_path / "F20260105_M-1"
    file.write_bytes(b"half")
    with pytest.raises(BillNotThere):
        box_in(tmp_path, settle_s=60).bill(DAY)
    os.utime(file, (1_000, 1_000))
    assert box_in(tmp_path, settle_s=60).bill(DAY) == b"half"


def test_a_file_larger_than_any_bill_and_a_box_that_is_gone_are_told(tmp_path: Path) -> None:
    with (tmp_path / "F20260105_M-1").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(FileTooLarge):
        box_in(tmp_path).bill(DAY)
    with pytest.raises(BoxClosed):
        box_in(tmp_path / "nowhere").bill(DAY)


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("F{day}", "bill_box.file: {merchant} is not in it, so two bills would look alike"),
        ("F{merchant}", "bill_box.file: {day} is not in it, so two bills would look alike"),
        (
            "F{day}{merchant}{hour}",
            "bill_box.file: nothing is called {hour}, there is day, merchant",
        ),
    ],
)
def test_a_name_that_could_be_another_bill_s_is_a_fault(file: str, fault: str) -> None:
    how = BillBox.model_validate({"way": "folder", "path": "x", "file": file})
    assert list(how.faults()) == [fault]


NAMES = "{day} and {merchant} must be in it, and no other name"
TWO = {
    "unpack": "zip",
    "member": "T{day}_{merchant}",
    "errors": "E{day}_{merchant}",
    "errors_layout": "x",
}


def zipped(folder: Path, *names: str) -> bytes:
    packing = io.BytesIO()
    with zipfile.ZipFile(packing, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    (folder / "F20260105_M-1").write_bytes(packing.getvalue())
    return packing.getvalue()


def test_a_zip_of_two_files_is_handed_over_as_it_came(tmp_path: Path) -> None:
    came = zipped(tmp_path, "T20260105_M-1.txt", "a/E20260105_M-1")
    assert box_in(tmp_path, **TWO).bill(DAY) == came


@pytest.mark.parametrize(
    "names",
    [
        ("T20260105_M-1",),
        ("T20260105_M-1", "E20260106_M-1"),
        ("T20260105_M-1", "E20260105_M-12"),
        ("T20260105_M-1", "E20260105_M-1", "E20260105_M-1.txt"),
    ],
)
def test_a_zip_without_both_files_each_once_is_not_this_bill(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    zipped(tmp_path, *names)
    with pytest.raises(AnswerUnreadable, match=r"has [02] files E20260105_M-1"):
        box_in(tmp_path, **TWO).bill(DAY)


def test_a_file_in_a_zip_that_fills_a_disk_is_not_unpacked(tmp_path: Path) -> None:
    names = TwoFiles("T20260105_M-1", "E20260105_M-1", "x")
    came = zipped(tmp_path, "T20260105_M-1", "E20260105_M-1")
    assert two_members("pay_x", names, came, most_bytes=13) == (
        b"T20260105_M-1",
        b"E20260105_M-1",
    )
    with pytest.raises(AnswerUnreadable, match="unpacks to more than 12 bytes"):
        two_members("pay_x", names, came, most_bytes=12)


DEFLATED = zlib.compress(b"told" * 20)[2:-4]


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_zip_whose_packing_may_ask_for_gigabytes_is_not_unpacked(packing: int) -> None:
    names, came = TwoFiles("T", "E", "x"), io.BytesIO()
    with zipfile.ZipFile(came, "w", packing) as archive:
        for name in ("T", "E"):
            archive.writestr(name, b"told" * 20)
    with pytest.raises(AnswerUnreadable, match="packed in a way that nobody uses"):
        two_members("pay_x", names, came.getvalue())


@pytest.mark.parametrize(
    ("packing", "old", "new"),
    [
        # A byte of a stream; a name that is called UTF-8; where the list of members begins.
        (zipfile.ZIP_DEFLATED, DEFLATED, b"\xff" * len(DEFLATED)),
        (zipfile.ZIP_STORED, "é".encode(), b"\xc3("),
        (zipfile.ZIP_STORED, b"a\x00\x00\x00\xe1\x00", b"a\x00\x00\x00\xe1\x01"),
    ],
)
def test_a_zip_that_is_damaged_anyhow_is_unreadable_and_nothing_worse(
    packing: int, old: bytes, new: bytes
) -> None:
    names, came = TwoFiles("T", "E", "x"), io.BytesIO()
    with zipfile.ZipFile(came, "w", packing) as archive:
        for name in ("T", "E.é"):
            archive.writestr(name, b"told" * 20)
    whole = came.getvalue()
    assert two_members("pay_x", names, whole) == (b"told" * 20, b"told" * 20)
    damaged = whole.replace(old, new)
    assert damaged != whole
    with pytest.raises(AnswerUnreadable, match="cannot be unpacked"):
        two_members("pay_x", names, damaged)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"errors": "E{day}"}, f"bill_box.errors: {NAMES}"),
        ({"member": "T"}, f"bill_box.member: {NAMES}"),
        ({"unpack": "nothing"}, "bill_box.errors: needs a zip, and errors_layout"),
        ({"errors_layout": ""}, "bill_box.errors: needs a zip, and errors_layout"),
    ],
)
def test_two_files_that_could_be_another_bill_s_are_a_fault(
    wrong: dict[str, str], fault: str
) -> None:
    told = {"way": "folder", "path": "x", "file": "F{day}_{merchant}", **TWO}
    assert list(BillBox.model_validate(told).faults()) == []
    assert list(BillBox.model_validate({**told, **wrong}).faults()) == [fault]
