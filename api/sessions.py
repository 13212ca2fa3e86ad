"""Who is calling: a browser by its cookie, a program by its token; checked on every route."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.parts import Parts, parts_of
from api.problems import Problem
from api.rights import CODEC, MONITORS, PUBLIC, RIGHTS, SIGNED
from domain.review import Role
from store import people
from store.people import PersonView

COOKIE = "huikuan_session"
FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def guard(request: Request) -> None:
    """Let a request pass to its route only as `api/rights.py` says. Raises: Problem 401, 403."""
    route = f"{request.method} {request.scope['route'].path}"
    if route in PUBLIC | SIGNED | CODEC | MONITORS:
        return
    person = await person_of(request)
    if person is None:
        raise Problem(401, "not-logged-in", headers={"WWW-Authenticate": "Bearer"})
    if Role(person.role) not in RIGHTS.get(route, frozenset()):
        raise Problem(403, "not-allowed")
    if request.method not in SAFE_METHODS and bearer_of(request) is None:
        await _check_form_token(request)
    request.state.person = person


async def person_of(request: Request) -> PersonView | None:
    """Return who has logged in, by bearer token or cookie; None when nobody has."""
    token = bearer_of(request) or request.cookies.get(COOKIE)
    if not token:
        return None
    return await run_in_threadpool(_person_of_token, parts_of(request), token)


def bearer_of(connection: HTTPConnection) -> str | None:
    """Return the token of an `Authorization: Bearer` header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def current_person(request: Request) -> PersonView:
    """The person whom `guard` let in."""
    person: PersonView = request.state.person
    return person


Person = Annotated[PersonView, Depends(current_person)]


def form_token(request: Request) -> str:
    """The hidden token of every form of this session: bound to it, and of no use without it."""
    return _token_of(request.cookies.get(COOKIE, ""))


def keep_login(response: Response, parts: Parts, token: str) -> None:
    """Give the browser its session cookie."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(people.SESSION_FOR.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=parts.settings.api_url.startswith("https:"),
    )


def _person_of_token(parts: Parts, token: str) -> PersonView | None:
    now = parts.login_time()
    with parts.database.reading() as s:
        person = people.person_of_token(s, token, now)
    # Reading never waits for a writer; saying that a session is in use once a minute is enough.
    if person is not None and parts.lids.session_uses.allows(_token_of(token), now):
        with parts.database.transaction() as s:
            people.touch_session(s, token, now)
    return person


async def _check_form_token(request: Request) -> None:
    given = request.headers.get(FORM_HEADER)
    kind = request.headers.get("content-type", "")
    if given is None and kind.startswith(("application/x-www-form-urlencoded", "multipart/")):
        value = (await request.form()).get(FORM_FIELD)
        given = value if isinstance(value, str) else None
    if given is None or not hmac.compare_digest(given.encode(), form_token(request).encode()):
        raise Problem(403, "form-stale")


def _token_of(session_token: str) -> str:
    return hmac.new(session_token.encode(), b"huikuan form", hashlib.sha256).hexdigest()
