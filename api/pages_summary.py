"""The page that shows all the money and whether it adds up."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.channel_scores import channels_down
from api.collection import missing_statements
from api.parts import PartsOf
from api.rates import too_high
from api.rendering import page
from api.summary import summary
from store import audit
from store.issuers import paused_issuers

router = APIRouter()
MOST_REPORTED = 20


@router.get("/summary")
def show_summary(request: Request, parts: PartsOf, done: str = "") -> Response:
    """Show sums by payer, trial balance, suspense, open differences, awaited transfers,
    bank statements that should be here, accounts with too many unclear lines, issuers whose
    prints nobody reads, pay channels that are down, and what nobody honest does."""
    with parts.database.reading() as s:
        found, missing, unclear = summary(s), missing_statements(s, parts), too_high(s, parts)
        paused, down = paused_issuers(s), channels_down(s, parts)
        reported = audit.latest_security_events(s, MOST_REPORTED)
    return page(
        request,
        "summary.html",
        summary=found,
        missing=missing,
        unclear=unclear,
        paused=paused,
        down=down,
        reported=reported,
        resumed=done == "resumed",
    )
