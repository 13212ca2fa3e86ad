"""Getting into portal C: a code that is good once, one session an account, and what stands between.

What only a person may do ends in an obstacle with its name, and nothing is typed or pressed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.refusals import (
    AccountLocked,
    CaptchaShown,
    CodeRefused,
    LoginRefused,
    NoticeShown,
    PasswordExpired,
    SignedInElsewhere,
)
from sandbox.webforms.totp import code_at
from tests.bots.portal.portal_c import SECRET, Token, bot_c, claim_c, running_c
from tests.sandbox.clerk_c import ClerkC
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def portal_c(tmp_path: Path) -> Iterator[Running]:
    with running_c(tmp_path / "portal_c") as there:
        yield there


def sign_in_as_clerk(there: Running, unix_s: float) -> None:
    """Somebody else signs in with the same account, with the code of that moment."""
    with ClerkC(str(there.client.base_url)) as clerk:
        clerk.give_password()
        clerk.press("btnOk", {"txtCode": code_at(SECRET, unix_s)})
        assert "Main.aspx" in clerk.text


def faults_left(there: Running) -> list[str]:
    """What has not struck: the requests that it waits for were never made."""
    return [fault["match"] for fault in there.get("/_sandbox/faults")]


async def test_one_sign_in_with_one_code_serves_run_after_run(
    portal_c: Running, browser: PortalBrowser
) -> None:
    token = Token()
    for _ in range(3):
        assert (await bot_c(portal_c, browser, token).find(claim_c())).value == []
    assert (len(token.given), token.waits) == (1, [])


async def test_a_session_that_ended_costs_another_code_of_the_next_half_minute(
    portal_c: Running, browser: PortalBrowser
) -> None:
    token = Token()
    ours = bot_c(portal_c, browser, token)
    await ours.find(claim_c())
    fault = {"match": "GET /sb/ClaimList.aspx", "times": 1, "how": "expire_session"}
    portal_c.put("faults", [fault])
    assert (await ours.find(claim_c())).value == []
    assert (len(set(token.given)), token.waits) == (2, [25.0])
    assert portal_c.get("/_sandbox/account")["wrong_codes"] == 0


async def test_a_code_that_somebody_else_has_used_is_followed_by_the_next_one(
    portal_c: Running, browser: PortalBrowser
) -> None:
    token = Token()
    sign_in_as_clerk(portal_c, token.now_s)
    assert (await bot_c(portal_c, browser, token).find(claim_c())).value == []
    assert (len(token.given), token.waits) == (2, [25.0])


async def test_a_wrong_code_is_tried_once(portal_c: Running, browser: PortalBrowser) -> None:
    token = Token()
    # A token whose clock is ten minutes wrong.
    token.now_s += 600
    with pytest.raises(CodeRefused):
        await bot_c(portal_c, browser, token).find(claim_c())
    assert len(token.given) == 1
    assert portal_c.get("/_sandbox/account") == {"wrong_codes": 1, "is_locked": False}


async def test_a_wrong_password_is_tried_once_and_asks_for_no_code(
    portal_c: Running, browser: PortalBrowser
) -> None:
    token = Token()
    ours = bot_c(portal_c, browser, token, password="wrong-password")
    for _ in range(2):
        with pytest.raises(LoginRefused):
            await ours.find(claim_c())
        portal_c.put("faults", [{"match": "POST /Login.aspx", "times": None, "how": "503"}])
    assert token.given == []


async def test_a_locked_account_is_for_a_person_to_have_unlocked(
    portal_c: Running, browser: PortalBrowser
) -> None:
    with ClerkC(str(portal_c.client.base_url)) as clerk:
        clerk.give_password()
        for _ in range(5):
            clerk.press("btnOk", {"txtCode": "000000"})
    token = Token()
    with pytest.raises(AccountLocked):
        await bot_c(portal_c, browser, token).find(claim_c())
    assert token.given == []
    portal_c.client.delete("/_sandbox/account")
    assert (await bot_c(portal_c, browser, token).find(claim_c())).value == []


async def test_a_captcha_stops_us_with_nothing_typed(
    portal_c: Running, browser: PortalBrowser
) -> None:
    token = Token()
    faults = [
        {"how": "captcha", "times": None},
        {"match": "POST /Login.aspx", "times": 1, "how": "503"},
    ]
    portal_c.put("faults", faults)
    with pytest.raises(CaptchaShown):
        await bot_c(portal_c, browser, token).find(claim_c())
    assert "POST /Login.aspx" in faults_left(portal_c)
    assert token.given == []


async def test_an_expired_password_is_for_a_person_to_change(
    portal_c: Running, browser: PortalBrowser
) -> None:
    faults = [
        {"how": "password_expired", "times": 1},
        {"match": "POST /Password.aspx", "times": 1, "how": "503"},
    ]
    portal_c.put("faults", faults)
    with pytest.raises(PasswordExpired):
        await bot_c(portal_c, browser).find(claim_c())
    assert "POST /Password.aspx" in faults_left(portal_c)


async def test_a_notice_that_the_definition_knows_is_closed(
    portal_c: Running, browser: PortalBrowser
) -> None:
    portal_c.put("faults", [{"how": "notice", "times": 1}])
    assert (await bot_c(portal_c, browser).find(claim_c())).value == []
    assert faults_left(portal_c) == []


async def test_a_notice_that_the_definition_does_not_know_is_for_a_person_to_read(
    portal_c: Running, browser: PortalBrowser
) -> None:
    ours = bot_c(portal_c, browser)
    login = ours.definition.login.model_copy(update={"notice_page": "", "notice": ""})
    ours.definition = ours.definition.model_copy(update={"login": login})
    faults = [
        {"how": "notice", "times": 1},
        {"match": "POST /Notice.aspx", "times": 1, "how": "503"},
    ]
    portal_c.put("faults", faults)
    with pytest.raises(NoticeShown):
        await ours.find(claim_c())
    # It was neither pressed away nor gone around.
    assert "POST /Notice.aspx" in faults_left(portal_c)


async def test_a_sign_in_elsewhere_is_left_alone_until_a_person_says_so(
    portal_c: Running, browser: PortalBrowser
) -> None:
    token = Token()
    ours = bot_c(portal_c, browser, token)
    await ours.find(claim_c())
    sign_in_as_clerk(portal_c, token.now_s + 30)
    with pytest.raises(SignedInElsewhere):
        await ours.find(claim_c())
    assert len(token.given) == 1
    # Asked again, it signs in anew.
    portal_c.client.delete("/_sandbox/account")
    assert (await ours.find(claim_c())).value == []
    assert len(token.given) == 2
