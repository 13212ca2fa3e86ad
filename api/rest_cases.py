"""Cases over REST: list, show, start, and ask a running one for something."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.case_file import CaseFile, case_file
from api.case_requests import ask_case, start_case
from api.parts import PartsOf
from api.problems import Problem
from api.sessions import Person
from api.wire import plain
from domain.lifecycle import CaseStage
from store import cases

router = APIRouter()
LIMIT = 1000


class StartIn(BaseModel):
    """Which order becomes a case."""

    order_no: str = Field(max_length=40)


class RequestIn(BaseModel):
    """Why something is asked of a case."""

    reason: str = Field("", max_length=500)


@router.get("/api/cases")
def list_cases(parts: PartsOf, stage: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """Return the latest cases first."""
    wanted = None if stage is None else _stage(stage)
    with parts.database.reading() as s:
        found = cases.list_cases(s, wanted, limit=max(1, min(limit, LIMIT)))
    return [plain(case) for case in found]


@router.get("/api/cases/{case_no}")
def show_case(parts: PartsOf, case_no: str) -> dict[str, Any]:
    """Return a case with history, claims, items, facts, evidence and reviews; no patient data."""
    with parts.database.reading() as s:
        file: CaseFile = case_file(s, parts, case_no)
    shown: dict[str, Any] = plain(file)
    return shown


@router.post("/api/cases", status_code=201)
async def start(parts: PartsOf, person: Person, body: StartIn) -> dict[str, str]:
    """Start the case of an order. 409 when it has one already."""
    workflow_id = await start_case(parts, body.order_no, person.login)
    return {"case_no": body.order_no, "workflow_id": workflow_id}


@router.post("/api/cases/{case_no}/{what}-request", status_code=202)
async def request(
    parts: PartsOf, person: Person, case_no: str, what: str, body: RequestIn
) -> dict[str, str]:
    """Ask for hold, resume, nudge, cancel or correct; the last two only open a review."""
    await ask_case(parts, case_no, what, person.login, body.reason)
    return {"case_no": case_no, "asked": what}


def _stage(name: str) -> CaseStage:
    try:
        return CaseStage(name)
    except ValueError as unknown:
        raise Problem(422, "bad-filter", field="stage") from unknown
