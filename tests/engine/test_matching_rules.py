"""The dated numbers behind matching: the version of the day, and faults named by field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.matching_rules import MatchingRulesNotUsable, load_matching_rules

TEXT = Path("counterparties/own/matching.toml").read_text(encoding="utf-8")


def folder_with(tmp_path: Path, text: str) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "matching.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_version_of_the_day_holds(tmp_path: Path) -> None:
    later = TEXT.replace('"2026-01"', '"2026-07"').replace("2026-01-01", "2026-07-01")
    folder = folder_with(tmp_path, TEXT + later.replace("rounding_minor = 5", "rounding_minor = 3"))
    assert load_matching_rules(folder, date(2026, 6, 30)).rounding_minor == 5
    july = load_matching_rules(folder, date(2026, 7, 1))
    assert (july.version, july.rounding_minor) == ("2026-07", 3)


def test_before_the_first_version_there_is_none() -> None:
    with pytest.raises(MatchingRulesNotUsable, match="no version holds on 2025-12-31"):
        load_matching_rules(Path("counterparties"), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules = [", "matching.toml"),
        (TEXT.replace("rounding_minor = 5", "rounding_minor = -1"), "rules.0.rounding_minor"),
        (TEXT.replace("most_edits", "most_edit"), "rules.0.most_edit"),
        ("rules = []", "rules"),
    ],
)
def test_a_fault_is_told_with_file_and_field(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(MatchingRulesNotUsable, match=told):
        load_matching_rules(folder_with(tmp_path, text), date(2026, 7, 1))
