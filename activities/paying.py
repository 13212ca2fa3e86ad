"""Getting one part of a bill: once, over the first channel that can be reached.

An attempt is on record before it is sent. Whoever finds it there asks the channel first; only
when the channel has nothing is the same number sent again, and never another one beside it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from activities import circuits, payment_booking
from activities.pay_ways import PayWay
from activities.world import World
from connectors.http import NotDone, OutcomeUnknown, Refused, TemporarilyDown, Unreachable
from domain.pay_channel import PayRequest, PayState
from domain.payment import AttemptState, Part
from domain.payment_facts import PartFacts, PartRef
from store import case_facts, cashier_links, payments
from store.payment_views import AttemptView, BillView

NOT_SENT = "the channel could not be reached"


class PartStaysUnknown(RuntimeError):
    """A channel cannot say what became of a part long after its time was over."""

    def __init__(self, pay_no: str, channel: str) -> None:
        self.pay_no, self.channel = pay_no, channel
        super().__init__(f"{pay_no}: {channel} cannot say whether it was paid.")


def close_pay_link(world: World, payment_no: str) -> str:
    """Let nobody pay the share over the case's own link any more; the bill takes its place.

    Returns why not, in plain words, when somebody has paid there already; else "".
    """
    with world.database.reading() as session:
        case_no = payments.bill_of(session, payment_no).case_no
        facts = case_facts.facts_of(session, case_no) if case_no else {}
    link_no = facts.get("link_no")
    if link_no is None:
        return ""
    closed = world.pay_channel.close(link_no)
    return f"{closed.link_no} is paid already" if closed.status == "paid" else ""


def pay_part(world: World, ref: PartRef) -> PartFacts:
    """Ask about the part's attempt, or make one. Never two of a part at once."""
    view, part = _bill(world, ref)
    live = view.live(ref.n)
    if live is None:
        return _try_channels(world, view, part)
    if live.state is AttemptState.CAPTURED:
        return _facts(world, live)
    channel = world.pay_ways.of(live.channel)
    try:
        found = channel.query(live.pay_no)
    except (Unreachable, TemporarilyDown):
        return _facts(world, live)
    if found is not None:
        return _facts(world, _note(world, live, found))
    if live.state is AttemptState.ASKED:
        return _send(world, view, live, is_fresh=False)
    return _facts(world, live)


def close_part(world: World, ref: PartRef) -> PartFacts:
    """Let nobody pay the part any more; what was paid meanwhile stays paid, and is told so.

    Raises: PartStaysUnknown, when nobody can say for longer than late money is looked for.
    """
    view, _part = _bill(world, ref)
    live = view.live(ref.n)
    if live is None or live.state is AttemptState.CAPTURED:
        return _standing(world, view, ref.n)
    try:
        told = world.pay_ways.of(live.channel).close(live.pay_no)
    except (OutcomeUnknown, NotDone, Unreachable, TemporarilyDown):
        return _facts(world, _still_unsure(world, live))
    closed = _note(world, live, told)
    if closed.state in (AttemptState.CAPTURED, AttemptState.REFUSED):
        return _facts(world, closed)
    return _facts(world, _still_unsure(world, closed))


def _bill(world: World, ref: PartRef) -> tuple[BillView, Part]:
    with world.database.reading() as session:
        view = payments.bill_of(session, ref.payment_no)
    return view, view.part(ref.n)


def _try_channels(world: World, view: BillView, part: Part) -> PartFacts:
    """Take the first channel that can be reached; one that said no is an answer, not a failure."""
    facts = None
    tried = [one for one in view.attempts if one.n == part.n]
    if any(one.why != NOT_SENT for one in tried):
        return _standing(world, view, part.n)
    codes = world.payment_rules.channels_of(part.kind, world.today())
    for way in circuits.in_turn(world, world.pay_ways.by_tier(codes)):
        with world.writing() as session:
            attempt, is_fresh = payments.begin_attempt(
                session, view.bill.payment_no, part, channel=way.channel.code, now=world.now()
            )
        facts = _send(world, view, attempt, is_fresh=is_fresh)
        if not facts.nobody_was_asked:
            break
    if facts is None:
        return _standing(world, view, part.n)
    return facts


def _send(world: World, view: BillView, attempt: AttemptView, *, is_fresh: bool) -> PartFacts:
    way = world.pay_ways.way(attempt.channel)
    request = PayRequest(
        pay_no=attempt.pay_no,
        amount=attempt.amount,
        subject=f"{view.bill.payment_no} / {attempt.n}",
        expires_at=_closes_at(world, attempt),
        notify_url=f"{world.page_root}/webhooks/pay-channels/{attempt.channel}",
        return_url=_return_url(world, view.bill.payment_no),
    )
    try:
        told = _answer(world, way, request)
    except (Unreachable, TemporarilyDown) as away:
        if not is_fresh:
            # An earlier sending of the same number may have arrived: only the channel can say.
            return _facts(world, attempt)
        with world.writing() as session:
            over = payments.note_unsent(session, attempt.pay_no, NOT_SENT, world.now())
        since = min((one.asked_at for one in view.attempts if one.n == over.n), default=None)
        patience = replace(over, asked_at=since or over.asked_at)
        return _facts(world, patience, why=str(away), nobody_was_asked=True)
    if told is None:
        return _facts(world, attempt)
    return _facts(world, _note(world, attempt, told))


def _return_url(world: World, payment_no: str) -> str:
    """Where the channel sends a payer afterwards: to the bill's own page, when it has one."""
    with world.database.reading() as session:
        token = cashier_links.known_link_of(session, payment_no)
    return f"{world.page_root}/cashier/{token}" if token else ""


def _answer(world: World, way: PayWay, request: PayRequest) -> PayState | None:
    """What the channel tells; None when nobody knows yet. A refusal counts once it is closed.

    Raises: Unreachable and TemporarilyDown, when nothing was sent.
    """
    try:
        with circuits.watched(world.database, world.clock, way):
            return way.channel.pay(request)
    except (OutcomeUnknown, NotDone):
        return None
    except Refused:
        # The number is refused, but an earlier sending of it may have been taken: closing tells.
        try:
            return way.channel.close(request.pay_no)
        except (OutcomeUnknown, NotDone, Unreachable, TemporarilyDown):
            return None


def _note(world: World, attempt: AttemptView, told: PayState) -> AttemptView:
    with world.writing() as session:
        return payment_booking.note_told(world, session, attempt.pay_no, told)


def _still_unsure(world: World, attempt: AttemptView) -> AttemptView:
    late = world.payment_rules.waits_on(world.today()).late_money
    if world.now() > _closes_at(world, attempt) + late:
        raise PartStaysUnknown(attempt.pay_no, attempt.channel)
    return attempt


def _standing(world: World, view: BillView, n: int) -> PartFacts:
    """Where a part stands by what is on record."""
    live = view.live(n)
    if live is not None:
        return _facts(world, live)
    last = next((one for one in reversed(view.attempts) if one.n == n), None)
    if last is None:
        return PartFacts(AttemptState.REFUSED, 0, 0, "nothing was asked")
    return _facts(world, last, why=last.why)


def _facts(
    world: World, attempt: AttemptView, *, why: str = "", nobody_was_asked: bool = False
) -> PartFacts:
    state = attempt.state
    over = AttemptState.REFUSED if state is AttemptState.SURPLUS else state
    left = _closes_at(world, attempt) - world.now()
    return PartFacts(
        over,
        world.payment_rules.waits_on(world.today()).look_again_s,
        max(0, int(left.total_seconds())),
        why or attempt.why,
        nobody_was_asked,
    )


def _closes_at(world: World, attempt: AttemptView) -> datetime:
    return attempt.asked_at + world.payment_rules.waits_on(attempt.asked_at.date()).pay_within
