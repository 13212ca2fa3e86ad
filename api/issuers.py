"""Issuers whose printed documents nobody reads: a person looks, says why, and they are read again.

The same says `huikuan layout resume`. What waited to be read goes on by itself within the hour.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse

from api.parts import Parts, PartsOf
from api.problems import Problem
from api.sessions import Person
from api.wire import plain
from store import issuers
from store.people import PersonView

router = APIRouter()
PAGES = ("summary", "portals")
"""Where the button stands, and where one comes back to."""


class ResumeIn(BaseModel):
    """Why an issuer may be read again."""

    reason: str = Field("", max_length=500)


@router.post("/issuers/{issuer}/resume")
def resume(
    parts: PartsOf,
    person: Person,
    issuer: str,
    reason: Annotated[str, Form(max_length=500)] = "",
    back: Annotated[str, Form(max_length=20)] = "summary",
) -> Response:
    """Let an issuer's prints be read again, and go back to the page of the button."""
    _resume(parts, person, issuer, reason)
    page = back if back in PAGES else PAGES[0]
    return RedirectResponse(f"/{page}?done=resumed", status_code=303)


@router.get("/api/issuers")
def list_paused(parts: PartsOf) -> list[dict[str, Any]]:
    """Return every issuer whose prints nobody reads, with since when, by whom and why."""
    with parts.database.reading() as s:
        return [plain(one) for one in issuers.paused_issuers(s)]


@router.post("/api/issuers/{issuer}/resume")
def resume_by_program(
    parts: PartsOf, person: Person, issuer: str, body: ResumeIn
) -> dict[str, str]:
    """Let an issuer's prints be read again. 409 when it is read already, 422 without a reason."""
    _resume(parts, person, issuer, body.reason)
    return {"issuer": issuer, "status": "read"}


def _resume(parts: Parts, person: PersonView, issuer: str, reason: str) -> None:
    why = reason.strip()
    if not why:
        raise Problem(422, "portal-reason-missing", field="reason")
    with parts.database.transaction() as s:
        # An issuer that nobody paused may be anything that was typed into the address.
        if issuers.issuer_state(s, issuer).paused_since is None:
            raise Problem(409, "issuer-not-paused")
        issuers.resume(s, issuer, person, why, parts.clock.now())
