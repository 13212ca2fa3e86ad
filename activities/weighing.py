"""Money is weighed before it moves, and what was held back moves only by a decision on record."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from activities.decisions import stored_decision
from activities.world import World
from domain.money import Money
from domain.payment import PartKind
from domain.payment_facts import WeighedFacts
from domain.review import Question, ReviewKind, review_no_of
from domain.risk import Moving, RiskEvent, Verdict, Weighed
from engine.clock import business_zone
from store import pay_returns, payments, risk


class NotReleased(RuntimeError):
    """Money was about to move although the rules hold it back and nobody released it."""

    def __init__(self, event_no: str, verdict: Verdict) -> None:
        self.event_no, self.verdict = event_no, verdict
        super().__init__(f"{event_no}: the risk rules say {verdict}, and nobody released it.")


def weigh_payment(world: World, payment_no: str) -> WeighedFacts:
    """Hold a bill against the rules of the day, once. Raises: NoSuchPayment."""
    with world.writing() as session:
        view = payments.bill_of(session, payment_no)
        event = RiskEvent(
            event_no=payment_no,
            moving=Moving.PAYMENT,
            at=_local(view.opened_at),
            amount=view.bill.total,
            operator=view.opened_by,
            place=view.place,
            payer_ref=view.payer_ref,
        )
        weighed = weigh(world, session, event)
    return _facts(payment_no, ReviewKind.PAYMENT_CHECK, view.bill.total, weighed)


def weigh_return(world: World, return_no: str) -> WeighedFacts:
    """Hold a return against the rules of the day, once. Raises: NoSuchReturn."""
    with world.writing() as session:
        view = pay_returns.return_of(session, return_no)
        bill = payments.bill_of(session, view.payment_no)
        in_cash = [part.amount for part in view.parts if part.kind is PartKind.CASH]
        event = RiskEvent(
            event_no=return_no,
            moving=Moving.REFUND,
            at=_local(view.asked_at),
            amount=view.total,
            operator=view.asked_by,
            place=view.place,
            payer_ref=bill.payer_ref,
            in_cash=bool(in_cash),
            has_return=view.has_return,
            cash=Money.total(in_cash, view.total.currency),
        )
        weighed = weigh(world, session, event)
    return _facts(return_no, ReviewKind.PAYMENT_CHECK, view.total, weighed)


def weigh(world: World, session: Session, event: RiskEvent) -> Weighed:
    """The verdict of the rules that hold on the event's day, or the one that stands already."""
    return risk.weigh_once(session, event, world.risk_rules.in_force(event.at.date()))


def require_release(session: Session, event_no: str) -> None:
    """Raises: NotReleased, DecisionNotFound, unless the rules or a person let it pass."""
    weighed = risk.verdict_on(session, event_no)
    if weighed is None or weighed.verdict is Verdict.BLOCK:
        raise NotReleased(event_no, Verdict.BLOCK if weighed else Verdict.HOLD)
    if not weighed.needs_a_person:
        return
    review_no = review_no_of(_key(event_no))
    stored_decision(session, review_no, "approve", f"release {event_no}")


def _facts(event_no: str, kind: ReviewKind, amount: Money, weighed: Weighed) -> WeighedFacts:
    why = "; ".join(f"{hit.code}: {hit.why}" for hit in weighed.hits)
    question = None
    if weighed.needs_a_person:
        question = Question(
            natural_key=_key(event_no),
            kind=kind,
            case_no=None,
            subject=event_no,
            sentence_zh=f"{event_no}，{amount.grouped()} 元，触发风险规则（{why}）：放行吗？",
            sentence_en=f"{event_no}, {amount.grouped()} CNY: {why}. Let it pass?",
            amount=amount,
        )
    return WeighedFacts(weighed.verdict, why, question)


def _key(event_no: str) -> str:
    return f"{event_no}:risk"


def _local(moment: datetime) -> datetime:
    return moment.astimezone(business_zone)
