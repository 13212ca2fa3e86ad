"""Logging in as a program, and whether the service is well."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.parts import Parts, PartsOf
from api.problems import Problem
from api.sessions import COOKIE, Person, bearer_of
from store import people

router = APIRouter()


class Credentials(BaseModel):
    """Who wants to log in."""

    login: str = Field(min_length=1, max_length=80)
    password: SecretStr = Field(max_length=200)


class Token(BaseModel):
    """To be sent as `Authorization: Bearer <token>`."""

    token: str


@router.post("/api/login")
async def log_in(parts: PartsOf, credentials: Credentials) -> Token:
    """Exchange login and password for a token. 401 wrong, 429 locked."""
    token = await run_in_threadpool(
        open_session, parts, credentials.login, credentials.password.get_secret_value()
    )
    if token is None:
        raise Problem(401, "login-wrong")
    return Token(token=token)


@router.post("/api/logout", status_code=204)
async def log_out(request: Request, parts: PartsOf) -> Response:
    """End this session; its token is worth nothing afterwards."""
    await run_in_threadpool(close_session, request, parts)
    return Response(status_code=204)


@router.get("/api/me")
async def me(person: Person) -> dict[str, str]:
    """Say who is logged in."""
    return {"login": person.login, "role": person.role, "display_name": person.display_name}


@router.get("/healthz")
def healthz(parts: PartsOf) -> dict[str, str]:
    """Say that the database answers. 503 when it does not."""
    try:
        with parts.database.reading() as s:
            s.connection().execute(sql("SELECT 1"))
    except SQLAlchemyError as broken:
        raise Problem(503, "unhealthy") from broken
    return {"status": "ok"}


def open_session(parts: Parts, login: str, password: str) -> str | None:
    """Return a fresh token, None when login or password is wrong. Raises: LoginLocked."""
    now = parts.login_time()
    with parts.database.transaction() as s:
        person = people.verify_password(s, login, password, now)
        return None if person is None else people.open_session(s, person.login, now)


def close_session(request: Request, parts: Parts) -> None:
    """End the session of this request, whichever way its token came."""
    token = bearer_of(request) or request.cookies.get(COOKIE, "")
    with parts.database.transaction() as s:
        people.close_session(s, token, parts.login_time())
