"""The portals over REST."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.parts import PartsOf
from api.portals import portal_sheets
from api.wire import plain

router = APIRouter()


@router.get("/api/portals")
def show_portals(parts: PartsOf) -> list[dict[str, Any]]:
    """Return each portal: state, lease, open intents, figures of 7 and 30 working days, patches."""
    with parts.database.reading() as s:
        return [plain(sheet) for sheet in portal_sheets(s, parts)]
