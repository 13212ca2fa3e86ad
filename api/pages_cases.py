"""The pages of cases: the list, and one case with everything that belongs to it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.case_file import case_file
from api.case_requests import REQUESTS, ask_case, start_case
from api.language import language_of
from api.parts import CaseRequestRefused, EngineAway, OrderNotStarted, Parts, PartsOf
from api.problems import Problem
from api.refusals import problem_of
from api.rendering import page
from api.rights import may_open
from api.sendings import journals_of, pictures_of
from api.sessions import Person
from api.texts import text
from domain.lifecycle import CaseStage
from domain.review import Role
from engine.ids import NotAnOrderNo
from store import cases
from store.case_waits import waits_of
from store.cases import CaseAlreadyClosed, CaseAlreadyRunning

router = APIRouter()
REQUEST_NAMES = {
    "nudge": "nudge",
    "hold": "hold",
    "resume": "resume",
    "correct": "ask_correct",
    "cancel": "ask_cancel",
}
_LIMIT = 500
_MENDABLE = (
    Problem,
    NotAnOrderNo,
    CaseAlreadyRunning,
    CaseAlreadyClosed,
    CaseRequestRefused,
    OrderNotStarted,
    EngineAway,
)


@router.get("/cases")
def list_cases(request: Request, parts: PartsOf, stage: str = "", started: str = "") -> Response:
    """Show the latest cases first."""
    if stage and stage not in list(CaseStage):
        raise Problem(422, "bad-filter", field="stage")
    return _list(request, parts, stage=stage, started=started)


@router.post("/cases")
async def start(
    request: Request, parts: PartsOf, person: Person, order_no: Annotated[str, Form(max_length=40)]
) -> Response:
    """Start the case of an order."""
    wanted = order_no.strip()
    try:
        await start_case(parts, wanted, person.login)
    except _MENDABLE as error:
        problem = _problem(error)
        return await run_in_threadpool(partial(_list, request, parts, problem=problem))
    return RedirectResponse(f"/cases?started={wanted}", status_code=303)


@router.get("/cases/{case_no}")
def show_case(
    request: Request, parts: PartsOf, person: Person, case_no: str, asked: str = ""
) -> Response:
    """Show one case."""
    return _case(request, parts, Role(person.role), case_no, asked=asked)


@router.get("/cases/{case_no}/pictures/{claim_no}")
def show_pictures(
    request: Request, parts: PartsOf, person: Person, case_no: str, claim_no: str
) -> Response:
    """Show what one claim's sendings saw, sent and got, and whether nothing is missing."""
    with parts.database.reading() as s:
        pictures = pictures_of(s, parts, case_no, claim_no)
    opens = partial(may_open, Role(person.role))
    return page(request, "case_pictures.html", case_no=case_no, one=pictures, may_open=opens)


@router.post("/cases/{case_no}/requests")
async def ask(
    request: Request,
    parts: PartsOf,
    person: Person,
    case_no: str,
    what: Annotated[str, Form(max_length=20)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Ask a running case for something; the case answers whether it can."""
    try:
        await ask_case(parts, case_no, what, person.login, reason)
    except _MENDABLE as error:
        role, problem = Role(person.role), _problem(error)
        return await run_in_threadpool(
            partial(_case, request, parts, role, case_no, problem=problem)
        )
    return RedirectResponse(f"/cases/{case_no}?asked={what}", status_code=303)


def _list(
    request: Request,
    parts: Parts,
    *,
    stage: str = "",
    started: str = "",
    problem: Problem | None = None,
) -> Response:
    language = language_of(request)
    with parts.database.reading() as s:
        rows = cases.list_cases(s, CaseStage(stage) if stage else None, limit=_LIMIT)
        waits = waits_of(s, rows)
    flash = text(language, "cases.started", case=started) if started else ""
    return page(
        request,
        "cases.html",
        status=problem.status if problem else 200,
        rows=rows,
        waits=waits,
        stage=stage,
        stages=list(CaseStage),
        flash=flash,
        refused=_words(request, problem),
    )


def _case(
    request: Request,
    parts: Parts,
    role: Role,
    case_no: str,
    *,
    asked: str = "",
    problem: Problem | None = None,
) -> Response:
    language = language_of(request)
    with parts.database.reading() as s:
        file = case_file(s, parts, case_no)
        sendings = journals_of(s, file.claims, file.evidence)
    what = REQUEST_NAMES.get(asked)
    values: dict[str, Any] = {
        "case": file.case,
        "file": file,
        "sendings": sendings,
        "temporal_link": _temporal_link(parts, file.case.workflow_id),
        "flash": text(language, "cases.asked", what=text(language, f"cases.{what}"))
        if what
        else "",
        "refused": _words(request, problem),
        "requests": REQUESTS,
        "request_names": REQUEST_NAMES,
        "may_open": partial(may_open, role),
    }
    return page(request, "case.html", status=problem.status if problem else 200, **values)


def _temporal_link(parts: Parts, workflow_id: str) -> str:
    root = parts.settings.temporal_ui_url.rstrip("/")
    return f"{root}/namespaces/default/workflows/{workflow_id}"


def _problem(error: Exception) -> Problem:
    problem = error if isinstance(error, Problem) else problem_of(error)
    if problem is None:
        raise error
    return problem


def _words(request: Request, problem: Problem | None) -> str:
    if problem is None:
        return ""
    return " ".join(
        filter(None, (text(language_of(request), f"problem.{problem.slug}"), problem.detail))
    )
