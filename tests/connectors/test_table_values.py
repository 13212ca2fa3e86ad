"""Cells that say less than they mean: a letter for a sign, and a date without its year."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.tables.layout import ValueRule
from connectors.tables.values import NotOfItsType, typed

SIDED = ValueRule(field="fee", type="money", letters={"D": 1, "C": -1})
YEARLESS = ValueRule(field="at", type="date", formats=("%m%d%H%M%S",))


@pytest.mark.parametrize(("text", "minor"), [("D000000000052", 52), ("C000000000052", -52)])
def test_a_letter_says_the_sign_of_an_amount(text: str, minor: int) -> None:
    assert typed(text, SIDED, 0, {}) == minor


@pytest.mark.parametrize("text", ["000000000052", "X000000000052", "D-00000000052", "D"])
def test_an_amount_without_a_known_letter_is_refused(text: str) -> None:
    with pytest.raises(NotOfItsType, match="behind a known letter"):
        typed(text, SIDED, 0, {})


@pytest.mark.parametrize(
    ("text", "of_day", "read"),
    [
        ("0105093000", date(2026, 1, 5), date(2026, 1, 5)),
        ("1231235959", date(2026, 1, 1), date(2025, 12, 31)),
        ("0101000000", date(2025, 12, 31), date(2026, 1, 1)),
        ("0229120000", date(2027, 12, 31), date(2028, 2, 29)),
    ],
)
def test_a_date_without_a_year_is_the_nearest_to_the_file_s_day(
    text: str, of_day: date, read: date
) -> None:
    assert typed(text, YEARLESS, 0, {}, of_day=of_day) == read


def test_a_date_without_a_year_is_none_when_nobody_says_the_day_or_no_year_has_it() -> None:
    with pytest.raises(NotOfItsType, match="has no year, and the file no day"):
        typed("0105093000", YEARLESS, 0, {})
    with pytest.raises(NotOfItsType, match="is not a date of the declared form"):
        typed("0229120000", YEARLESS, 0, {}, of_day=date(2026, 1, 5))
