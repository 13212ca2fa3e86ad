"""One HTTP exchange with a pay channel, and what its failures mean for a write and a question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import httpx

from connectors.http import (
    CONNECT_S,
    AnswerUnreadable,
    OutcomeUnknown,
    TemporarilyDown,
    Unreachable,
    trusted,
)
from connectors.pay_channels.wires import Asked
from domain.order import Problem


class Door:
    """The connections to one channel. Safe to share between threads."""

    def __init__(
        self,
        channel: str,
        url: str,
        timeout_s: float,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.channel = channel
        self.url = url.rstrip("/")
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
            transport=transport,
            trust_env=False,
            verify=trusted(),
        )

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def exchange(
        self, asked: Asked, url: str, *, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Response:
        """Send once; 2xx and 4xx come back for the family to verify.

        Raises: Unreachable, TemporarilyDown, OutcomeUnknown (a write that got no answer or 5xx).
        """
        try:
            response = self._client.request(asked.method, url, content=content, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as nobody:
            raise Unreachable(self.channel, asked.call) from nobody
        except httpx.RequestError as lost:
            if asked.changes:
                raise OutcomeUnknown(self.channel, asked.call, why=type(lost).__name__) from lost
            raise TemporarilyDown(self.channel, asked.call) from lost
        status = response.status_code
        wait = response.headers.get("Retry-After", "")
        retry_after_s = int(wait) if wait.isdigit() else None
        if status == httpx.codes.TOO_MANY_REQUESTS or (status >= 500 and not asked.changes):
            raise TemporarilyDown(
                self.channel, asked.call, status=status, retry_after_s=retry_after_s
            )
        if status >= 500:
            raise OutcomeUnknown(
                self.channel, asked.call, why=f"answered {status}", retry_after_s=retry_after_s
            )
        return response

    def document(self, url: str, call: str) -> bytes:
        """GET a file as it is. Raises: Unreachable, TemporarilyDown, AnswerUnreadable."""
        asked = Asked(call, changes=False, key="", method="GET")
        response = self.exchange(asked, url, content=b"", headers={})
        if not response.is_success:
            problem = Problem("status", f"{response.status_code} is not expected")
            raise AnswerUnreadable(self.channel, call, [problem])
        return response.content

    def not_as_agreed(self, asked: Asked, field: str, reason: str) -> NoReturn:
        """Refuse to use an answer; a write may have been done all the same.

        Raises: OutcomeUnknown for a write, AnswerUnreadable for a question.
        """
        if asked.changes:
            raise OutcomeUnknown(self.channel, asked.call, why=f"answer: {field} {reason}")
        raise AnswerUnreadable(self.channel, asked.call, [Problem(field, reason)])
