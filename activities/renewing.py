"""What stays of an insurer's part, once its settlement is cancelled: settled anew, once."""

from __future__ import annotations

from activities import payment_booking
from activities.world import World
from connectors.http import NotDone, OutcomeUnknown, Refused
from connectors.pay_channels.interface import PayChannel
from domain.money import Money
from domain.pay_channel import PayRequest, PayState
from domain.pay_return import ReturnRef
from domain.payment import AttemptState
from store import renewals
from store.payment_views import AttemptView


class SettlementNotRenewed(RuntimeError):
    """An insurer cancelled its part whole, and refuses to settle what stays of it."""

    def __init__(self, pay_no: str, channel: str, amount: Money) -> None:
        self.pay_no, self.channel, self.amount = pay_no, channel, amount
        super().__init__(f"{pay_no}: {channel} does not settle {amount} anew.")


def settle_anew(world: World, ref: ReturnRef) -> bool:
    """Whether nothing of the part waits to be settled anew: ask first, send only what the insurer
    has never heard of.

    Raises: SettlementNotRenewed; the next try has a number of its own.
    """
    with world.writing() as session:
        attempt = renewals.begin(session, ref.return_no, ref.n, now=world.now())
    if attempt is None or attempt.state is AttemptState.CAPTURED:
        return True
    channel = world.pay_ways.of(attempt.channel)
    told = channel.query(attempt.pay_no) or _sent(world, channel, attempt)
    if told is None:
        return False
    with world.writing() as session:
        after = payment_booking.note_renewed(world, session, ref.return_no, told)
    if after.state is AttemptState.REFUSED:
        raise SettlementNotRenewed(attempt.pay_no, attempt.channel, attempt.amount)
    return after.state is AttemptState.CAPTURED


def _sent(world: World, channel: PayChannel, attempt: AttemptView) -> PayState | None:
    """What the insurer tells; None when nobody knows yet. A refusal counts once it is closed."""
    waits = world.payment_rules.waits_on(world.today())
    request = PayRequest(
        pay_no=attempt.pay_no,
        amount=attempt.amount,
        subject=f"{attempt.payment_no} / {attempt.n}",
        expires_at=world.now() + waits.pay_within,
        notify_url=f"{world.page_root}/webhooks/pay-channels/{attempt.channel}",
    )
    try:
        return channel.pay(request)
    except (OutcomeUnknown, NotDone):
        return None
    except Refused:
        # An earlier sending of the same number may have been taken: closing tells, and ends it.
        return channel.close(attempt.pay_no)
