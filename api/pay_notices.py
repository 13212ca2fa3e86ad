"""The door of the pay channels: a notice is verified, kept as a fact, and wakes the life it names.

The notice itself is never believed: the life asks the channel. So one that is late, doubled or out
of order changes nothing, and one that is lost costs time only.

* not genuine (signature, time, merchant): 401, and a security event; nothing else is kept;
* about a number that we never sent to this channel: 404, and a security event;
* seen before: answered as the channel wants it, one effect;
* fit: the notice and the wake-up are one transaction. When the bill has ended and money came after
  all, its life is started once more, so that the money goes back.
"""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.drain import drain
from api.parts import EngineAway, NoSuchChannel, NoticeNotBelieved, Parts, PartsOf
from api.problems import Problem
from api.webhooks import BODY_LIMIT
from domain.pay_channel import PayState, RefundState
from domain.payment import PAYMENT_ENDED, AttemptState
from engine.ids import payment_id, return_id
from store import audit, outbox, pay_notices, pay_refunds, pay_returns, payments
from store.payment_views import AttemptView, NoSuchPayment

router = APIRouter()


@router.post("/webhooks/pay-channels/{code}")
async def take_notice(request: Request, parts: PartsOf, code: str) -> Response:
    """Take a notice; the answer is the one that the channel's file promises."""
    body = await request.body()
    if len(body) > BODY_LIMIT:
        raise Problem(413, "too-large")
    if parts.read_notice is None:
        raise EngineAway
    try:
        told, answer = await run_in_threadpool(parts.read_notice, code, request.headers, body)
    except NoSuchChannel as unknown:
        raise Problem(404, "no-such-channel") from unknown
    except NoticeNotBelieved as forged:
        raise Problem(401, "notice-not-believed", field=forged.why) from forged
    came_late = await run_in_threadpool(_keep, parts, code, body, told)
    if came_late:
        await _look_again(parts, came_late)
    await drain(parts)
    return Response(answer.text, media_type=answer.media_type)


async def _look_again(parts: Parts, payment_no: str) -> None:
    if parts.look_again is None:
        raise EngineAway
    await parts.look_again(payment_no)


def _keep(parts: Parts, code: str, body: bytes, told: PayState | RefundState) -> str:
    """Keep it and wake its life. Returns the bill that has ended although money came, or ""."""
    now = parts.clock.now()
    digest = hashlib.sha256(body).hexdigest()
    try:
        with parts.database.transaction() as s:
            attempt = _attempt(s, code, told)
            is_new = pay_notices.receive(s, code, digest, told, now)
            if is_new:
                outbox.put(
                    s,
                    workflow_id=_life_of(attempt, told),
                    name="look",
                    arg=f"notice:{digest[:12]}",
                    now=now,
                )
            return attempt.payment_no if _came_late(s, attempt, told) else ""
    except NoSuchPayment as unknown:
        _report(parts, code, unknown)
        raise Problem(404, "no-such-payment") from unknown


def _life_of(attempt: AttemptView, told: PayState | RefundState) -> str:
    """Who asks the channel now: the return that the refund belongs to, else the bill."""
    if isinstance(told, RefundState):
        return_no = pay_returns.return_behind(told.refund_no)
        if return_no:
            return return_id(return_no)
    return payment_id(attempt.payment_no)


def _attempt(s: Session, code: str, told: PayState | RefundState) -> AttemptView:
    """Raises: NoSuchPayment, also when the number was sent to another channel."""
    if isinstance(told, PayState):
        pay_no = told.pay_no
    else:
        pay_no = pay_refunds.refund_of(s, told.refund_no).pay_no
    attempt = payments.attempt_of(s, pay_no)
    if attempt.channel != code:
        raise NoSuchPayment(pay_no)
    return attempt


def _came_late(s: Session, attempt: AttemptView, told: PayState | RefundState) -> bool:
    """Whether the channel took money under a number that we hold to be over, and nobody looks."""
    if not isinstance(told, PayState) or not told.status.has_captured:
        return False
    is_over = attempt.state is AttemptState.REFUSED
    return is_over and payments.bill_of(s, attempt.payment_no).stage in PAYMENT_ENDED


def _report(parts: Parts, code: str, unknown: NoSuchPayment) -> None:
    # A channel that tells of strangers' payments may do so often; the store is not its dustbin.
    if not parts.lids.strange_payments.allows(code, parts.login_time()):
        return
    with parts.database.transaction() as s:
        audit.security_event(
            s,
            kind="pay-channel-stranger",
            subject=code,
            detail=unknown.number[:32],
            now=parts.clock.now(),
        )
