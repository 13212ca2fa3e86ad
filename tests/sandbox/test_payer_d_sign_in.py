"""The counter of payer D: password, the code that a person gives, session, remembered device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.payer_d import service
from tests.sandbox.agent import Agent
from tests.sandbox.running import Running, running


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as client:
        yield client


@pytest.fixture
def agent(portal: Running) -> Iterator[Agent]:
    with Agent(portal) as agent:
        yield agent


def test_nobody_gets_anything_without_signing_in(agent: Agent) -> None:
    for operation in ("session", "home", "claimList", "claimSubmit", "remittanceList"):
        assert agent.ask(operation)["error"] == "NOT_SIGNED_IN"


def test_a_wrong_password_asks_for_no_code(agent: Agent) -> None:
    assert agent.give_password("guess") == {"error": "WRONG_PASSWORD", "text": "用户名或密码错误"}
    assert agent.code() == ""


def test_the_code_is_told_to_the_telephone_only(portal: Running, agent: Agent) -> None:
    asked = agent.give_password()
    assert asked["codeNeeded"] is True
    assert agent.code() not in str(asked)
    assert agent.client.get("/_sandbox/code").status_code == 401
    assert agent.ask("session")["error"] == "NOT_SIGNED_IN"


def test_the_right_code_opens_a_session_whose_cookie_no_script_can_read(agent: Agent) -> None:
    asked = agent.give_password()
    answer = agent.send("signInCode", challenge=asked["challenge"], code=agent.code())
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("OPSESSION=")
    assert "HttpOnly" in cookie
    assert agent.ask("session")["user"] == "hk-bot"


def test_a_code_is_good_for_one_session_only(portal: Running, agent: Agent) -> None:
    asked = agent.give_password()
    code = agent.code()
    agent.ask("signInCode", challenge=asked["challenge"], code=code)
    with Agent(portal) as other:
        again = other.ask("signInCode", challenge=asked["challenge"], code=code)
    assert again["error"] == "SIGN_IN_CANCELLED"


def test_the_third_wrong_code_cancels_the_sign_in(agent: Agent) -> None:
    asked = agent.give_password()
    code = agent.code()
    tries = [agent.ask("signInCode", challenge=asked["challenge"], code="x") for _ in range(3)]
    errors = [told["error"] for told in tries]
    assert errors == ["WRONG_CODE", "WRONG_CODE", "SIGN_IN_CANCELLED"]
    right = agent.ask("signInCode", challenge=asked["challenge"], code=code)
    assert right["error"] == "SIGN_IN_CANCELLED"


def test_the_second_wrong_code_cancels_nothing(agent: Agent) -> None:
    asked = agent.give_password()
    for _ in range(2):
        agent.ask("signInCode", challenge=asked["challenge"], code="x")
    told = agent.ask("signInCode", challenge=asked["challenge"], code=agent.code())
    assert told["user"] == "hk-bot"


def test_a_code_that_is_too_old_opens_nothing(tmp_path: Path) -> None:
    with running(service, tmp_path, code_lasts_s="0") as portal, Agent(portal) as agent:
        asked = agent.give_password()
        told = agent.ask("signInCode", challenge=asked["challenge"], code="x")
    assert told["error"] == "CODE_EXPIRED"


def test_a_remembered_device_is_asked_for_no_code(agent: Agent) -> None:
    agent.sign_in(remember=True)
    agent.ask("signOut")
    assert agent.ask("session")["error"] == "NOT_SIGNED_IN"
    assert agent.give_password()["user"] == "hk-bot"


def test_a_device_that_was_not_to_be_remembered_is_asked_again(agent: Agent) -> None:
    agent.sign_in()
    agent.ask("signOut")
    assert agent.give_password()["codeNeeded"] is True


def test_a_remembered_device_is_asked_again_when_the_portal_wants_it(
    portal: Running, agent: Agent
) -> None:
    agent.sign_in(remember=True)
    portal.put("faults", [{"match": "", "times": None, "how": "ask_code_again"}])
    assert agent.give_password()["codeNeeded"] is True


def test_a_request_without_the_token_of_its_session_is_refused(agent: Agent) -> None:
    agent.sign_in()
    agent.csrf = "another"
    answer = agent.send("claimList")
    assert answer.status_code == 403
    assert answer.json()["error"] == "ILLEGAL_REQUEST"


def test_an_expired_session_swallows_the_commit(portal: Running, agent: Agent) -> None:
    agent.sign_in()
    filled = agent.filled()
    portal.strike("POST /api/claimSubmit", "expire_session")
    assert agent.ask("claimSubmit", **filled)["error"] == "NOT_SIGNED_IN"
    assert agent.ask("home")["error"] == "NOT_SIGNED_IN"
    assert portal.books()["tickets"] == []
