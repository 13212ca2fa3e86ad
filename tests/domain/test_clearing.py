"""Which month is cleared, and under which name."""

from __future__ import annotations

from datetime import date

import pytest

from domain.clearing import clearing_no, days_of, month_before


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 2, 1), "2026-01"),
        (date(2026, 2, 28), "2026-01"),
        (date(2026, 3, 1), "2026-02"),
        (date(2026, 1, 5), "2025-12"),
    ],
)
def test_the_month_that_is_cleared_is_the_last_whole_one(today: date, month: str) -> None:
    assert month_before(today) == month


@pytest.mark.parametrize(
    ("month", "last"),
    [("2026-01", 31), ("2026-02", 28), ("2028-02", 29), ("2026-04", 30), ("2026-12", 31)],
)
def test_a_month_has_its_first_and_its_last_day(month: str, last: int) -> None:
    first, end = days_of(month)
    assert (first.day, end.day) == (1, last)
    assert f"{first:%Y-%m}" == f"{end:%Y-%m}" == month


def test_there_is_one_name_for_each_portal_and_month() -> None:
    assert clearing_no("PB", "2026-01") == "CLR-PB-2026-01"
