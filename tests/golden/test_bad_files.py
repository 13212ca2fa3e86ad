"""Files that banks and channels send wrong: each a named error with line, field and reason."""

from __future__ import annotations

import io
import zipfile

import pytest

from domain.proof import NotProved, ProofKind
from tests.golden.bad_files import CASES, CCB, CMB, ICBC, data_of
from tests.golden.reading import layout, read


def refusal(name: str, data: bytes) -> list[str]:
    with pytest.raises(NotProved) as refused:
        read(name, data)
    return refused.value.problems


@pytest.mark.parametrize("why", CASES)
def test_a_bad_file_is_refused_with_its_name_line_and_reason(why: str) -> None:
    name, data, problems = CASES[why]
    assert refusal(name, data) == problems


def test_full_width_digits_and_a_trailing_minus_are_read() -> None:
    (proved,) = read(ICBC, data_of(ICBC))
    assert "３００．００" in data_of(ICBC).decode("gb18030")
    assert [line.amount.minor for line in proved.value.lines] == [130000, 5000, -30000]


def test_ten_thousand_yuan_are_read_by_their_label() -> None:
    amounts = {"50,000.00": "5.000000", "1,268.05": "0.126805", "51,268.05": "5.126805"}
    amounts |= {"12.00": "0.0012", "51,256.05": "5.125605", "100.00": "0.01"}
    amounts |= {"51,356.05": "5.135605", "24.00": "0.0024", "51,380.05": "5.138005"}
    text = data_of(CMB).decode().replace("单位：元", "单位：万元")
    for yuan, printed in amounts.items():
        text = text.replace(f'"{yuan}"', printed).replace(f",{yuan},", f",{printed},")
    text = text.replace("51,180.05", "5.118005").replace(",200.00,", ",0.02,")
    text = text.replace("2笔，212.00", "2笔，0.0212").replace("3笔，1,392.05", "3笔，0.139205")
    (in_units,), (in_yuan,) = read(CMB, text.encode()), read(CMB, data_of(CMB))
    assert in_units.value.closing == in_yuan.value.closing
    assert in_units.value.lines[0].amount.minor == 126805


def test_yuan_under_the_label_of_ten_thousand_are_a_hundred_million_fen_too_many() -> None:
    """The unit alone proves nothing; our own books do, when the statement is booked."""
    (proved,) = read(CMB, data_of(CMB).replace("单位：元".encode(), "单位：万元".encode()))
    assert proved.value.opening.minor == 50_000_000_000


def test_two_payments_of_one_amount_on_one_day_are_two_lines() -> None:
    text = data_of(CMB).decode().replace(",100.00,", ",24.00,").replace("51,356.05", "51,280.05")
    text = text.replace('"51,380.05"', '"51,304.05"').replace("51,180.05", "51,104.05")
    text = text.replace("1,392.05", "1,316.05")
    (proved,) = read(CMB, text.encode())
    same = [line for line in proved.value.lines if line.amount.minor == 2400]
    assert [line.line_id for line in same] == ["BA-04/K260114001", "BA-04/K260114002"]


def test_a_zip_that_unpacks_to_a_disk_full_is_refused() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 1024 * 1024))
    assert refusal(CCB, bomb.getvalue()) == ["FileIsDamaged: is cut off or damaged"]


def test_a_workbook_s_second_reading_goes_without_its_library() -> None:
    (proved,) = read(CCB, data_of(CCB))
    (second,) = (e for e in proved.equations if e.kind == ProofKind.SECOND)
    assert (second.left_minor, second.right_minor) == (34, 34)


def test_a_workbook_whose_cells_the_two_readers_see_differently_is_refused() -> None:
    """A cell without a place is where its neighbours say for one reader, and nowhere for ours."""
    moved = _with_sheet(b'r="D6" ', b"")
    assert refusal(CCB, moved) == [
        "ReadersDiffer: line 6, column 3: two readers see different texts"
    ]


def test_a_number_with_the_noise_of_binary_fractions_is_the_fen_that_it_shows() -> None:
    noisy = _with_sheet(b"<v>0.3</v>", b"<v>0.30000000000000004</v>")
    (proved,) = read(CCB, noisy)
    assert proved.value.lines[1].amount.minor == -30


def _with_sheet(old: bytes, new: bytes) -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(data_of(CCB))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            assert old in content or not name.endswith("sheet1.xml")
            archive.writestr(name, content.replace(old, new))
    return target.getvalue()


def test_a_layout_without_any_total_would_prove_nothing_and_is_not_loaded() -> None:
    described = layout("cmb-detail").model_dump()
    described["preamble"] = {}
    described["end"] = None
    with pytest.raises(ValueError, match="no printed total, so nothing would be proved"):
        type(layout("cmb-detail")).model_validate(described)
