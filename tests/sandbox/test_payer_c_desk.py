"""Who may come into the portal of payer C, and what strikes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from sandbox.payer_c import service
from sandbox.webforms.totp import code_at
from tests.sandbox.clerk_c import EDIT, ClerkC, P, later_code
from tests.sandbox.running import Running, running

COMMIT = {"match": f"POST {EDIT}", "holds": P + "btnSubmit", "times": 1}


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as client:
        yield client


@pytest.fixture
def clerk(portal: Running) -> Iterator[ClerkC]:
    with ClerkC(str(portal.client.base_url)) as clerk:
        yield clerk


def put_fault(portal: Running, how: str) -> None:
    portal.put("faults", [{"how": how, "times": 1}])


# Sign-in


def test_the_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, for the ASCII secret 12345678901234567890; its last six digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert code_at(secret, 59) == "287082"
    assert code_at(secret, 1111111109) == "081804"
    assert code_at(secret, 20000000000) == "353130"


def test_password_and_code_open_the_frames(clerk: ClerkC) -> None:
    clerk.sign_in()
    assert clerk.page.url.path == "/Default.aspx"
    assert '<frame src="/Main.aspx" name="main">' in clerk.text


def test_a_wrong_password_opens_nothing(clerk: ClerkC) -> None:
    clerk.give_password("guess")
    assert "用户名或密码错误" in clerk.text
    clerk.open(EDIT)
    assert "登录超时" in clerk.text


def test_a_password_without_a_code_opens_no_page(clerk: ClerkC) -> None:
    clerk.give_password()
    assert clerk.page.url.path == "/Code.aspx"
    clerk.open(EDIT)
    assert clerk.page.url.path == "/Code.aspx"


def test_a_code_is_not_accepted_twice(clerk: ClerkC) -> None:
    code = later_code(0)
    clerk.give_password()
    clerk.press("btnOk", {"txtCode": code})
    clerk.give_password()
    clerk.press("btnOk", {"txtCode": code})
    assert "动态口令已使用" in clerk.text
    assert clerk.press("btnOk", {"txtCode": later_code(1)})
    assert "frameset" in clerk.text


def test_a_code_two_steps_away_is_wrong(clerk: ClerkC) -> None:
    clerk.give_password()
    clerk.press("btnOk", {"txtCode": later_code(3)})
    assert "动态口令错误" in clerk.text


def test_five_wrong_codes_lock_the_account_until_it_is_reset(
    portal: Running, clerk: ClerkC
) -> None:
    clerk.give_password()
    for _ in range(4):
        clerk.press("btnOk", {"txtCode": "00000x"})
    assert portal.get("/_sandbox/account") == {"wrong_codes": 4, "is_locked": False}
    clerk.press("btnOk", {"txtCode": "00000x"})
    assert "账号已锁定" in clerk.text
    clerk.give_password()
    assert "账号已锁定" in clerk.text
    portal.client.delete("/_sandbox/account")
    clerk.sign_in()
    assert "frameset" in clerk.text


def test_a_second_sign_in_throws_the_first_one_out(portal: Running, clerk: ClerkC) -> None:
    clerk.sign_in()
    clerk.fill_in()
    with ClerkC(str(portal.client.base_url)) as other:
        other.give_password()
        other.press("btnOk", {"txtCode": later_code(1)})
        other.open("/sb/ClaimList.aspx")
        assert "申报查询" in other.text
    clerk.press("btnSubmit")
    assert "您的账号已在其他地点登录" in clerk.text
    assert portal.books()["claim_count"] == 0


def test_a_notice_is_to_be_closed_before_anything_else(portal: Running, clerk: ClerkC) -> None:
    put_fault(portal, "notice")
    clerk.sign_in()
    assert "通知公告" in clerk.text
    clerk.open(EDIT)
    assert clerk.form.buttons == {"btnRead": "我已阅读"}
    clerk.press("btnRead")
    assert "frameset" in clerk.text


def test_an_expired_password_is_to_be_changed_and_holds_from_then_on(
    portal: Running, clerk: ClerkC
) -> None:
    put_fault(portal, "password_expired")
    clerk.sign_in()
    assert "您的密码已过期" in clerk.text
    clerk.press("btnSave", {"txtNew": "another-password", "txtAgain": "another-password"})
    assert "frameset" in clerk.text
    clerk.give_password()
    assert "用户名或密码错误" in clerk.text
    clerk.give_password("another-password")
    assert clerk.page.url.path == "/Code.aspx"


def test_a_captcha_stands_in_the_login_and_refuses_the_right_password(
    portal: Running, clerk: ClerkC
) -> None:
    put_fault(portal, "captcha")
    clerk.open("/Login.aspx")
    assert "imgCheckCode" in clerk.text
    assert clerk.client.get("/CheckCode.aspx").content.startswith(b"\x89PNG")
    clerk.press("btnLogin", {"txtUser": "hk-bot", "txtPwd": "sandbox-portal-password"})
    assert "验证码错误" in clerk.text
    assert "imgCheckCode" not in clerk.text


# Faults


def test_an_expired_session_swallows_the_claim(portal: Running, clerk: ClerkC) -> None:
    clerk.sign_in()
    clerk.fill_in()
    portal.put("faults", [COMMIT | {"how": "expire_session"}])
    clerk.press("btnSubmit")
    assert "登录超时" in clerk.text
    assert portal.books()["claim_count"] == 0


@pytest.mark.parametrize(("how", "count"), [("drop_before_commit", 0), ("drop_after_commit", 1)])
def test_a_fault_finds_the_commit_by_what_its_body_holds(
    portal: Running, clerk: ClerkC, how: str, count: int
) -> None:
    clerk.sign_in()
    portal.put("faults", [COMMIT | {"how": how}])
    clerk.fill_in()
    with pytest.raises(httpx.TransportError):
        clerk.press("btnSubmit")
    assert portal.books()["claim_count"] == count


@pytest.mark.parametrize("how", ["503", "500"])
def test_a_failing_server_takes_no_claim(portal: Running, clerk: ClerkC, how: str) -> None:
    clerk.sign_in()
    clerk.fill_in()
    portal.put("faults", [COMMIT | {"how": how}])
    clerk.press("btnSubmit")
    assert clerk.page.status_code == int(how)
    assert portal.books()["claim_count"] == 0


def test_the_maintenance_page_is_in_the_portal_s_own_characters(
    portal: Running, clerk: ClerkC
) -> None:
    portal.strike("GET /", "maintenance")
    clerk.open("/Login.aspx")
    assert "系统正在升级维护" in clerk.page.content.decode("gb18030")
    assert clerk.page.headers["content-type"] == "text/html; charset=gb18030"


def test_a_slow_answer_comes_after_the_claim_was_taken(portal: Running, clerk: ClerkC) -> None:
    clerk.sign_in()
    clerk.fill_in()
    portal.put("faults", [COMMIT | {"how": "slow_answer:3000"}])
    clerk.client.timeout = httpx.Timeout(10, read=0.5)
    with pytest.raises(httpx.ReadTimeout):
        clerk.press("btnSubmit")
    assert portal.books()["claim_count"] == 1


def test_a_slow_commit_is_made_though_nobody_waits_for_it(portal: Running, clerk: ClerkC) -> None:
    clerk.sign_in()
    clerk.fill_in()
    portal.strike(f"POST {EDIT}", "slow_commit:1500")
    clerk.client.timeout = httpx.Timeout(10, read=0.2)
    with pytest.raises(httpx.ReadTimeout):
        clerk.press("btnSubmit")
    assert portal.books()["claim_count"] == 0
    last = monotonic() + 30
    while portal.books()["claim_count"] == 0 and monotonic() < last:
        sleep(0.05)
    assert portal.books()["claim_count"] == 1
