"""A channel's bills in a drop box: the file of its day and merchant, whole, and the newest."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from connectors.boxes.box import MOST_BYTES, BoxClosed, FileTooLarge
from connectors.boxes.folder import FolderBox
from connectors.pay_channels.boxed_bills import BoxOfBills
from connectors.pay_channels.interface import BillNotThere
from engine.pay_channel_payouts import BillBox

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
