"""Signing in: password, one-time code, and the pages that may be put in between.

Five wrong codes in a row lock the account, until `DELETE /_sandbox/account`.
"""

import hmac
import io
import time

from PIL import Image, ImageDraw
from starlette.responses import Response

from sandbox.kit import Call, Service
from sandbox.webforms import totp
from sandbox.webforms.pages import form_page, go_to, message_page, page, was_typed
from sandbox.webforms.viewstate import opened
from sandbox.webforms.visits import (
    IN,
    USER,
    Visit,
    advance,
    cookie_of,
    open_visit,
    signed_in,
    visit_of,
    well_formed,
    with_cookie,
)

MOST_WRONG_CODES = 5
SHORTEST_PASSWORD = 8


def serve(service: Service) -> None:
    """Declare the pages, and what a test may ask about the account."""
    service.get("/", public=True)(lambda call: go_to("/Default.aspx"))
    service.get("/Login.aspx", public=True)(_show_login)
    service.post("/Login.aspx", public=True)(well_formed(_sign_in))
    service.get("/CheckCode.aspx", public=True)(lambda call: _picture())
    service.get("/Logout.aspx", public=True)(_sign_out)
    for stage, path, show, take in (
        ("code", "/Code.aspx", _show_code, _take_code),
        ("expired", "/Password.aspx", _show_password, _take_password),
        ("notice", "/Notice.aspx", _show_notice, _close_notice),
    ):
        service.get(path, public=True)(signed_in(show, stage=stage))
        service.post(path, public=True)(signed_in(take, stage=stage))
    service.get("/_sandbox/account", public=True)(_account)
    service.delete("/_sandbox/account", public=True)(_reset_account)


def _show_login(call: Call) -> Response:
    return _login_page(call, "")


def _login_page(call: Call, message: str) -> Response:
    visit = visit_of(call)
    if visit is None or visit.stage:
        visit = open_visit(call, "", "")
    has_captcha = any(fault["how"] == "captcha" for fault in call.kept("faults", []))
    answer = form_page(
        call,
        visit.session_no,
        "login.html",
        path="/Login.aspx",
        events=("btnLogin",),
        message=message,
        has_captcha=has_captcha,
    )
    return with_cookie(answer, visit)


def _sign_in(call: Call) -> Response:
    opened(call, cookie_of(call), "/Login.aspx")
    if call.take_fault("captcha"):
        return _login_page(call, "验证码错误！")
    right = str(call.kept("password") or call.setting("portal_password"))
    is_right = hmac.compare_digest(was_typed(call, "txtPwd").encode(), right.encode())
    if was_typed(call, "txtUser") != USER or not is_right:
        return _login_page(call, "用户名或密码错误！")
    if _is_locked(call):
        return _login_page(call, "账号已锁定，请联系管理员！")
    call.do("delete from visit where session_no = ?", cookie_of(call))
    return with_cookie(go_to("/Code.aspx"), open_visit(call, USER, "code"))


def _picture() -> Response:
    """Return the picture of the captcha. It is the same each time: no answer is ever right."""
    picture = Image.new("RGB", (72, 24), "#f3f0d0")
    pen = ImageDraw.Draw(picture)
    pen.text((14, 6), "7 K 4 Q", fill="#7a1f1f")
    for shift in (2, 11, 19):
        pen.line((0, shift, 71, 23 - shift), fill="#8a9a5b")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return Response(file.getvalue(), media_type="image/png")


def _sign_out(call: Call) -> Response:
    call.do("delete from visit where session_no = ?", cookie_of(call))
    return page("timeout.html")


def _show_code(call: Call, visit: Visit) -> Response:
    return _code_page(call, visit, "")


def _code_page(call: Call, visit: Visit, message: str) -> Response:
    return form_page(
        call,
        visit.session_no,
        "code.html",
        path="/Code.aspx",
        events=("btnOk",),
        message=message,
    )


def _take_code(call: Call, visit: Visit) -> Response:
    opened(call, visit.session_no, "/Code.aspx")
    if _is_locked(call):
        return message_page("账号锁定", "账号已锁定，请联系管理员！")
    step = totp.step_of(call.setting("totp_secret"), was_typed(call, "txtCode"), time.time())
    if step is None:
        call.keep("wrong_codes", call.kept("wrong_codes", 0) + 1)
        if _is_locked(call):
            return message_page("账号锁定", "动态口令连续错误，账号已锁定，请联系管理员！")
        return _code_page(call, visit, "动态口令错误！")
    if step <= call.kept("used_step", 0):
        return _code_page(call, visit, "动态口令已使用，请等待下一个口令！")
    call.keep("used_step", step)
    call.keep("wrong_codes", 0)
    if call.take_fault("password_expired"):
        advance(call, visit, "expired")
        return go_to("/Password.aspx")
    return _notice_or_in(call, visit)


def _notice_or_in(call: Call, visit: Visit) -> Response:
    if call.take_fault("notice"):
        advance(call, visit, "notice")
        return go_to("/Notice.aspx")
    advance(call, visit, IN)
    return go_to("/Default.aspx")


def _show_password(call: Call, visit: Visit) -> Response:
    return _password_page(call, visit, "")


def _password_page(call: Call, visit: Visit, message: str) -> Response:
    return form_page(
        call,
        visit.session_no,
        "password.html",
        path="/Password.aspx",
        events=("btnSave",),
        message=message,
    )


def _take_password(call: Call, visit: Visit) -> Response:
    opened(call, visit.session_no, "/Password.aspx")
    wanted = was_typed(call, "txtNew")
    if len(wanted) < SHORTEST_PASSWORD or wanted != was_typed(call, "txtAgain"):
        return _password_page(call, visit, "新密码不少于8位，且两次输入必须一致！")
    call.keep("password", wanted)
    return _notice_or_in(call, visit)


def _show_notice(call: Call, visit: Visit) -> Response:
    return form_page(
        call, visit.session_no, "notice.html", path="/Notice.aspx", events=("btnRead",)
    )


def _close_notice(call: Call, visit: Visit) -> Response:
    opened(call, visit.session_no, "/Notice.aspx")
    advance(call, visit, IN)
    return go_to("/Default.aspx")


def _is_locked(call: Call) -> bool:
    return int(call.kept("wrong_codes", 0)) >= MOST_WRONG_CODES


def _account(call: Call) -> dict[str, object]:
    return {"wrong_codes": call.kept("wrong_codes", 0), "is_locked": _is_locked(call)}


def _reset_account(call: Call) -> dict[str, object]:
    """Unlock the account, forget used codes, and let the password be the setting again."""
    for name in ("wrong_codes", "used_step", "password"):
        call.do("delete from _kept where name = ?", name)
    return _account(call)
