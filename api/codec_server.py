"""The codec server: shows clear text in the Temporal UI to those who may see it.

The UI posts to `/codec/decode` and `/codec/encode` from its own origin, with Content-Type and
X-Namespace. It sends our session cookie only when its codec dialog says "include cross-origin
credentials" (TEMPORAL_CODEC_INCLUDE_CREDENTIALS=true in a real UI server; the UI of the embedded
server leaves it out), and an Authorization header only over https. So there are two ways in:

* a staff session, by cookie (SameSite=Strict cookies cross ports of one host) or bearer token;
* HUIKUAN_CODEC_OPEN_ON_LOOPBACK, by default on while the API itself listens on loopback: whoever
  sits at this machine. Never set it where other people have a shell or a proxy stands in front.

Each caller is written into the audit trail, once an hour.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from google.protobuf import json_format
from starlette.concurrency import run_in_threadpool
from temporalio.api.common.v1 import Payload, Payloads

from api.parts import Parts, parts_of
from api.problems import Problem
from api.sessions import person_of
from engine.codec import KeyUnknown, SealBroken
from engine.settings import LOOPBACK
from store import audit

router = APIRouter()


@router.options("/codec/{what}")
async def preflight(request: Request, what: str) -> Response:
    """Tell a browser whether the page it shows may ask us."""
    headers = _cors(request)
    headers["Access-Control-Allow-Methods"] = "POST"
    headers["Access-Control-Allow-Headers"] = "authorization, content-type, x-namespace"
    headers["Access-Control-Max-Age"] = "600"
    return Response(status_code=204, headers=headers)


@router.post("/codec/decode")
async def decode(request: Request) -> Response:
    """Decrypt payloads; those that are not encrypted pass."""
    await _admit(request)
    sent = await _payloads(request)
    try:
        opened = await parts_of(request).codec.decode(sent)
    except (KeyUnknown, SealBroken) as unreadable:
        raise Problem(400, "payload-not-ours", headers=_cors(request)) from unreadable
    return _answer(request, opened)


@router.post("/codec/encode")
async def encode(request: Request) -> Response:
    """Encrypt payloads that somebody typed into the UI."""
    await _admit(request)
    return _answer(request, await parts_of(request).codec.encode(await _payloads(request)))


async def _admit(request: Request) -> None:
    headers = _cors(request)
    parts = parts_of(request)
    person = await person_of(request)
    if person is not None:
        caller = person.login
    elif parts.options.codec_is_open(parts.settings) and _is_on_this_machine(request):
        caller = "loopback"
    else:
        raise Problem(401, "codec-closed", headers=headers)
    if parts.lids.codec_uses.allows(caller, parts.login_time()):
        await run_in_threadpool(_note, parts, caller, request.headers.get("origin", "no browser"))


def _cors(request: Request) -> dict[str, str]:
    """Headers for the UI's page. Raises: Problem, for any other page."""
    origin = request.headers.get("origin")
    if origin is None:
        return {}
    if origin not in parts_of(request).settings.ui_origins:
        raise Problem(403, "cross-site")
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


def _is_on_this_machine(request: Request) -> bool:
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for"))
    return request.client is not None and request.client.host in LOOPBACK and not forwarded


async def _payloads(request: Request) -> Sequence[Payload]:
    try:
        # The UI also sends fields of newer servers.
        message = json_format.Parse(await request.body(), Payloads(), ignore_unknown_fields=True)
    except json_format.ParseError as unreadable:
        raise Problem(400, "bad-input", headers=_cors(request)) from unreadable
    return message.payloads


def _answer(request: Request, payloads: Sequence[Payload]) -> Response:
    return Response(
        json_format.MessageToJson(Payloads(payloads=payloads)),
        media_type="application/json",
        headers=_cors(request),
    )


def _note(parts: Parts, caller: str, origin: str) -> None:
    with parts.database.transaction() as s:
        audit.note(
            s,
            actor=caller,
            action="codec-used",
            subject="temporal-history",
            detail=origin,
            now=parts.clock.now(),
        )
