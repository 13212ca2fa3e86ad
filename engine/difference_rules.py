"""Reads counterparties/<code>/differences.toml: how unclear money ages, and who sees to it.

A counterparty's own file says how long its money may take; everything else stands in our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.difference import OfficeHours, RateRule, WorkOrderRule
from domain.review import ReviewKind, Role
from engine.toml_faults import FileHasFaults, read_file

FILE = "differences.toml"
OWN = "own"


class DifferenceRulesNotUsable(FileHasFaults):
    """A file has faults; each is told with its line."""


class NoDifferenceRule(LookupError):
    """A rule about unclear money has no value on that day."""

    def __init__(self, name: str, on: date) -> None:
        self.name, self.on = name, on
        super().__init__(f"differences.toml: {name} has no value on {on}.")


class _Dated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    from_day: date = Field(alias="from")
    source: str = Field(min_length=1)


class _Wait(_Dated):
    working_days: int = Field(ge=0)


class _Hours(_Dated):
    opens: time
    closes: time

    @model_validator(mode="after")
    def _open_before_close(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens: is not before closes")
        return self


class _WorkOrder(_Dated):
    question: ReviewKind
    target_minutes: int = Field(gt=0)
    owner: Role
    escalate_to: Role


class _Rate(_Dated):
    most_ppm: int = Field(ge=0, le=1_000_000)
    window_days: int = Field(gt=0)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    wait: tuple[_Wait, ...] = ()
    bill_wait: tuple[_Wait, ...] = ()
    office_hours: tuple[_Hours, ...] = ()
    work_order: tuple[_WorkOrder, ...] = ()
    rate: tuple[_Rate, ...] = ()


_D = TypeVar("_D", bound=_Dated)


class DifferenceRules:
    """All files, by counterparty."""

    def __init__(self, files: Mapping[str, _File]) -> None:
        self._files = dict(files)

    def wait_days(self, codes: Sequence[str], on: date) -> int:
        """Working days that money of the first of these counterparties with a rule may be unclear.

        Else our own rule holds. Raises: NoDifferenceRule.
        """
        files = [self._files[code] for code in [*codes, OWN] if code in self._files]
        return _first_days("wait", [file.wait for file in files], on)

    def bill_wait_days(self, channel: str, on: date) -> int:
        """Working days after its day that a pay channel's bill may be missing, by its own rule or
        else by ours. Raises: NoDifferenceRule.
        """
        files = [self._files[code] for code in (channel, OWN) if code in self._files]
        return _first_days("bill_wait", [file.bill_wait for file in files], on)

    def office_hours(self, on: date) -> OfficeHours:
        """When people work. Raises: NoDifferenceRule."""
        rule = _needed("office_hours", self._own.office_hours, on)
        return OfficeHours(rule.opens, rule.closes)

    def work_order(self, question: ReviewKind, on: date) -> WorkOrderRule | None:
        """How soon such a question is answered; None where it is no work order."""
        rule = _in_force([r for r in self._own.work_order if r.question is question], on)
        if rule is None:
            return None
        return WorkOrderRule(rule.target_minutes, rule.owner, rule.escalate_to)

    def rate(self, on: date) -> RateRule:
        """How many lines may be unclear. Raises: NoDifferenceRule."""
        rule = _needed("rate", self._own.rate, on)
        return RateRule(rule.most_ppm, rule.window_days)

    @property
    def _own(self) -> _File:
        return self._files.get(OWN, _File())


def load_difference_rules(folder: Path) -> DifferenceRules:
    """Read every file below `folder`. Raises: DifferenceRulesNotUsable."""
    files = sorted(folder.glob(f"*/{FILE}"))
    return DifferenceRules(
        {file.parent.name: read_file(file, _File, error=DifferenceRulesNotUsable) for file in files}
    )


def _first_days(name: str, of_each: Iterable[Iterable[_Wait]], on: date) -> int:
    for rules in of_each:
        rule = _in_force(rules, on)
        if rule is not None:
            return rule.working_days
    raise NoDifferenceRule(name, on)


def _in_force(rules: Iterable[_D], on: date) -> _D | None:
    begun = [rule for rule in rules if rule.from_day <= on]
    return max(begun, key=lambda rule: rule.from_day, default=None)


def _needed(name: str, rules: Iterable[_D], on: date) -> _D:
    rule = _in_force(rules, on)
    if rule is None:
        raise NoDifferenceRule(name, on)
    return rule
