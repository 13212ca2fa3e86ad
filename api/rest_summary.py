"""The summary over REST."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.parts import PartsOf
from api.summary import summary
from api.wire import plain

router = APIRouter()


@router.get("/api/summary")
def show_summary(parts: PartsOf) -> dict[str, Any]:
    """Return sums by payer, trial balance, suspense, open differences and awaited transfers."""
    with parts.database.reading() as s:
        shown: dict[str, Any] = plain(summary(s))
    return shown
