"""A labelled month of payments and refunds: what clerks really do, and twelve things they do not.

By arithmetic and not by chance, so that the month is the same for ever. Names are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.money import Money
from domain.risk import Moving, RiskEvent

ZONE = ZoneInfo("Asia/Shanghai")
FIRST_DAY = datetime(2026, 1, 5, tzinfo=ZONE)
CLERKS = ("clerk-1", "clerk-2", "clerk-3", "clerk-4")
WORKING_DAYS = 22
A_DAY = 45
"""Events of a day; one in nine is a refund."""

BAD: dict[str, tuple[str, ...]] = {
    "P-BIG": ("PAY-01",),
    "P-SMALL-6": ("PAY-02",),
    "P-SMALL-7": ("PAY-02",),
    "P-PLACE": ("PAY-03",),
    "R-SIXTH": ("REF-01",),
    "R-SUM": ("REF-02",),
    "R-UNDER": ("REF-03",),
    "R-NIGHT": ("REF-04",),
    "R-THIRD": ("REF-05",),
    "R-EMPTY": ("REF-06",),
    "R-CASH": ("REF-07",),
    "R-BIG": ("REF-08",),
}
"""The labelled events, and the rule that must find each; nothing else may be found."""


def month() -> list[RiskEvent]:
    """Every event, oldest first: 990 ordinary, the twelve bad ones, fourteen that lead to them."""
    return sorted([*_ordinary(), *_bad()], key=lambda event: (event.at, event.event_no))


def _ordinary() -> Iterator[RiskEvent]:
    for day in range(WORKING_DAYS):
        for n in range(A_DAY):
            number = day * A_DAY + n
            clerk = number % len(CLERKS)
            refund = n % 9 == 8
            # Between 120.00 and 4,880.00 for payments, refunds are small: no rule is touched.
            minor = 12_000 + number * 7_919 % (100_000 if refund else 476_000)
            yield RiskEvent(
                event_no=f"{'R' if refund else 'P'}-{number:04d}",
                moving=Moving.REFUND if refund else Moving.PAYMENT,
                at=_at(day, 8 * 60 + 5 + n * 13),
                amount=Money(minor),
                operator=CLERKS[clerk],
                place=f"till-{clerk + 1}",
                payer_ref=f"payer-{number:04d}",
                in_cash=refund and number % 5 == 0 and minor <= 100_000,
                has_return=True,
            )


def _bad() -> Iterator[RiskEvent]:
    yield _payment("P-BIG", _at(2, 600), 500_001)
    for n in range(1, 8):
        # One payer, seven payments of 99.00 a minute apart: the sixth and the seventh are too many.
        yield replace(_payment(f"P-SMALL-{n}", _at(4, 700 + n), 9_900), payer_ref="payer-small")
    yield replace(_payment("P-PLACE", _at(6, 610), 30_000), place="till-9")
    for n in range(1, 6):
        yield _refund(f"R-LEAD-{n}", _at(25, 600 + n), 1_000, "clerk-5")
    yield _refund("R-SIXTH", _at(25, 620), 1_000, "clerk-5")
    for n in range(1, 3):
        yield _refund(f"R-HALF-{n}", _at(26, 600 + n), 480_000, "clerk-6")
    yield _refund("R-SUM", _at(26, 640), 40_001, "clerk-6")
    yield _refund("R-UNDER", _at(27, 600), 490_000, "clerk-7")
    yield _refund("R-NIGHT", _at(27, 18 * 60), 1_000, "clerk-7")
    for n, name in enumerate(("R-ONCE", "R-TWICE", "R-THIRD")):
        yield replace(_refund(name, _at(23 + n, 900), 2_000, "clerk-8"), payer_ref="payer-third")
    yield replace(_refund("R-EMPTY", _at(28, 600), 2_000, "clerk-7"), has_return=False)
    yield replace(_refund("R-CASH", _at(28, 610), 100_001, "clerk-7"), in_cash=True)
    yield _refund("R-BIG", _at(29, 600), 500_001, "clerk-7")


def _payment(number: str, at: datetime, minor: int) -> RiskEvent:
    return RiskEvent(
        number, Moving.PAYMENT, at, Money(minor), "clerk-1", "till-1", f"payer-{number}"
    )


def _refund(number: str, at: datetime, minor: int, clerk: str) -> RiskEvent:
    return RiskEvent(number, Moving.REFUND, at, Money(minor), clerk, "till-5", f"payer-{number}")


def _at(day: int, minute: int) -> datetime:
    return FIRST_DAY + timedelta(days=day, minutes=minute)
