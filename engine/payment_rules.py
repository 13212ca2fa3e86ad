"""Reads counterparties/own/payments.toml: the dated rules of bills that are paid in parts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from domain.payment import PartKind
from engine.pay_channels import in_force
from engine.toml_faults import FileHasFaults, read_file

FILE = Path("own") / "payments.toml"


class PaymentRulesNotUsable(FileHasFaults):
    """The file has faults; each is told with its line."""


class _Dated(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    from_day: date = Field(alias="from")
    source: str = Field(min_length=1)


class DatedWaits(_Dated):
    """How long a payer has, how often is asked, and how long late money is looked for."""

    pay_within_minutes: int = Field(gt=0)
    look_again_s: int = Field(gt=0)
    late_money_minutes: int = Field(gt=0)

    @property
    def pay_within(self) -> timedelta:
        """How long a payer has, counted from the first time that a part is asked for."""
        return timedelta(minutes=self.pay_within_minutes)

    @property
    def late_money(self) -> timedelta:
        """How long a refused attempt is asked about: a lost request may still arrive."""
        return timedelta(minutes=self.late_money_minutes)


class DatedGoods(_Dated):
    """How long goods may take to come back, in calendar days, and how often the ERP is asked."""

    wait_days: int = Field(gt=0)
    look_again_minutes: int = Field(gt=0)


class DatedDeposit(_Dated):
    """Into which account of ours cash is paid, and after how many working days it is there."""

    pays_into: str = Field(min_length=1)
    working_days: int = Field(ge=0)


class DatedWay(_Dated):
    """Over which channels a kind of part comes in; within a tier the first is taken first."""

    kind: PartKind
    channels: tuple[str, ...] = Field(min_length=1)


class PaymentRules(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    waits: tuple[DatedWaits, ...] = Field(min_length=1)
    goods: tuple[DatedGoods, ...] = Field(min_length=1)
    ways: tuple[DatedWay, ...] = Field(min_length=1)
    deposits: tuple[DatedDeposit, ...] = ()

    def waits_on(self, on: date) -> DatedWaits:
        """Raises: NothingInForce."""
        return in_force(self.waits, on, "payments: waits")

    def goods_on(self, on: date) -> DatedGoods:
        """Raises: NothingInForce."""
        return in_force(self.goods, on, "payments: goods")

    def deposit_on(self, on: date) -> DatedDeposit:
        """Raises: NothingInForce."""
        return in_force(self.deposits, on, "payments: deposits")

    def channels_of(self, kind: PartKind, on: date) -> tuple[str, ...]:
        """Raises: NothingInForce."""
        ways = tuple(way for way in self.ways if way.kind is kind)
        return in_force(ways, on, f"payments: way of {kind}").channels


def load_payment_rules(folder: Path) -> PaymentRules:
    """Read the file below the counterparties' folder. Raises: PaymentRulesNotUsable."""
    return read_file(folder / FILE, PaymentRules, error=PaymentRulesNotUsable)
