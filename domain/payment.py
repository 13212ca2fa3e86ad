"""One bill that is paid in parts, and THE TABLE of what may happen to it and to each attempt.

A part is what one bearer owes of the bill; an attempt is one number under which one channel was
asked for it. All parts are paid, or every attempt that took money gives it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.money import Money
from domain.pay_channel import PayState, PayStatus


class PartKind(StrEnum):
    """Who bears a part of a bill, and how it comes in."""

    POOL_FUND = "pool_fund"
    PERSONAL_ACCOUNT = "personal_account"
    COMMERCIAL = "commercial"
    SELF_PAY = "self_pay"
    CASH = "cash"

    @property
    def is_insurers(self) -> bool:
        """Whether the national insurer settles it: taken back whole, or not at all."""
        return self in (PartKind.POOL_FUND, PartKind.PERSONAL_ACCOUNT)


ORDER = (
    PartKind.POOL_FUND,
    PartKind.PERSONAL_ACCOUNT,
    PartKind.COMMERCIAL,
    PartKind.SELF_PAY,
    PartKind.CASH,
)
"""In which order parts are paid, and also given back; docs/decisions tells why both are one."""


class PartsDoNotAddUp(ValueError):
    """The parts of a bill are not the bill."""

    def __init__(self, payment_no: str, parts: Money, total: Money) -> None:
        self.payment_no, self.parts, self.total = payment_no, parts, total
        super().__init__(
            f"Payment {payment_no}: parts {parts.grouped()}, total {total.grouped()} "
            f"{total.currency}."
        )


class PartIsNothing(ValueError):
    """A part of zero or less is no part."""

    def __init__(self, payment_no: str, n: int, amount: Money) -> None:
        self.payment_no, self.n, self.amount = payment_no, n, amount
        super().__init__(f"Payment {payment_no}, part {n}: {amount} is nothing to pay.")


class TookAnotherAmount(ValueError):
    """A channel took another amount than it was asked for; a person must look."""

    def __init__(self, pay_no: str, asked: Money, took: Money) -> None:
        self.pay_no, self.asked, self.took = pay_no, asked, took
        super().__init__(f"{pay_no}: asked for {asked}, the channel tells of {took}.")


@dataclass(frozen=True)
class Part:
    """What one bearer owes of a bill; `n` counts from 1 in the order of the bill."""

    n: int
    kind: PartKind
    amount: Money


@dataclass(frozen=True)
class Bill:
    """One bill and its parts. Raises: PartsDoNotAddUp, PartIsNothing, CurrenciesDiffer."""

    payment_no: str
    total: Money
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        for part in self.parts:
            if part.amount.minor <= 0:
                raise PartIsNothing(self.payment_no, part.n, part.amount)
        added = Money.total((part.amount for part in self.parts), self.total.currency)
        if added != self.total or not self.parts:
            raise PartsDoNotAddUp(self.payment_no, added, self.total)


def in_order(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts as they are paid, and as they are given back: see `ORDER`."""
    return tuple(sorted(parts, key=lambda part: (ORDER.index(part.kind), part.n)))


class AttemptState(StrEnum):
    """Where one attempt stands as far as we know. ASKED means UNKNOWN: ask before anything else.

    SURPLUS: it took money after it was held to be over; that money only goes back.
    """

    ASKED = "asked"
    WAITING = "waiting"
    CAPTURED = "captured"
    REFUSED = "refused"
    SURPLUS = "surplus"


LIVE = frozenset({AttemptState.ASKED, AttemptState.WAITING, AttemptState.CAPTURED})
"""States in which an attempt has or may still get its part's money: one of them at most."""
TOOK = frozenset({AttemptState.CAPTURED, AttemptState.SURPLUS})
"""States in which the channel holds, or held, money of this attempt."""

ATTEMPT_MOVES: dict[AttemptState, frozenset[AttemptState]] = {
    AttemptState.ASKED: frozenset(
        {AttemptState.WAITING, AttemptState.CAPTURED, AttemptState.REFUSED}
    ),
    AttemptState.WAITING: frozenset({AttemptState.CAPTURED, AttemptState.REFUSED}),
    AttemptState.CAPTURED: frozenset(),
    AttemptState.REFUSED: frozenset({AttemptState.SURPLUS}),
    AttemptState.SURPLUS: frozenset(),
}
"""Allowed moves of an attempt. What a channel tells in any other order changes nothing."""


def attempt_after(state: AttemptState, asked: Money, told: PayState) -> AttemptState:
    """What an attempt becomes by what its channel tells, in whatever order and however often.

    Raises: TookAnotherAmount.
    """
    if told.status.has_captured:
        if told.amount != asked:
            raise TookAnotherAmount(told.pay_no, asked, told.amount)
        over = state in (AttemptState.REFUSED, AttemptState.SURPLUS)
        wanted = AttemptState.SURPLUS if over else AttemptState.CAPTURED
    elif told.status.can_never_pay:
        wanted = AttemptState.REFUSED
    elif told.status in (PayStatus.CREATED, PayStatus.PAYING):
        wanted = AttemptState.WAITING
    else:
        wanted = state
    return wanted if wanted in ATTEMPT_MOVES[state] else state


class PaymentStage(StrEnum):
    """Where a bill stands."""

    OPENED = "opened"
    PAYING = "paying"
    PAID = "paid"
    UNDOING = "undoing"
    UNDONE = "undone"


class PaymentEvent(StrEnum):
    """What happened to a bill, in the past tense."""

    OPENED = "PaymentOpened"
    CLEARED = "PaymentCleared"
    BLOCKED = "PaymentBlocked"
    ALL_PAID = "AllPartsPaid"
    PART_FAILED = "PartFailed"
    ALL_RETURNED = "AllPartsReturned"


_S, _E = PaymentStage, PaymentEvent

TABLE: dict[tuple[PaymentStage | None, PaymentEvent], PaymentStage] = {
    (None, _E.OPENED): _S.OPENED,
    (_S.OPENED, _E.CLEARED): _S.PAYING,
    (_S.OPENED, _E.BLOCKED): _S.UNDONE,
    (_S.OPENED, _E.PART_FAILED): _S.UNDOING,
    (_S.PAYING, _E.ALL_PAID): _S.PAID,
    (_S.PAYING, _E.PART_FAILED): _S.UNDOING,
    (_S.UNDOING, _E.ALL_RETURNED): _S.UNDONE,
}
"""Every move of a bill. What is not here is refused."""

PAYMENT_ENDED = frozenset({PaymentStage.PAID, PaymentStage.UNDONE})
"""Stages that a bill never leaves; refunds of a paid one have rows of their own."""


class PaymentMoveNotAllowed(ValueError):
    """The table has no such move."""

    def __init__(self, payment_no: str, stage: PaymentStage | None, event: PaymentEvent) -> None:
        self.payment_no, self.stage, self.event = payment_no, stage, event
        super().__init__(f"Payment {payment_no}: {event} cannot happen while {stage or 'absent'}.")


def payment_after(payment_no: str, stage: PaymentStage | None, event: PaymentEvent) -> PaymentStage:
    """Return the stage that `event` leads to. Raises: PaymentMoveNotAllowed."""
    after = TABLE.get((stage, event))
    if after is None:
        raise PaymentMoveNotAllowed(payment_no, stage, event)
    return after
