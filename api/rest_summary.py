"""The summary over REST."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.channel_scores import channels_down
from api.collection import missing_statements
from api.pages_summary import MOST_REPORTED
from api.parts import PartsOf
from api.rates import too_high
from api.summary import summary
from api.wire import plain
from store import audit
from store.issuers import paused_issuers

router = APIRouter()


@router.get("/api/summary")
def show_summary(parts: PartsOf) -> dict[str, Any]:
    """Return sums by payer, trial balance, suspense, open differences, awaited transfers,
    missing bank statements, accounts with too many unclear lines, paused issuers, pay channels
    that are down, and the latest of what nobody honest does."""
    with parts.database.reading() as s:
        shown: dict[str, Any] = plain(summary(s))
        shown["missing_statements"] = plain(missing_statements(s, parts))
        shown["too_many_differences"] = plain(too_high(s, parts))
        shown["paused_issuers"] = plain(paused_issuers(s))
        shown["channels_down"] = plain(channels_down(s, parts))
        shown["security_events"] = plain(audit.latest_security_events(s, MOST_REPORTED))
    return shown
