"""Who is at the counter: password, then a code that only a person can give, then a session.

The code is sent to the telephone of 测试经办. Nobody but the sandbox's control door
(`GET /_sandbox/code`, with the bearer token) can read it. A browser that is remembered is not asked
again for 30 days. All times here are real seconds: browser and person live in real time.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from sandbox.kit import Answer, Call, Service
from sandbox.onepage.layouts import is_on

SCHEMA = """
create table if not exists visit (
  session_no text primary key, csrf text not null, user text not null, seen_at real not null);
create table if not exists code (
  challenge text primary key, code text not null, user text not null, sent_at real not null,
  wrong integer not null default 0, is_over integer not null default 0);
create table if not exists device (device_no text primary key, user text not null,
  known_until real not null);
"""
USER = "hk-bot"
PERSON = "测试经办"
PHONE = "139****0001"
COOKIE = "OPSESSION"
DEVICE_COOKIE = "OPDEVICE"
LASTS_S = 30 * 60
CODE_LASTS_S = "600"
MOST_WRONG_CODES = 3
DEVICE_LASTS_S = 30 * 24 * 60 * 60
NOT_SIGNED_IN = {"error": "NOT_SIGNED_IN", "text": "登录已失效，请重新登录"}
ILLEGAL = {"error": "ILLEGAL_REQUEST", "text": "非法请求，请从正常入口访问"}


@dataclass(frozen=True)
class Visit:
    """A browser that is signed in."""

    session_no: str
    csrf: str
    user: str


Handler = Callable[[Call, Visit], Any]


def first(settle: Callable[[Call], None], handler: Handler) -> Handler:
    """Let what is ready happen before anyone looks."""

    def answer(call: Call, visit: Visit) -> Any:
        settle(call)
        return handler(call, visit)

    return answer


def signed_in(handler: Handler) -> Callable[[Call], Any]:
    """Let only a signed-in browser through, and a POST only with the token of its session."""

    def answer(call: Call) -> Any:
        try:
            return admit(call)
        finally:
            _throw_away_uploads(call)

    def admit(call: Call) -> Any:
        if call.fault == "expire_session":
            call.do("delete from visit where session_no = ?", _cookie(call))
        visit = _visit(call)
        if visit is None:
            return NOT_SIGNED_IN
        given = call.request.headers.get("x-csrf", "").encode()
        if call.request.method == "POST" and not hmac.compare_digest(given, visit.csrf.encode()):
            return Answer(403, ILLEGAL)
        return handler(call, visit)

    return answer


def _throw_away_uploads(call: Call) -> None:
    for value in call.form.values():
        if isinstance(value, UploadFile):
            value.file.close()


def serve(service: Service) -> None:
    """Declare the operations that need no session, and the control door to the code."""
    service.post("/api/session", public=True)(_tell_session)
    service.post("/api/signIn", public=True)(_take_password)
    service.post("/api/signInCode", public=True)(_take_code)
    service.post("/api/signOut", public=True)(_sign_out)
    service.get("/_sandbox/code")(_tell_code)


def variables(call: Call) -> dict[str, Any]:
    """Return what came with the operation; nothing, when it is no object."""
    found = call.body.get("variables")
    return found if isinstance(found, dict) else {}


def typed(values: dict[str, Any], name: str) -> str:
    """Return a text as it was typed, without blanks around it; "" when it is none."""
    value = values.get(name)
    return value.strip() if isinstance(value, str) else ""


def _tell_session(call: Call) -> Any:
    visit = _visit(call)
    if visit is None:
        return NOT_SIGNED_IN
    return {"user": visit.user, "csrf": visit.csrf, "today": call.now.date().isoformat()}


def _take_password(call: Call) -> Any:
    given = variables(call)
    password = typed(given, "password").encode()
    is_right = hmac.compare_digest(password, call.setting("portal_password").encode())
    if typed(given, "user") != USER or not is_right:
        return {"error": "WRONG_PASSWORD", "text": "用户名或密码错误"}
    if _is_known_device(call) and not is_on(call, "ask_code_again"):
        return _let_in(call, is_remembered=False)
    challenge, code = secrets.token_hex(16), f"{secrets.randbelow(10**6):06d}"
    sql = "insert into code (challenge, code, user, sent_at) values (?, ?, ?, ?)"
    call.do(sql, challenge, code, USER, time.time())
    text = f"短信验证码已发送至{PERSON}的手机 {PHONE}，10分钟内有效"
    return {"codeNeeded": True, "challenge": challenge, "text": text}


def _take_code(call: Call) -> Any:
    given = variables(call)
    sql = "select * from code where challenge = ? and is_over = 0"
    asked = call.row(sql, typed(given, "challenge"))
    if asked is None:
        return _start_again("SIGN_IN_CANCELLED", "本次登录已取消，请重新登录")
    if _is_stale(call, asked):
        call.do("update code set is_over = 1 where challenge = ?", asked["challenge"])
        return _start_again("CODE_EXPIRED", "验证码已过期，请重新登录")
    if not hmac.compare_digest(typed(given, "code").encode(), asked["code"].encode()):
        return _count_wrong(call, asked)
    call.do("update code set is_over = 1 where challenge = ?", asked["challenge"])
    return _let_in(call, is_remembered=given.get("remember") is True)


def _count_wrong(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    wrong = asked["wrong"] + 1
    is_over = wrong >= MOST_WRONG_CODES
    sql = "update code set wrong = ?, is_over = ? where challenge = ?"
    call.do(sql, wrong, int(is_over), asked["challenge"])
    if is_over:
        return _start_again("SIGN_IN_CANCELLED", "验证码错误次数过多，本次登录已取消")
    left = MOST_WRONG_CODES - wrong
    return {"error": "WRONG_CODE", "text": f"验证码错误，还可尝试{left}次"}


def _start_again(error: str, text: str) -> dict[str, Any]:
    return {"error": error, "text": text, "startAgain": True}


def _is_stale(call: Call, asked: dict[str, Any]) -> bool:
    lasts_s = float(call.setting("code_lasts_s") or CODE_LASTS_S)
    return bool(time.time() >= asked["sent_at"] + lasts_s)


def _tell_code(call: Call) -> dict[str, Any]:
    """Answer what the telephone shows: the last code that may still be used, "" for none."""
    row = call.row("select * from code where is_over = 0 order by sent_at desc, rowid desc limit 1")
    is_there = row is not None and not _is_stale(call, row)
    return {"phone": PHONE, "person": PERSON, "code": row["code"] if row and is_there else ""}


def _let_in(call: Call, *, is_remembered: bool) -> Response:
    visit = Visit(secrets.token_hex(16), secrets.token_hex(16), USER)
    call.do("delete from visit where session_no = ? or seen_at < ?", _cookie(call), _oldest())
    sql = "insert into visit values (?, ?, ?, ?)"
    call.do(sql, visit.session_no, visit.csrf, visit.user, time.time())
    answer = JSONResponse({"user": visit.user, "csrf": visit.csrf})
    answer.set_cookie(COOKIE, visit.session_no, path="/", httponly=True, samesite="lax")
    if is_remembered:
        device_no = secrets.token_hex(16)
        sql = "insert into device values (?, ?, ?)"
        call.do(sql, device_no, USER, time.time() + DEVICE_LASTS_S)
        answer.set_cookie(
            DEVICE_COOKIE, device_no, DEVICE_LASTS_S, path="/", httponly=True, samesite="lax"
        )
    return answer


def _is_known_device(call: Call) -> bool:
    sql = "select * from device where device_no = ? and user = ? and known_until > ?"
    device_no = call.request.cookies.get(DEVICE_COOKIE, "")
    return call.row(sql, device_no, USER, time.time()) is not None


def _sign_out(call: Call) -> dict[str, Any]:
    call.do("delete from visit where session_no = ?", _cookie(call))
    return {"signedOut": True}


def _visit(call: Call) -> Visit | None:
    """Return the visit of this browser and note that it was seen; None when there is none."""
    sql = "update visit set seen_at = ? where session_no = ? and seen_at >= ?"
    if not call.do(sql, time.time(), _cookie(call), _oldest()):
        return None
    row = call.row("select * from visit where session_no = ?", _cookie(call))
    assert row is not None
    return Visit(row["session_no"], row["csrf"], row["user"])


def _oldest() -> float:
    return time.time() - LASTS_S


def _cookie(call: Call) -> str:
    return call.request.cookies.get(COOKIE, "")
