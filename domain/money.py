"""Money as whole minor units of a currency, and the few things one may do with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_TWO_DECIMALS = re.compile(r"-?\d{1,3}(?:,\d{3})+\.\d{2}|-?\d+\.\d{2}|-?\d+")


class NotAnAmount(ValueError):
    """The text is not an amount with at most two decimals."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not an amount like 1234.50.")


class CurrenciesDiffer(ValueError):
    """Two amounts of different currencies were combined."""

    def __init__(self, left: Money, right: Money) -> None:
        self.left, self.right = left, right
        super().__init__(f"{left} and {right} are of different currencies.")


@dataclass(frozen=True, order=False)
class Money:
    """An exact amount: `minor` counts the smallest unit (fen for CNY), negative when owed back."""

    minor: int
    currency: str = "CNY"

    @staticmethod
    def parse(text: str, currency: str = "CNY") -> Money:
        """Read "1234.50", "1,234.50" or "1234". Raises: NotAnAmount, also for three decimals."""
        cleaned = text.strip()
        if not _TWO_DECIMALS.fullmatch(cleaned):
            raise NotAnAmount(text)
        return Money(int(Decimal(cleaned.replace(",", "")).scaleb(2)), currency)

    @staticmethod
    def total(amounts: Iterable[Money], currency: str = "CNY") -> Money:
        """Add up; an empty list is zero of `currency`."""
        result = Money(0, currency)
        for amount in amounts:
            result += amount
        return result

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.minor * quantity, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other).minor

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other).minor

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.plain()} {self.currency}"

    def plain(self) -> str:
        """The amount alone, as wires write it: "1234.50"."""
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{abs(self.minor) // 100}.{abs(self.minor) % 100:02d}"

    def grouped(self) -> str:
        """The amount as people read it: "1,234.50"."""
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{abs(self.minor) // 100:,}.{abs(self.minor) % 100:02d}"

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrenciesDiffer(self, other)
        return other


def net_of_tax(gross: Money, rate: Decimal) -> Money:
    """Take the tax out of a price that includes it, rounded half up to the fen.

    Source: invoice rule for tax-inclusive prices, net = gross / (1 + rate), tax = gross - net.
    """
    net = (Decimal(gross.minor) / (1 + rate)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Money(int(net), gross.currency)
