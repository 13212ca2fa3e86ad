"""The fault proxy before a portal, as the harness speaks to it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.faults.helpdesk.fault_proxy import SEEN, SWITCH
from tests.faults.helpdesk.strikes import Strike

# What the portal never hears of has no answer to wait for.
_NEVER_HEARD = frozenset({"502", "hang", "reset_before_commit", "drop_before_commit"})


class Proxy:
    """One proxy; counts what came by since `begin`."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._begun = 0

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def begin(self) -> None:
        """A run begins: no fault, and nothing seen."""
        self.strike()
        self._begun += len(self._seen())

    def strike(self, *faults: Strike) -> None:
        """From here on exactly these faults."""
        answer = self._client.put(SWITCH, json=[fault.told() for fault in faults])
        assert answer.status_code == 200, answer.text

    def has_struck(self) -> bool:
        """Whether a fault that strikes once has met its request."""
        return any(fault["times"] == 0 for fault in self._client.get(SWITCH).json())

    def is_quiet(self) -> bool:
        """Whether the portal has answered all that it heard, whoever still wants to know."""
        return all(
            one["status"] is not None or not _NEVER_HEARD.isdisjoint(one["how"])
            for one in self._seen()
        )

    def _seen(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self._client.get(SEEN, params={"since": self._begun}).json()
        return told
