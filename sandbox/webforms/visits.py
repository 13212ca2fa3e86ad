"""Who is at the counter: one session per account, and what stands between password and desk."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.responses import Response

from sandbox.kit import Call
from sandbox.webforms.pages import go_to, message_page, page
from sandbox.webforms.viewstate import BadEvent, BadViewState, change_key

SCHEMA = """
create table if not exists visit (
  session_no text primary key, user text not null, stage text not null,
  thrown_out integer not null default 0, seen_at real not null);
"""
COOKIE = "ASP.NET_SessionId"
USER = "hk-bot"
# Real seconds, not simulated ones: the browser on the other side lives in real time.
LASTS_S = 20 * 60
# Where a session stands until it is in; the login page itself has stage "".
STAGE_PAGES = {"code": "/Code.aspx", "expired": "/Password.aspx", "notice": "/Notice.aspx"}
IN = "in"


@dataclass(frozen=True)
class Visit:
    """A browser; `stage` tells how far its sign-in has come."""

    session_no: str
    user: str
    stage: str
    is_thrown_out: bool = False


Handler = Callable[[Call, Visit], Response]


def signed_in(handler: Handler, *, stage: str = IN) -> Callable[[Call], Response]:
    """Let only a browser through that has come to this stage of signing in."""

    def answer(call: Call) -> Response:
        _strike(call)
        visit = visit_of(call)
        if visit is None or not visit.stage:
            return page("timeout.html")
        if visit.is_thrown_out:
            return page("elsewhere.html")
        if visit.stage != stage:
            return go_to(STAGE_PAGES.get(visit.stage, "/Default.aspx"))
        return handler(call, visit)

    return well_formed(answer)


def well_formed(handler: Callable[[Call], Response]) -> Callable[[Call], Response]:
    """Refuse hidden fields that are not ours, in the words of the framework."""

    def answer(call: Call) -> Response:
        try:
            return handler(call)
        except BadViewState:
            text = "验证视图状态 MAC 失败。页面已失效，请返回后重新操作。"
            return message_page("“/”应用程序中的服务器错误", text, 500)
        except BadEvent:
            text = "回发或回调参数无效。页面已失效，请返回后重新操作。"
            return message_page("“/”应用程序中的服务器错误", text, 500)
        finally:
            for value in call.form.values():
                if isinstance(value, UploadFile):
                    value.file.close()

    return answer


def _strike(call: Call) -> None:
    if call.fault == "expire_session":
        call.do("delete from visit where session_no = ?", cookie_of(call))
    if call.fault == "app_recycled":
        change_key(call)


def visit_of(call: Call) -> Visit | None:
    """Return the visit of this browser and note that it was seen; None when there is none."""
    sql = "update visit set seen_at = ? where session_no = ? and seen_at >= ?"
    if not call.do(sql, time.time(), cookie_of(call), time.time() - LASTS_S):
        return None
    row = call.row("select * from visit where session_no = ?", cookie_of(call))
    assert row is not None
    return Visit(row["session_no"], row["user"], row["stage"], bool(row["thrown_out"]))


def open_visit(call: Call, user: str, stage: str) -> Visit:
    """Begin a visit under a number that nobody knows yet."""
    visit = Visit(secrets.token_hex(12), user, stage)
    call.do("delete from visit where seen_at < ?", time.time() - LASTS_S)
    sql = "insert into visit (session_no, user, stage, seen_at) values (?, ?, ?, ?)"
    call.do(sql, visit.session_no, user, stage, time.time())
    return visit


def advance(call: Call, visit: Visit, stage: str) -> None:
    """Move a visit to its next stage; who comes in throws out whoever was in."""
    call.do("update visit set stage = ? where session_no = ?", stage, visit.session_no)
    if stage == IN:
        sql = "update visit set thrown_out = 1 where user = ? and session_no <> ? and stage = ?"
        call.do(sql, visit.user, visit.session_no, IN)


def cookie_of(call: Call) -> str:
    return call.request.cookies.get(COOKIE, "")


def with_cookie(answer: Response, visit: Visit) -> Response:
    """Return the answer with the number of this visit in it."""
    answer.set_cookie(COOKIE, visit.session_no, path="/", httponly=True, samesite="lax")
    return answer
