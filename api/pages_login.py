"""The login page."""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.parts import PartsOf
from api.rendering import page
from api.rest_login import close_session, open_session
from api.sessions import COOKIE, FORM_FIELD, keep_login
from store.people import LoginLocked

router = APIRouter()
LOGIN_COOKIE = "huikuan_login"
_LOGIN_COOKIE_S = 3600


@router.get("/login")
def show_login(request: Request, next: str = "/") -> Response:
    """Show the form. Its token is in a cookie too: there is no session yet to bind it to."""
    return _form(request, next_path=next)


@router.post("/login")
async def log_in(
    request: Request,
    parts: PartsOf,
    login: Annotated[str, Form(max_length=80)],
    password: Annotated[str, Form(max_length=200)],
    form_token: Annotated[str, Form(alias=FORM_FIELD)] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Log in and go where the visitor wanted to."""
    expected = request.cookies.get(LOGIN_COOKIE, "")
    if not expected or not hmac.compare_digest(expected.encode(), form_token.encode()):
        return _form(request, next_path=next, login=login, refused="stale", status=403)
    try:
        token = await run_in_threadpool(open_session, parts, login, password)
    except LoginLocked:
        return _form(request, next_path=next, login=login, refused="locked", status=429)
    if token is None:
        return _form(request, next_path=next, login=login, refused="wrong", status=401)
    response = RedirectResponse(local_path(next), status_code=303)
    response.delete_cookie(LOGIN_COOKIE)
    keep_login(response, parts, token)
    return response


@router.post("/logout")
async def log_out(request: Request, parts: PartsOf) -> Response:
    """End the session in the store, so that a copied cookie is worth nothing."""
    await run_in_threadpool(close_session, request, parts)
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(COOKIE)
    return response


def local_path(wanted: str) -> str:
    """Return the path if it stays on this site, else the start page."""
    split = urlsplit(wanted)
    foreign = split.scheme or split.netloc or not wanted.startswith("/")
    return (
        "/" if foreign or wanted.startswith(("//", "/\\")) or not wanted.isprintable() else wanted
    )


def _form(
    request: Request,
    *,
    next_path: str,
    login: str = "",
    refused: str | None = None,
    status: int = 200,
) -> Response:
    token = secrets.token_urlsafe(24)
    response = page(
        request,
        "login.html",
        status=status,
        login_token=token,
        next_path=local_path(next_path),
        login=login,
        refused=refused,
    )
    secure = request.url.scheme == "https"
    response.set_cookie(
        LOGIN_COOKIE,
        token,
        max_age=_LOGIN_COOKIE_S,
        httponly=True,
        samesite="strict",
        secure=secure,
    )
    return response
