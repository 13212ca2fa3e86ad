"""What every failure of the wire is called, on a hand-made wire."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from connectors.http import (
    AnswerUnreadable,
    Caller,
    CallFailed,
    NotDone,
    OutcomeUnknown,
    Refused,
    TemporarilyDown,
    Unreachable,
)

Handler = Callable[[httpx.Request], httpx.Response]


def wire(handler: Handler) -> Caller:
    return Caller("erp", "http://erp.test", "secret-token", transport=httpx.MockTransport(handler))


def failing(error: type[httpx.RequestError]) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error("测试甲 001", request=request)

    return handler


def answering(status: int, **more: object) -> Handler:
    return lambda request: httpx.Response(status, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_without_a_connection_nothing_was_sent(error: type[httpx.RequestError]) -> None:
    with pytest.raises(Unreachable):
        wire(failing(error)).tell("POST", "/claims", {})
    with pytest.raises(Unreachable):
        wire(failing(error)).ask("/claims")


@pytest.mark.parametrize(
    "error",
    [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.RemoteProtocolError],
)
def test_a_write_whose_answer_is_lost_is_unknown_and_a_question_is_not(
    error: type[httpx.RequestError],
) -> None:
    with pytest.raises(OutcomeUnknown):
        wire(failing(error)).tell("POST", "/claims", {})
    with pytest.raises(TemporarilyDown) as down:
        wire(failing(error)).ask("/claims")
    assert down.value.status is None


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_leaves_a_write_unknown(status: int) -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        wire(answering(status, headers={"Retry-After": "120"})).tell("POST", "/claims", {})
    assert unknown.value.retry_after_s == 120
    with pytest.raises(TemporarilyDown) as down:
        wire(answering(status)).ask("/claims")
    assert (down.value.status, down.value.retry_after_s) == (status, None)


def test_too_many_requests_is_a_write_that_was_not_taken() -> None:
    with pytest.raises(TemporarilyDown):
        wire(answering(429, headers={"Retry-After": "5"})).tell("POST", "/claims", {})


def test_a_refusal_names_its_code_and_field() -> None:
    told = {"error": "invalid", "field": "total", "text": "测试甲 001", "available": 2}
    with pytest.raises(Refused) as refusal:
        wire(answering(422, json=told)).tell("POST", "/claims", {})
    assert str(refusal.value) == "erp, POST /claims: refused with 422 invalid (total)."
    assert (refusal.value.text, refusal.value.details) == ("测试甲 001", {"available": 2})


def test_a_refusal_without_json_is_still_a_refusal() -> None:
    with pytest.raises(Refused) as refusal:
        wire(answering(404, text="<html>")).ask("/claims")
    assert (refusal.value.status, refusal.value.error) == (404, "")


@pytest.mark.parametrize("answer", [answering(200, text="<html>"), answering(302)])
def test_an_answer_without_what_was_agreed_is_unreadable(answer: Handler) -> None:
    with pytest.raises(AnswerUnreadable):
        wire(answer).ask("/claims")
    with pytest.raises(OutcomeUnknown):
        wire(answer).tell("POST", "/claims", {})


@pytest.mark.parametrize(
    "handler",
    [failing(httpx.ReadTimeout), failing(httpx.ConnectError), answering(500, text="测试甲 001")],
)
def test_no_failure_tells_a_query_a_body_or_the_token(handler: Handler) -> None:
    with pytest.raises(CallFailed) as question:
        wire(handler).ask("/claims", {"name": "测试甲 001"})
    with pytest.raises(CallFailed) as write:
        wire(handler).tell("POST", "/claims", {"name": "测试甲 001"})
    for failure in (question.value, write.value):
        assert "测试甲" not in str(failure)
        assert "secret-token" not in str(failure)


def lost() -> str:
    raise OutcomeUnknown("erp", "POST /claims", why="ReadTimeout", retry_after_s=7)


def silent() -> str | None:
    raise TemporarilyDown("erp", "GET /claims", status=503)


def test_a_lost_answer_is_resolved_by_asking() -> None:
    answer = wire(answering(200)).once("POST /claims", "K-1", lost, lambda: "there")
    assert answer == "there"


def test_what_is_surely_absent_was_not_done() -> None:
    with pytest.raises(NotDone) as not_done:
        wire(answering(200)).once("POST /claims", "K-1", lost, lambda: None)
    assert (not_done.value.key, not_done.value.retry_after_s) == ("K-1", 7)


def test_who_cannot_be_asked_leaves_the_outcome_unknown() -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        wire(answering(200)).once("POST /claims", "K-1", lost, silent)
    assert str(unknown.value) == (
        "erp, POST /claims: outcome unknown, ReadTimeout, and GET /claims TemporarilyDown."
    )
