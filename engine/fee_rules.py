"""Reads counterparties/<code>/fees.toml: what a counterparty keeps of each transfer, dated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from domain.channel_fee import FeeRule
from domain.money import Money
from domain.transfer_fee import TransferFee
from engine.toml_faults import FileHasFaults, read_file

FILE = "fees.toml"


class FeeRulesNotUsable(FileHasFaults):
    """The file has faults; each is told with its line."""


class _Dated(BaseModel):
    """One rule from its day on. `rate` and `vat_rate` are shares: "0.006" is 0.6 percent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_day: date = Field(alias="from")
    rate: Decimal = Field(ge=0, lt=1, max_digits=7, decimal_places=6)
    least_minor: int = Field(0, ge=0)
    most_minor: int | None = Field(None, ge=0)
    vat_rate: Decimal = Field(Decimal(0), ge=0, lt=1, max_digits=7, decimal_places=6)
    vat_on_top: bool = False
    source: str = Field(min_length=1)

    def fee(self) -> TransferFee:
        """The rule as it is reckoned with."""
        most = None if self.most_minor is None else Money(self.most_minor)
        rule = FeeRule(self.rate, Money(self.least_minor), most, False, self.vat_rate)
        return TransferFee(rule, self.vat_on_top)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fee: tuple[_Dated, ...] = Field(min_length=1)


class FeeRules:
    """All files, by counterparty."""

    def __init__(self, files: Mapping[str, _File]) -> None:
        self._files = dict(files)

    def in_force(self, on: date) -> dict[str, TransferFee]:
        """The rule of everybody who has one on this day, by code."""
        begun = {
            code: [rule for rule in file.fee if rule.from_day <= on]
            for code, file in self._files.items()
        }
        return {
            code: max(rules, key=lambda rule: rule.from_day).fee()
            for code, rules in begun.items()
            if rules
        }


def load_fee_rules(folder: Path) -> FeeRules:
    """Read every file below `folder`. Raises: FeeRulesNotUsable."""
    files = sorted(folder.glob(f"*/{FILE}"))
    return FeeRules(
        {file.parent.name: read_file(file, _File, error=FeeRulesNotUsable) for file in files}
    )
