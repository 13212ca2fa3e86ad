"""Reads counterparties/own/matching.toml: the dated numbers behind matching."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.matching import MatchingRules


class MatchingRulesNotUsable(ValueError):
    """The file has faults, or no version holds on that day."""

    def __init__(self, file: Path, reasons: list[str]) -> None:
        self.file, self.reasons = file, reasons
        super().__init__(f"{file}: {'; '.join(reasons)}.")


class _Version(BaseModel):
    """One version, from its day on; `source` says who decided it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = Field(min_length=1)
    from_day: date = Field(alias="from")
    rounding_minor: int = Field(ge=0)
    days_early: int = Field(ge=0)
    days_late: int = Field(ge=0)
    most_edits: int = Field(ge=0, le=4)
    least_shared: int = Field(ge=6, le=20)
    most_alike: int = Field(ge=1, le=9)
    lambda_ppb: int = Field(ge=0)
    least_claims: int = Field(ge=2)
    same_price_ppm: int = Field(ge=0)
    most_cells: int = Field(gt=0)
    source: str = Field(min_length=1)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[_Version, ...] = Field(min_length=1)


def load_matching_rules(folder: Path, on: date) -> MatchingRules:
    """The version that holds on a day. Raises: MatchingRulesNotUsable."""
    file = folder / "own" / "matching.toml"
    try:
        read = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as unreadable:
        raise MatchingRulesNotUsable(file, [str(unreadable)]) from unreadable
    except ValidationError as wrong:
        reasons = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors()]
        raise MatchingRulesNotUsable(file, reasons) from wrong
    known = [version for version in read.rules if version.from_day <= on]
    if not known:
        raise MatchingRulesNotUsable(file, [f"no version holds on {on}"])
    latest = max(known, key=lambda version: version.from_day)
    return MatchingRules(**latest.model_dump(exclude={"from_day", "source"}))
