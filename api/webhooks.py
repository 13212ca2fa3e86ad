"""News from carrier and pay channel: verified, kept once, and turned into a wake-up.

The news itself is never believed: the case asks the counterparty when it wakes. So a lost webhook
costs time only, and a forged one that got through would cost one question.

* forged, signed with another's key, or too old: 401 and a security event; nothing else is kept;
* an order that has no case: 404 and nothing is kept, so that the sender tries again later;
* seen before: 200, one effect; the same event number with other content: 409, security event;
* fit: the event's row, the delivery's row and the wake-up are one transaction.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from api.drain import drain
from api.parts import Parts, parts_of
from api.problems import Problem
from engine.counterparties import Counterparties
from engine.ids import NotAnOrderNo, case_id
from engine.profiles import Profile
from engine.settings import LOOPBACK, Settings
from store import audit, cases, outbox, webhooks
from store.rows import FactDiffers

router = APIRouter()
TIMESTAMP_HEADER = "x-sandbox-timestamp"
SIGNATURE_HEADER = "x-sandbox-signature"
BODY_LIMIT = 64 * 1024
WAKE = "look"
_TEXT_LIMIT = 100


class PretendSecretInTheOpen(ValueError):
    """The sandbox's webhook secret would guard an address that others can reach."""

    def __init__(self, host: str, profile: Profile) -> None:
        self.host, self.code = host, profile.code
        super().__init__(
            f"Counterparty {profile.code}: webhook_secret ({profile.webhook_secret}) is the"
            f" sandbox's, and the API listens on {host}, not on loopback."
        )


@dataclass(frozen=True)
class News:
    """One verified message."""

    event_id: str
    order_no: str
    kind: str
    at: datetime
    number: str


@router.post("/webhooks/carrier")
async def carrier(request: Request) -> dict[str, str]:
    """A parcel moved."""
    return await _receive(
        request, "carrier", ("in_transit", "delivered", "returned"), "tracking_no", _keep_delivery
    )


@router.post("/webhooks/pay-channel")
async def pay_channel(request: Request) -> dict[str, str]:
    """A patient paid."""
    return await _receive(request, "pay-channel", ("paid",), "payment_no", None)


async def _receive(
    request: Request,
    source: str,
    kinds: tuple[str, ...],
    number_field: str,
    keep: Callable[[Session, News], None] | None,
) -> dict[str, str]:
    parts = parts_of(request)
    body = await request.body()
    if len(body) > BODY_LIMIT:
        raise Problem(413, "too-large")
    refused = _distrust(parts, source, request.headers, body)
    if refused is not None:
        await run_in_threadpool(_report, parts, source, refused, _caller(request))
        raise Problem(401, refused)
    news = _read(body, kinds, number_field)
    status = await run_in_threadpool(_write, parts, source, news, body, keep)
    if status == "differs":
        await run_in_threadpool(_report, parts, source, "event-differs", news.event_id)
        raise Problem(409, "event-differs", field="event_id")
    await drain(parts)
    return {"status": status}


def check_keys(settings: Settings, counterparties: Counterparties) -> None:
    """Whoever sends us news has a key of its own. Raises: NoCredential, PretendSecretInTheOpen."""
    for profile in _senders(counterparties).values():
        is_pretend = profile.webhook_key().get_secret_value() == profile.pretend_webhook_secret
        if is_pretend and settings.api_host not in LOOPBACK:
            raise PretendSecretInTheOpen(settings.api_host, profile)


def _senders(counterparties: Counterparties) -> dict[str, Profile]:
    return {"carrier": counterparties.carrier, "pay-channel": counterparties.pay_channel}


def _distrust(parts: Parts, source: str, headers: Mapping[str, str], body: bytes) -> str | None:
    """Return why the message is not believed, or None. Compares in constant time."""
    timestamp = headers.get(TIMESTAMP_HEADER, "")
    secret = _senders(parts.counterparties)[source].webhook_key().get_secret_value().encode()
    expected = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    given = headers.get(SIGNATURE_HEADER, "")
    if not hmac.compare_digest(expected.encode(), given.encode()):
        return "signature-wrong"
    if not timestamp.isascii() or not timestamp.isdigit():
        return "signature-old"
    age_s = abs(parts.clock.now().timestamp() - int(timestamp))
    return "signature-old" if age_s > parts.options.webhook_tolerance_s else None


def _read(body: bytes, kinds: tuple[str, ...], number_field: str) -> News:
    try:
        data = json.loads(body)
    except ValueError as unreadable:
        raise Problem(422, "bad-input", field="body") from unreadable
    if not isinstance(data, dict):
        raise Problem(422, "bad-input", field="body")
    values = {name: data.get(name) for name in ("event_id", "order_no", "kind", "at", number_field)}
    for name, value in values.items():
        if not isinstance(value, str) or not 0 < len(value) <= _TEXT_LIMIT:
            raise Problem(422, "bad-input", field=name)
    if values["kind"] not in kinds:
        raise Problem(422, "bad-input", field="kind")
    return News(
        event_id=str(values["event_id"]),
        order_no=str(values["order_no"]),
        kind=str(values["kind"]),
        at=_moment(str(values["at"])),
        number=str(values[number_field]),
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as unreadable:
        raise Problem(422, "bad-input", field="at") from unreadable
    if moment.tzinfo is None:
        raise Problem(422, "bad-input", field="at")
    return moment


def _write(
    parts: Parts,
    source: str,
    news: News,
    body: bytes,
    keep: Callable[[Session, News], None] | None,
) -> str:
    now = parts.clock.now()
    digest = hashlib.sha256(body).hexdigest()
    try:
        with parts.database.transaction() as s:
            case = cases.case_of(s, news.order_no)
            if not webhooks.receive(
                s, source=source, event_id=news.event_id, digest=digest, now=now
            ):
                return "duplicate"
            if keep is not None:
                keep(s, news)
            outbox.put(s, workflow_id=case_id(case.case_no), name=WAKE, arg=news.event_id, now=now)
    except (cases.NoSuchCase, NotAnOrderNo) as unknown:
        raise Problem(404, "no-such-order", field="order_no") from unknown
    except FactDiffers:
        return "differs"
    return "received"


def _keep_delivery(s: Session, news: News) -> None:
    cases.record_delivery_event(
        s,
        carrier="carrier",
        event_id=news.event_id,
        tracking_no=news.number,
        order_no=news.order_no,
        kind=news.kind,
        at=news.at,
    )


def _report(parts: Parts, source: str, kind: str, detail: str) -> None:
    # Anyone can knock here; a flood must not fill the database.
    if not parts.lids.strange_webhooks.allows(f"{source} {kind}", parts.login_time()):
        return
    with parts.database.transaction() as s:
        audit.security_event(
            s,
            kind=f"webhook-{kind}",
            subject=source,
            detail=detail[:_TEXT_LIMIT],
            now=parts.clock.now(),
        )


def _caller(request: Request) -> str:
    return request.client.host if request.client else "unknown"
