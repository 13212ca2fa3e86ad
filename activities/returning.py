"""Giving the money of a part back to where it came from, and looking for money that came late."""

from __future__ import annotations

from activities import payment_booking
from activities.world import World
from connectors.http import NotDone, OutcomeUnknown, Refused
from connectors.pay_channels.interface import PayChannel
from domain.pay_channel import RefundRequest, RefundState, RefundStatus
from domain.payment import TOOK, AttemptState
from domain.payment_facts import LateFacts, PartRef, ReturnFacts
from store import pay_refunds, payments
from store.pay_refunds import RefundView
from store.payment_views import AttemptView

UNDONE = "the bill was not paid in full"
BY_THE_HOUSE = "huikuan"


class RefundFailed(RuntimeError):
    """A channel will not send this money back; the next try has another number."""

    def __init__(self, refund_no: str, channel: str) -> None:
        self.refund_no, self.channel = refund_no, channel
        super().__init__(f"Refund {refund_no}: {channel} did not send it back.")


def return_part(world: World, ref: PartRef) -> ReturnFacts:
    """Give back all that the attempts at a part still hold. Raises: RefundFailed."""
    with world.database.reading() as session:
        attempts = payments.attempts_of(session, ref.payment_no)
    states = (AttemptState.SURPLUS,) if ref.surplus_only else TOOK
    holding = [one for one in attempts if one.n == ref.n and one.state in states]
    is_back = all([_is_back(world, attempt) for attempt in holding])
    return ReturnFacts(is_back, world.payment_rules.waits_on(world.today()).look_again_s)


def find_late_money(world: World, payment_no: str) -> LateFacts:
    """Ask once more about every attempt that was held to be over, as long as money may come.

    A request that was lost on its way may arrive after its number was given up.
    """
    waits = world.payment_rules.waits_on(world.today())
    with world.database.reading() as session:
        attempts = payments.attempts_of(session, payment_no)
    over = [one for one in attempts if one.state is AttemptState.REFUSED and not one.why]
    now, found, left_s = world.now(), set[int](), 0
    for attempt in over:
        told = world.pay_ways.of(attempt.channel).query(attempt.pay_no)
        if told is not None and told.status.has_captured:
            with world.writing() as session:
                payment_booking.note_told(world, session, attempt.pay_no, told)
            continue
        left = attempt.asked_at + waits.pay_within + waits.late_money - now
        left_s = max(left_s, int(left.total_seconds()))
    with world.database.reading() as session:
        for attempt in payments.attempts_of(session, payment_no):
            if attempt.state is AttemptState.SURPLUS and attempt.kept:
                found.add(attempt.n)
    return LateFacts(tuple(sorted(found)), left_s)


def settle_refund(
    world: World, channel: PayChannel, refund: RefundView, whole: AttemptView
) -> bool:
    """Whether a refund went through: ask first, send only what the channel has never heard of.

    Raises: RefundFailed.
    """
    told = channel.query_refund(refund.refund_no, refund.pay_no)
    if told is None:
        told = _sent(channel, refund, whole)
    if told is None:
        return False
    with world.writing() as session:
        after = payment_booking.note_refund(world, session, told)
    if after.status is RefundStatus.FAILED:
        raise RefundFailed(refund.refund_no, channel.code)
    return after.status is RefundStatus.REFUNDED


def _is_back(world: World, attempt: AttemptView) -> bool:
    channel = world.pay_ways.of(attempt.channel)
    with world.writing() as session:
        fresh = payments.attempt_of(session, attempt.pay_no)
        if fresh.kept:
            pay_refunds.ask_refund(
                session,
                refund_no=pay_refunds.next_refund_no(session, attempt.pay_no),
                pay_no=attempt.pay_no,
                amount=fresh.kept,
                reason=UNDONE,
                by=BY_THE_HOUSE,
                now=world.now(),
            )
        unsure = pay_refunds.open_refunds(session, attempt.pay_no)
    return all([settle_refund(world, channel, refund, attempt) for refund in unsure])


def _sent(channel: PayChannel, refund: RefundView, whole: AttemptView) -> RefundState | None:
    """What the channel tells; None when nobody knows yet. A refusal is a failed refund."""
    request = RefundRequest(
        refund.refund_no, refund.pay_no, refund.amount, whole.amount, refund.reason
    )
    try:
        return channel.refund(request)
    except (OutcomeUnknown, NotDone):
        return None
    except Refused:
        # It may be refused because an earlier sending was taken: then the channel knows of it.
        known = channel.query_refund(refund.refund_no, refund.pay_no)
        return known or RefundState(refund.refund_no, RefundStatus.FAILED, refund.amount)
