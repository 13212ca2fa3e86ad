"""The one way to call a counterparty over HTTP, and what may go wrong, sorted by what to do next.

Every failure carries the counterparty and the call (method and path), never a query value or a
body: those may hold a patient's name.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import httpx

from domain.order import Problem

T = TypeVar("T")

CONNECT_S = 3.0
READ_S = 10.0


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed; read once, for reading them takes longer than a call."""
    return httpx.create_ssl_context(trust_env=False)


class CallFailed(Exception):
    """A call to a counterparty did not end as wished; `call` is like "POST /claims"."""

    def __init__(self, counterparty: str, call: str, what: str) -> None:
        self.counterparty, self.call = counterparty, call
        super().__init__(f"{counterparty}, {call}: {what}.")


class Unreachable(CallFailed):
    """Nothing was sent, because no connection was made. Calling again is safe."""

    def __init__(self, counterparty: str, call: str) -> None:
        super().__init__(counterparty, call, "no connection")


class Refused(CallFailed):
    """The counterparty understood and said no (4xx); asking again gets the same answer.

    `text` is the counterparty's own wording, `details` is what else it named. Both stay out of
    the message, because nobody can promise that they name no patient.
    """

    def __init__(
        self,
        counterparty: str,
        call: str,
        *,
        status: int,
        error: str = "",
        field: str = "",
        text: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.status, self.error, self.field, self.text = status, error, field, text
        self.details: Mapping[str, Any] = details or {}
        told = " ".join(part for part in (error, f"({field})" if field else "") if part)
        super().__init__(counterparty, call, f"refused with {status} {told}".rstrip())


class TemporarilyDown(CallFailed):
    """The counterparty cannot answer now, and nothing was changed. Calling again is safe.

    `status` is None when a question got no answer at all; `retry_after_s` is None when the
    counterparty did not say when to come back.
    """

    def __init__(
        self,
        counterparty: str,
        call: str,
        *,
        status: int | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        self.status, self.retry_after_s = status, retry_after_s
        super().__init__(counterparty, call, f"down, {status or 'no answer'}")


class OutcomeUnknown(CallFailed):
    """A write may have been done or not, and asking did not help. Ask before sending again."""

    def __init__(
        self, counterparty: str, call: str, *, why: str, retry_after_s: int | None = None
    ) -> None:
        self.why, self.retry_after_s = why, retry_after_s
        super().__init__(counterparty, call, f"outcome unknown, {why}")


class NotDone(CallFailed):
    """A write got no answer, and the counterparty, asked, has nothing. Calling again is safe."""

    def __init__(
        self, counterparty: str, call: str, *, key: str, retry_after_s: int | None = None
    ) -> None:
        self.key, self.retry_after_s = key, retry_after_s
        super().__init__(counterparty, call, f"{key} was not done")


class ContentDiffers(CallFailed):
    """The counterparty already holds something else under our key; a person must look."""

    def __init__(self, counterparty: str, call: str, *, key: str, theirs: str) -> None:
        self.key, self.theirs = key, theirs
        super().__init__(counterparty, call, f"{key} is there as {theirs}, but with other content")


class AnswerUnreadable(CallFailed):
    """The counterparty answered, but not as agreed; `problems` name every field."""

    def __init__(self, counterparty: str, call: str, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(counterparty, call, "; ".join(map(str, problems)))


def once(
    counterparty: str, call: str, key: str, send: Callable[[], T], look: Callable[[], T | None]
) -> T:
    """Send a write that carries `key`; if its outcome is unknown, look instead of sending.

    Raises: what `send` raises, NotDone when it is surely absent, OutcomeUnknown when the look
    fails too.
    """
    try:
        return _sent(counterparty, call, send)
    except OutcomeUnknown as unknown:
        try:
            found = look()
        except (Unreachable, TemporarilyDown) as silent:
            why = f"{unknown.why}, and {silent.call} {type(silent).__name__}"
            raise OutcomeUnknown(
                counterparty, call, why=why, retry_after_s=unknown.retry_after_s
            ) from silent
        if found is None:
            raise NotDone(
                counterparty, call, key=key, retry_after_s=unknown.retry_after_s
            ) from unknown
        return found


def _sent(counterparty: str, call: str, send: Callable[[], T]) -> T:
    try:
        return send()
    except AnswerUnreadable as unreadable:
        # It was accepted, only the answer lacks what was agreed; the look may say more.
        raise OutcomeUnknown(counterparty, call, why="answer unreadable") from unreadable


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status (2xx) and the JSON body."""

    call: str
    status: int
    body: Any


class Caller:
    """Calls one counterparty with its bearer token. Safe to share between threads."""

    def __init__(
        self,
        counterparty: str,
        url: str,
        token: str,
        *,
        connect_s: float = CONNECT_S,
        read_s: float = READ_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.counterparty = counterparty
        self._client = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(read_s, connect=connect_s),
            transport=transport,
            trust_env=False,
            verify=trusted(),
        )

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def ask(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """GET JSON. Raises: Unreachable, Refused, TemporarilyDown, AnswerUnreadable."""
        call = f"GET {path}"
        return self._answer(call, self._question(call, path, query))

    def fetch(self, path: str) -> bytes:
        """GET a document as it is. Raises: Unreachable, Refused, TemporarilyDown."""
        call = f"GET {path}"
        response = self._question(call, path, None)
        if not response.is_success:
            self._answer(call, response)
        return response.content

    def tell(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send a write, once.

        Raises: Unreachable, Refused, OutcomeUnknown (also for 5xx and for an unreadable 2xx,
        because the work may be done), TemporarilyDown (429 only).
        """
        call = f"{method} {path}"
        try:
            response = self._client.request(method, path, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as nobody:
            raise Unreachable(self.counterparty, call) from nobody
        except httpx.RequestError as lost:
            raise OutcomeUnknown(self.counterparty, call, why=type(lost).__name__) from lost
        try:
            return self._answer(call, response)
        except TemporarilyDown as down:
            if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                raise
            raise OutcomeUnknown(
                self.counterparty,
                call,
                why=f"answered {response.status_code}",
                retry_after_s=down.retry_after_s,
            ) from down
        except AnswerUnreadable as unreadable:
            raise OutcomeUnknown(self.counterparty, call, why="answer unreadable") from unreadable

    def once(self, call: str, key: str, send: Callable[[], T], look: Callable[[], T | None]) -> T:
        """The same as the function `once`, for this counterparty."""
        return once(self.counterparty, call, key, send, look)

    def _question(self, call: str, path: str, query: Mapping[str, str] | None) -> httpx.Response:
        try:
            return self._client.get(path, params=query)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as nobody:
            raise Unreachable(self.counterparty, call) from nobody
        except httpx.RequestError as lost:
            # A question changes nothing, so a lost answer only means: ask again.
            raise TemporarilyDown(self.counterparty, call) from lost

    def _answer(self, call: str, response: httpx.Response) -> Answer:
        status = response.status_code
        if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:
            raise TemporarilyDown(
                self.counterparty, call, status=status, retry_after_s=_retry_after_s(response)
            )
        if 400 <= status < 500:
            raise _refused(self.counterparty, call, response)
        try:
            body = response.json()
        except ValueError as not_json:
            problem = Problem("body", f"{status} without JSON")
            raise AnswerUnreadable(self.counterparty, call, [problem]) from not_json
        if not response.is_success:
            problem = Problem("status", f"{status} is not expected")
            raise AnswerUnreadable(self.counterparty, call, [problem])
        return Answer(call, status, body)


def _retry_after_s(response: httpx.Response) -> int | None:
    """Seconds only; the other form of Retry-After, a date, is not used by our counterparties."""
    text = response.headers.get("Retry-After", "")
    return int(text) if text.isdigit() else None


def _refused(counterparty: str, call: str, response: httpx.Response) -> Refused:
    status = response.status_code
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return Refused(counterparty, call, status=status)
    named = {name: body.pop(name, None) for name in ("error", "field", "text")}
    error, field, text = (value if isinstance(value, str) else "" for value in named.values())
    return Refused(
        counterparty, call, status=status, error=error, field=field, text=text, details=body
    )
