"""The dated rules about unclear money: whose file holds, from which day, and faults with lines."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from domain.difference import OfficeHours, RateRule, WorkOrderRule
from domain.review import ReviewKind, Role
from engine.difference_rules import (
    DifferenceRules,
    DifferenceRulesNotUsable,
    NoDifferenceRule,
    load_difference_rules,
)

NEW_YEAR = date(2026, 1, 1)
EVE = date(2025, 12, 31)


def written(folder: Path, **files: str) -> DifferenceRules:
    for code, text in files.items():
        (folder / code).mkdir()
        (folder / code / "differences.toml").write_text(text, encoding="utf-8")
    return load_difference_rules(folder)


def wait(days: int, start: str = "2026-01-01", *, what: str = "wait") -> str:
    return f'[[{what}]]\nfrom = {start}\nworking_days = {days}\nsource = "test"\n'


def test_the_shipped_rules_hold_from_new_year() -> None:
    rules = load_difference_rules(Path("counterparties"))
    assert rules.wait_days(["PA", "BA-01"], NEW_YEAR) == 5
    assert rules.wait_days(["pay_channel", "BA-01"], NEW_YEAR) == 2
    assert rules.bill_wait_days("pay_json", NEW_YEAR) == 3
    assert rules.office_hours(NEW_YEAR) == OfficeHours(time(9), time(18))
    asked = rules.work_order(ReviewKind.DIFFERENCE, NEW_YEAR)
    assert asked == WorkOrderRule(120, Role.FINANCE, Role.FINANCE_HEAD)
    assert rules.work_order(ReviewKind.DENIAL, NEW_YEAR) is None
    assert rules.rate(NEW_YEAR) == RateRule(10_000, 30)


def test_before_their_first_day_rules_are_missing_by_name() -> None:
    rules = load_difference_rules(Path("counterparties"))
    with pytest.raises(NoDifferenceRule, match="wait has no value on 2025-12-31"):
        rules.wait_days(["pay_channel"], EVE)
    with pytest.raises(NoDifferenceRule, match="office_hours has no value on 2025-12-31"):
        rules.office_hours(EVE)
    with pytest.raises(NoDifferenceRule, match="rate has no value on 2025-12-31"):
        rules.rate(EVE)
    assert rules.work_order(ReviewKind.DIFFERENCE, EVE) is None


def test_the_payer_s_own_rule_comes_before_the_account_s_and_ours(tmp_path: Path) -> None:
    rules = written(
        tmp_path, own=wait(5), PA=wait(7) + wait(8, "2026-03-01"), BA=wait(3, "2026-02-01")
    )
    assert rules.wait_days(["PA", "BA"], date(2026, 2, 28)) == 7
    assert rules.wait_days(["PA", "BA"], date(2026, 3, 1)) == 8
    assert rules.wait_days(["", "BA"], date(2026, 2, 1)) == 3
    assert rules.wait_days(["", "BA"], date(2026, 1, 31)) == 5


def test_a_channel_s_own_wait_for_its_bills_comes_before_ours(tmp_path: Path) -> None:
    rules = written(
        tmp_path,
        own=wait(5) + wait(3, what="bill_wait"),
        W=wait(2) + wait(1, "2026-02-01", what="bill_wait"),
    )
    assert rules.bill_wait_days("W", date(2026, 1, 31)) == 3
    assert rules.bill_wait_days("W", date(2026, 2, 1)) == 1
    assert rules.bill_wait_days("X", date(2026, 2, 1)) == 3
    with pytest.raises(NoDifferenceRule, match="bill_wait has no value on 2025-12-31"):
        rules.bill_wait_days("W", EVE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (wait(-1), "line 3: wait.0.working_days"),
        (wait(5).replace("source", "sauce"), "wait.0.sauce"),
        (
            '[[office_hours]]\nfrom = 2026-01-01\nsource = "test"\n'
            "opens = 18:00:00\ncloses = 18:00:00\n",
            "opens: is not before closes",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DifferenceRulesNotUsable) as faulty:
        written(tmp_path, own=text)
    assert told in str(faulty.value)
