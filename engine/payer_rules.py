"""The dated rules of a payer's profile, each with its source: the newest that has begun holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Dated(BaseModel):
    """What holds from a day on, until another one does."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_day: date = Field(alias="from")
    source: str = Field(min_length=1)


class FilingWindow(Dated):
    """How long something is accepted, inclusive: a claim after its service, an appeal after its
    denial.
    """

    days: int = Field(gt=0)


class ClearingDay(Dated):
    """On which day of the following month a month's clearing is applied for."""

    day: int = Field(ge=1, le=28)


class SettledAfter(Dated):
    """So many working days after the day itself, its money is at the bank."""

    working_days: int = Field(ge=0)


class Counter(BaseModel):
    """What an insurer settles at our counter and pays out later: one credit for each day and kind
    of part, less cancellings, announced over its interface. `provider` is our number there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: str = Field(min_length=1)
    pays_into: str = Field(min_length=1, description="a bank account of ours")
    settlement: tuple[SettledAfter, ...] = Field(min_length=1)


class AppealText(Dated):
    """How many characters a website takes of what is written for an appeal."""

    characters: int = Field(gt=0)


Rule = TypeVar("Rule", bound=Dated)


def in_force(rules: Iterable[Rule], on: date) -> Rule | None:
    """The rule that holds on a day; None before the first."""
    begun = [rule for rule in rules if rule.from_day <= on]
    return max(begun, key=lambda rule: rule.from_day, default=None)
