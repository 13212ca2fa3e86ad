"""The file of risk rules: dated lines, and every fault told with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.risk import Verdict
from engine.risk_rules import RiskRules, RiskRulesNotUsable, load_risk_rules

RULE = """
[[rules]]
code = "PAY-01"
from = {start}
moving = "payment"
test = "single_amount"
minor = {minor}
verdict = "{verdict}"
source = "test"
"""


def written(tmp_path: Path, text: str) -> RiskRules:
    (tmp_path / "own").mkdir(exist_ok=True)
    (tmp_path / "own" / "risk.toml").write_text(text, encoding="utf-8")
    return load_risk_rules(tmp_path)


def line(start: str = "2026-01-01", minor: int = 500000, verdict: str = "step_up") -> str:
    return RULE.format(start=start, minor=minor, verdict=verdict)


def test_the_shipped_rules_hold_from_their_day() -> None:
    rules = load_risk_rules(Path("counterparties"))
    assert rules.in_force(date(2025, 12, 31)) == ()
    assert len(rules.in_force(date(2026, 1, 1))) == 11


def test_a_later_line_replaces_an_earlier_one_and_off_ends_it(tmp_path: Path) -> None:
    rules = written(
        tmp_path, line() + line("2026-03-01", 300000, "hold") + line("2026-06-01", 1, "off")
    )
    told = [
        [(rule.minor, rule.verdict) for rule in rules.in_force(date(2026, month, 1))]
        for month in (2, 3, 6)
    ]
    assert told == [[(500000, Verdict.STEP_UP)], [(300000, Verdict.HOLD)], []]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (line() + line(), "rules: two lines of one code hold from the same day"),
        (line().replace("minor = 500000\n", ""), "single_amount: minor is missing"),
        (line() + "days = 3\n", "single_amount: days means nothing"),
        (line(verdict="allow"), "a rule that allows is no rule"),
        (line(minor=0), "line 7: .*greater than 0"),
        (line().replace("single_amount", "gut_feeling"), "line 6"),
        (line().replace('source = "test"\n', ""), "source: Field required"),
    ],
)
def test_a_faulty_file_is_refused_with_its_fault(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(RiskRulesNotUsable, match=told):
        written(tmp_path, text)
