"""The card host's file: placed on the next morning, in fields of fixed width, whole."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from sandbox.acquiring.card_file import WIDTHS
from tests.sandbox.test_payouts import MERCHANT, Acquirer, acquirer

__all__ = ["acquirer"]

NAME = f"INN26010500ZM_{MERCHANT}"


def box(acquirer: Acquirer) -> list[Path]:
    return sorted((acquirer.world.folder / "acquirer-drop-box").glob("*"))


def test_the_widths_are_those_of_the_interface_document() -> None:
    assert (len(WIDTHS), sum(WIDTHS) + len(WIDTHS) - 1) == (41, 607)


def test_a_day_with_money_has_a_file_on_the_next_morning_at_ten_and_another_day_none(
    acquirer: Acquirer,
) -> None:
    assert box(acquirer) == []
    acquirer.pays("P-1", 10_000, door="card")
    acquirer.pays("P-2", 5_000, door="json")
    acquirer.at("01-06 09:59")
    assert box(acquirer) == []
    acquirer.at("01-12 12:00")
    (file,) = box(acquirer)
    assert file.name == f"{NAME}.zip"
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as packed:
        assert packed.namelist() == [NAME, NAME.replace("ZM_", "ZME_")]
        (line,) = packed.read(NAME).splitlines()
    assert len(line) == 607
    # Time, amount, our number, fee and what is left, at their bytes.
    assert (line[35:45], line[66:78]) == (b"0105080000", b"000000010000")
    assert line[112:144].strip() == b"P-1"
    assert (line[166:179], line[180:193]) == (b"D000000000052", b"C000000009948")
    assert b"P-2" not in line
