"""Reads counterparties/own/risk.toml: the dated rules against which money is held that moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.risk import Moving, RiskRule, RiskTest, Verdict
from engine.toml_faults import FileHasFaults, read_file

FILE = Path("own") / "risk.toml"

_NEEDS: dict[RiskTest, tuple[str, ...]] = {
    RiskTest.SINGLE_AMOUNT: ("minor",),
    RiskTest.MANY_SMALL: ("minor", "count", "minutes"),
    RiskTest.NEW_PLACE: ("days",),
    RiskTest.COUNT_PER_DAY: ("count",),
    RiskTest.SUM_PER_DAY: ("minor",),
    RiskTest.JUST_UNDER_LIMIT: ("minor", "under_minor"),
    RiskTest.AFTER_HOURS: ("opens", "closes"),
    RiskTest.SAME_PAYER: ("count", "days"),
    RiskTest.WITHOUT_RETURN: (),
    RiskTest.LARGE_CASH: ("minor",),
}
_NUMBERS = ("minor", "under_minor", "count", "minutes", "days", "opens", "closes")


class RiskRulesNotUsable(FileHasFaults):
    """The file has faults; each is told with its line."""


class DatedRiskRule(BaseModel):
    """One rule from its day on; "off" ends the rule of this code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[A-Z]{3}-\d{2}$")
    from_day: date = Field(alias="from")
    moving: Moving
    test: RiskTest
    verdict: Verdict | Literal["off"]
    minor: int | None = Field(None, gt=0)
    under_minor: int | None = Field(None, gt=0)
    count: int | None = Field(None, ge=0)
    minutes: int | None = Field(None, gt=0)
    days: int | None = Field(None, gt=0)
    opens: time | None = None
    closes: time | None = None
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _numbers_fit(self) -> Self:
        given = {name for name in _NUMBERS if getattr(self, name) is not None}
        needed = set(_NEEDS[self.test])
        wrong = [f"{name} is missing" for name in sorted(needed - given)]
        wrong += [f"{name} means nothing" for name in sorted(given - needed)]
        if self.verdict is Verdict.ALLOW:
            wrong.append("a rule that allows is no rule")
        if wrong:
            raise ValueError(f"{self.test}: {', '.join(wrong)}")
        return self

    def rule(self) -> RiskRule:
        """The rule as it is evaluated."""
        numbers = {name: getattr(self, name) for name in _NEEDS[self.test]}
        return RiskRule(self.code, self.moving, self.test, Verdict(self.verdict), **numbers)


class RiskRules(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[DatedRiskRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _days_differ(self) -> Self:
        lines = [(rule.code, rule.from_day) for rule in self.rules]
        if len(set(lines)) < len(lines):
            raise ValueError("rules: two lines of one code hold from the same day")
        return self

    def in_force(self, on: date) -> tuple[RiskRule, ...]:
        """Every rule that holds on a day, by code."""
        return tuple(self._in_force(on))

    def _in_force(self, on: date) -> Iterator[RiskRule]:
        for code in sorted({rule.code for rule in self.rules}):
            begun = [r for r in self.rules if r.code == code and r.from_day <= on]
            latest = max(begun, key=lambda rule: rule.from_day, default=None)
            if latest is not None and latest.verdict != "off":
                yield latest.rule()


def load_risk_rules(folder: Path) -> RiskRules:
    """Read the file below the counterparties' folder. Raises: RiskRulesNotUsable."""
    return read_file(folder / FILE, RiskRules, error=RiskRulesNotUsable)
