"""The steps of a bill in parts, answered by hand for a recorded history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.money import Money
from domain.pay_return import (
    ReturnEvent,
    ReturnMove,
    ReturnPart,
    ReturnRef,
    ReturnStage,
    ReturnStart,
    ReturnWanted,
)
from domain.payment import AttemptState, Part, PartKind, PaymentEvent, PaymentStage
from domain.payment_facts import (
    LateFacts,
    PartFacts,
    PartRef,
    PaymentFacts,
    PaymentMove,
    PaymentStart,
    ReturnFacts,
    WeighedFacts,
)
from domain.review import Question, ReviewKind
from domain.risk import Verdict

PARTS = (
    Part(1, PartKind.POOL_FUND, Money(30000)),
    Part(2, PartKind.PERSONAL_ACCOUNT, Money(20000)),
    Part(3, PartKind.SELF_PAY, Money(10000)),
)
AFTER = {
    PaymentEvent.CLEARED: PaymentStage.PAYING,
    PaymentEvent.BLOCKED: PaymentStage.UNDONE,
    PaymentEvent.ALL_PAID: PaymentStage.PAID,
    PaymentEvent.PART_FAILED: PaymentStage.UNDOING,
    PaymentEvent.ALL_RETURNED: PaymentStage.UNDONE,
}
RETURN_AFTER = {
    ReturnEvent.CLEARED: ReturnStage.SENDING,
    ReturnEvent.BLOCKED: ReturnStage.BLOCKED,
    ReturnEvent.ALL_BACK: ReturnStage.DONE,
    ReturnEvent.FAILED: ReturnStage.FAILED,
}
_CAPTURED = PartFacts(AttemptState.CAPTURED, 1, 900)
_WAITING = PartFacts(AttemptState.WAITING, 1, 900)
_REFUSED = PartFacts(AttemptState.REFUSED, 1, 900, "refused by the bank")


def paying(name: str) -> list[Callable[..., Any]]:
    """Held by a rule and not released; refused at its last part; or paid after a wait."""
    is_held, goes_wrong = name.startswith("bill_held"), name == "bill_refused_and_undone"
    self_pay = iter([_WAITING, _REFUSED if goes_wrong else _CAPTURED])
    back = iter([ReturnFacts(False, 1)] if goes_wrong else [])
    late = iter([LateFacts((), 1), LateFacts((3,), 1)] if goes_wrong else [])

    @activity.defn
    async def pay_part(ref: PartRef) -> PartFacts:
        if name == "bill_given_up_and":
            raise ApplicationError("pay_json: refused", type="Refused", non_retryable=True)
        return next(self_pay) if ref.n == 3 else _CAPTURED

    @activity.defn
    async def close_part(ref: PartRef) -> PartFacts:
        return _REFUSED if ref.n == 3 else _CAPTURED

    @activity.defn
    async def return_part(ref: PartRef) -> ReturnFacts:
        return next(back, ReturnFacts(True, 1))

    @activity.defn
    async def find_late_money(payment_no: str) -> LateFacts:
        return next(late, LateFacts((), 0))

    @activity.defn
    async def move_payment(move: PaymentMove) -> PaymentStage:
        return AFTER[move.event]

    opening = _opening(is_held)
    return [*opening, pay_part, close_part, return_part, find_late_money, move_payment]


def _opening(is_held: bool) -> list[Callable[..., Any]]:
    @activity.defn
    async def open_payment(start: PaymentStart) -> PaymentFacts:
        return PaymentFacts(start.payment_no, Money(60000), PARTS, PaymentStage.OPENED)

    @activity.defn
    async def close_pay_link(payment_no: str) -> str:
        return ""

    @activity.defn
    async def weigh_payment(payment_no: str) -> WeighedFacts:
        if not is_held:
            return WeighedFacts(Verdict.ALLOW, "")
        return WeighedFacts(Verdict.HOLD, "PAY-02: six small ones", _question(payment_no))

    return [open_payment, close_pay_link, weigh_payment]


def _question(payment_no: str) -> Question:
    return Question(
        natural_key=f"{payment_no}:risk",
        kind=ReviewKind.PAYMENT_CHECK,
        case_no=None,
        subject=payment_no,
        sentence_zh=f"{payment_no}：放行吗？",
        sentence_en=f"{payment_no}: let it pass?",
        amount=Money(60000),
    )


def returning(name: str) -> list[Callable[..., Any]]:
    """Sent back after a wait; held by a rule; or refused by its channel until a person gives up."""
    is_held, is_refused = name == "return_held_by_a_rule", name == "return_given_up"
    looks = iter([ReturnFacts(False, 1)])

    @activity.defn
    async def open_return(start: ReturnStart) -> ReturnWanted:
        parts = (ReturnPart(1, PARTS[0].kind, Money(30000)), ReturnPart(3, PARTS[2].kind, Money(1)))
        return ReturnWanted(start.return_no, "PM-1", Money(30001), parts, ReturnStage.ASKED)

    @activity.defn
    async def weigh_return(return_no: str) -> WeighedFacts:
        if not is_held:
            return WeighedFacts(Verdict.ALLOW, "")
        return WeighedFacts(Verdict.HOLD, "REF-06: no goods came back", _question(return_no))

    @activity.defn
    async def send_back(ref: ReturnRef) -> ReturnFacts:
        if is_refused:
            raise ApplicationError(f"{ref.return_no}", type="RefundFailed", non_retryable=True)
        return next(looks, ReturnFacts(True, 1))

    @activity.defn
    async def move_return(move: ReturnMove) -> ReturnStage:
        return RETURN_AFTER[move.event]

    return [open_return, weigh_return, send_back, move_return]
