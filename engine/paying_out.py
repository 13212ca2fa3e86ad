"""Whoever took money for us and pays it out later: how its bills are read, and when money comes.

A pay channel tells it in its own file, an insurer that settles at the counter in its profile, and
of cash our own rules do. What is booked of a bill asks nothing else, so all are one thing here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from pathlib import Path

from domain.channel_bill import ChannelBill
from domain.channel_fee import FeeRule
from domain.money import Money
from domain.payment import PartKind
from engine.counterparties import Counterparties
from engine.pay_channel_payouts import Payout, TwoFiles
from engine.pay_channels import NothingInForce, PayChannelFile, load_pay_channels
from engine.payer_rules import Counter, in_force
from engine.payment_rules import PaymentRules, load_payment_rules

COUNTER_KINDS = {PartKind.POOL_FUND: "pool", PartKind.PERSONAL_ACCOUNT: "account"}
"""An insurer is two channels, "PA-pool" and "PA-account": each settles its own kind of part."""


CASH, OWN = "cash", "own"
"""What was taken in cash is a channel too, whose bills our own house writes."""


def announced_code(payer: str, kind: str) -> str | None:
    """Which channel an announcement in these words is of; None when it is of none."""
    if (payer, kind) == (OWN, PartKind.CASH.value):
        return CASH
    known = {one.value: one for one in COUNTER_KINDS}
    return counter_code(payer, known[kind]) if kind in known else None


def counter_code(payer: str, kind: PartKind) -> str:
    """What an insurer's settlements of one kind are called as a channel."""
    return f"{payer}-{COUNTER_KINDS[kind]}"


class PaysOut(ABC):
    """One account that pays out into a bank account of ours. `layout` is that of its bills, below
    counterparties/layouts; "" for a message that names its members itself. `merchant` is how bills
    name us, `pays_as` whoever pays, as the bank prints it, "" when that tells nobody."""

    code: str
    pays_into: str
    merchant: str
    layout: str
    pays_as: str

    @abstractmethod
    def fee_rule(self, on: date) -> FeeRule:
        """What is kept of a payment of that day. Raises: NothingInForce."""

    @abstractmethod
    def settles_after(self, on: date) -> int:
        """Working days from a payment of that day to the bank. Raises: NothingInForce."""

    @abstractmethod
    def reference_of(self, bill: ChannelBill) -> str:
        """What the bank shows of the credit for a bill of one day."""

    def two_files(self, day: date) -> TwoFiles | None:
        """Which two files make the bill of a day; None when it is one."""
        return None


class ChannelPaysOut(PaysOut):
    """A pay channel with a file."""

    def __init__(self, file: PayChannelFile, payout: Payout) -> None:
        self._file, self._payout = file, payout
        self.code, self.pays_into, self.pays_as = file.code, file.pays_into, payout.pays_as
        self.merchant = payout.bill_merchant_of(file.live.merchant)
        self.layout = payout.bill_layout

    def fee_rule(self, on: date) -> FeeRule:
        """By the channel's contract."""
        return self._file.fee_rule(on)

    def settles_after(self, on: date) -> int:
        """By the channel's contract."""
        return self._file.settles_after(on)

    def reference_of(self, bill: ChannelBill) -> str:
        """By the channel's contract: its bills name no transfer."""
        return self._payout.reference_of(self._file.live.merchant, bill.from_day)

    def two_files(self, day: date) -> TwoFiles | None:
        """As its box says."""
        box = self._file.bill_box
        return box.two_files(self._file.live.merchant, day) if box else None


class InsurerPaysOut(PaysOut):
    """One kind of what an insurer settles at the counter; it keeps no fee."""

    layout = ""
    # Both kinds are paid by one payer, so its name says too little; the announced number does.
    pays_as = ""

    def __init__(self, payer: str, kind: PartKind, counter: Counter) -> None:
        self._counter = counter
        self.code, self.pays_into = counter_code(payer, kind), counter.pays_into
        self.merchant = counter.provider

    def fee_rule(self, on: date) -> FeeRule:
        """Nothing, on any day."""
        return FeeRule(Decimal(0), Money(0), None, returned_on_refund=True)

    def settles_after(self, on: date) -> int:
        """By the insurer's agreement."""
        dated = in_force(self._counter.settlement, on)
        if dated is None:
            raise NothingInForce(f"{self.code}: settlement", on)
        return dated.working_days

    def reference_of(self, bill: ChannelBill) -> str:
        """The transfer's number, as the announcement tells it."""
        return bill.trace_number


class CashPaysOut(PaysOut):
    """The cash desk: a person brings its cash to the bank."""

    code, merchant, layout, pays_as = CASH, OWN, "", ""

    def __init__(self, rules: PaymentRules) -> None:
        self._rules = rules
        self.pays_into = max(rules.deposits, key=lambda dated: dated.from_day).pays_into

    @classmethod
    def by(cls, rules: PaymentRules) -> CashPaysOut | None:
        """None where no rule says into which account cash goes."""
        return cls(rules) if rules.deposits else None

    def fee_rule(self, on: date) -> FeeRule:
        """Nothing, on any day."""
        return FeeRule(Decimal(0), Money(0), None, returned_on_refund=True)

    def settles_after(self, on: date) -> int:
        """By our own rules."""
        return self._rules.deposit_on(on).working_days

    def reference_of(self, bill: ChannelBill) -> str:
        """What stands on the slip."""
        return bill.trace_number


def channels_paying_out(files: dict[str, PayChannelFile]) -> dict[str, PaysOut]:
    """Those of these channels that hand over bills and pay out, by code."""
    return {
        code: ChannelPaysOut(file, file.payout)
        for code, file in sorted(files.items())
        if file.payout is not None
    }


def everybody_paying_out(folder: Path, profiles: Counterparties) -> dict[str, PaysOut]:
    """Every channel and insurer that pays out, live or not, and the cash desk, by code.

    Raises: PayChannelUnreadable, PaymentRulesNotUsable.
    """
    cash = CashPaysOut.by(load_payment_rules(folder))
    channels = channels_paying_out(load_pay_channels(folder))
    return {**channels, **insurers_paying_out(profiles), **({CASH: cash} if cash else {})}


def insurers_paying_out(profiles: Counterparties) -> dict[str, PaysOut]:
    """Each kind of settlement at the counter that an insurer announces and pays out, by code."""
    found = [
        InsurerPaysOut(payer.code, kind, payer.counter)
        for payer in profiles.payers()
        if payer.counter is not None
        for kind in COUNTER_KINDS
    ]
    return {one.code: one for one in found}
