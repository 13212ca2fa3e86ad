"""Every format has a golden file, and every golden file its twin with what must be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.proof import NotProved
from tests.golden.reading import GOLDEN, LAYOUTS, read, told

FILES = sorted(
    path
    for folder in ("messages", "tables")
    for path in (GOLDEN / folder).iterdir()
    if path.suffix != ".json"
)
UNPROVED = "unionpay-zm.txt"
"""UnionPay prints no total, so its file is read, and always goes to a person."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_golden_file_reads_as_its_twin(path: Path) -> None:
    expected = json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))
    if path.name == UNPROVED:
        with pytest.raises(NotProved) as refused:
            read(path.name, path.read_bytes())
        assert refused.value.problems == expected
        return
    assert [told(one) for one in read(path.name, path.read_bytes())] == expected


def test_every_layout_that_ships_has_a_golden_file() -> None:
    shipped = {path.stem for path in LAYOUTS.glob("*.toml")}
    assert shipped == {
        path.name.partition(".")[0] for path in FILES if path.parent.name == "tables"
    }


def test_every_twin_has_its_file() -> None:
    twins = {path.name.removesuffix(".json") for path in GOLDEN.glob("*/*.json")}
    assert twins == {path.name for path in FILES}
    assert len(FILES) == 12


def test_what_a_bank_wrote_is_not_logged_when_it_cannot_be_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    data = (GOLDEN / "messages" / "statement.mt940").read_bytes()
    with pytest.raises(NotProved, match="FieldIsWrong: a field has another form"):
        read("statement.mt940", data.replace(b":60F:C260111CNY1000,00", b":60F:X-Zhang San"))
    assert caplog.records == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_that_lost_its_end_is_proved(path: Path) -> None:
    """Cut anywhere before its last figure, a file proves nothing more."""
    data = path.read_bytes()
    for end in range(0, len(data) - 60, max(1, len(data) // 40)):
        with pytest.raises(NotProved):
            read(path.name, data[:end])
