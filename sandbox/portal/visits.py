"""Who is at the counter: the session cookie, the token in each form, the Referer, sign-in."""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import UploadFile
from starlette.responses import Response

from sandbox.kit import Call, Service
from sandbox.portal.pages import go_to, illegal_request, page, was_typed

SCHEMA = """
create table if not exists visit (
  session_no text primary key, token text not null, user text not null, seen_at real not null);
"""
COOKIE = "JSESSIONID"
USER = "hk-bot"
# Real seconds, not simulated ones: the browser on the other side lives in real time.
LASTS_S = 30 * 60


@dataclass(frozen=True)
class Visit:
    """A browser that is signed in; `is_changed` when the fault `changed_layout` strikes now."""

    session_no: str
    token: str
    user: str
    is_changed: bool


Handler = Callable[[Call, Visit], Response]


def signed_in(handler: Handler) -> Callable[[Call], Response]:
    """Let only a signed-in browser through, and a POST only from one of our own forms."""

    def answer(call: Call) -> Response:
        try:
            return admit(call)
        finally:
            _throw_away_uploads(call)

    def admit(call: Call) -> Response:
        if call.fault == "expire_session":
            call.do("delete from visit where session_no = ?", _cookie(call))
        visit = _visit(call)
        if visit is None or not visit.user:
            return go_to("/login?reason=timeout")
        if call.request.method == "POST" and not _is_own_form(call, visit.token):
            return illegal_request()
        return handler(call, visit)

    return answer


def _throw_away_uploads(call: Call) -> None:
    for value in call.form.values():
        if isinstance(value, UploadFile):
            value.file.close()


def serve(service: Service) -> None:
    """Declare the pages that need no session."""
    service.get("/", public=True)(lambda call: go_to("/home"))
    service.get("/login", public=True)(_show_login)
    service.post("/login", public=True)(_sign_in)
    service.get("/logout", public=True)(_sign_out)


def _show_login(call: Call) -> Response:
    message = "登录超时，请重新登录" if call.query("reason") == "timeout" else ""
    return _login_page(call, message)


def _sign_in(call: Call) -> Response:
    visit = _visit(call)
    if visit is None or not _is_own_form(call, visit.token):
        return illegal_request()
    password = was_typed(call.form, "password")
    is_right = hmac.compare_digest(password.encode(), call.setting("portal_password").encode())
    if was_typed(call.form, "username") != USER or not is_right:
        return _login_page(call, "用户名或密码错误")
    call.do("delete from visit where session_no = ?", visit.session_no)
    return _with_cookie(go_to("/home"), _open(call, USER))


def _sign_out(call: Call) -> Response:
    call.do("delete from visit where session_no = ?", _cookie(call))
    return go_to("/login")


def _login_page(call: Call, message: str) -> Response:
    visit = _visit(call) or _open(call, "")
    answer = page(
        "login.html",
        "用户登录",
        token=visit.token,
        is_changed=call.fault == "changed_layout",
        has_menu=False,
        message=message,
    )
    return _with_cookie(answer, visit)


def _open(call: Call, user: str) -> Visit:
    visit = Visit(secrets.token_hex(16).upper(), secrets.token_hex(16), user, is_changed=False)
    call.do("delete from visit where seen_at < ?", time.time() - LASTS_S)
    sql = "insert into visit values (?, ?, ?, ?)"
    call.do(sql, visit.session_no, visit.token, user, time.time())
    return visit


def _visit(call: Call) -> Visit | None:
    """Return the visit of this browser and note that it was seen; None when there is none."""
    sql = "update visit set seen_at = ? where session_no = ? and seen_at >= ?"
    if not call.do(sql, time.time(), _cookie(call), time.time() - LASTS_S):
        return None
    row = call.row("select * from visit where session_no = ?", _cookie(call))
    assert row is not None
    return Visit(row["session_no"], row["token"], row["user"], call.fault == "changed_layout")


def _cookie(call: Call) -> str:
    return call.request.cookies.get(COOKIE, "")


def _with_cookie(answer: Response, visit: Visit) -> Response:
    answer.set_cookie(COOKIE, visit.session_no, path="/", httponly=True, samesite="lax")
    return answer


def _is_own_form(call: Call, token: str) -> bool:
    came_from = urlsplit(call.request.headers.get("referer", "")).netloc
    is_ours = came_from == call.request.headers.get("host", "")
    return is_ours and hmac.compare_digest(was_typed(call.form, "__TOKEN").encode(), token.encode())
