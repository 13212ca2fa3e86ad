"""Reads counterparties/own/admission.toml: what a pay channel must reach to be let in, dated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import Field

from domain.admission import AdmissionRule
from engine.pay_channel_calls import Strict
from engine.pay_channels import in_force
from engine.toml_faults import read_file


class _Version(Strict):
    from_day: date = Field(alias="from")
    answer_ms: int = Field(gt=0)
    availability: Decimal = Field(gt=0, le=1)
    error_rate: Decimal = Field(gt=0, le=1)
    settlement_days: int = Field(ge=0)
    auto_match: Decimal = Field(gt=0, le=1)
    window_days: int = Field(gt=0)
    alert_minutes: int = Field(gt=0)
    source: str = Field(min_length=1)


class _File(Strict):
    rules: tuple[_Version, ...] = Field(min_length=1)


def load_admission_rule(folder: Path, on: date) -> AdmissionRule:
    """The rule that holds on a day. Raises: FileHasFaults, NothingInForce."""
    read = read_file(folder / "own" / "admission.toml", _File)
    version = in_force(read.rules, on, "admission of pay channels")
    return AdmissionRule(**version.model_dump(exclude={"from_day", "source"}))
