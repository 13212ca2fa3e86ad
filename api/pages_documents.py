"""The page of documents: what counterparties sent and what became of it, and a way to hand one in.

Money's papers only; those of a case stand on the case's own page.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Annotated, get_args

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.collection import missing_statements
from api.file_problems import problem_words
from api.language import language_of
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.rendering import page
from api.rest_statements import keep_bill, keep_statement
from api.rights import may_open
from api.sessions import Person
from api.texts import text
from domain.review import Role
from engine.pay_channels import load_pay_channels
from store import documents
from store.documents import DocumentStatus
from store.people import PersonView

router = APIRouter()
MOST_SHOWN = 200
STATES: tuple[DocumentStatus, ...] = get_args(DocumentStatus)


@router.get("/documents")
def show_documents(
    request: Request, parts: PartsOf, person: Person, show: str = "", kept: str = ""
) -> Response:
    """Show the latest documents, newest first, of one state or of all."""
    return _render(request, parts, person, show=show, kept=kept)


@router.post("/documents")
async def hand_in(
    request: Request,
    parts: PartsOf,
    person: Person,
    file: Annotated[UploadFile, File()],
    account: Annotated[str, Form(max_length=40)] = "",
    day: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Keep a file as a statement of an account, as `PUT /api/statements/{account}` does, or as the
    bill of a pay channel's day, as `PUT /api/channel-bills/{channel}/{day}` does."""
    data = await file.read()

    def do() -> Response:
        try:
            if account in load_pay_channels(parts.settings.counterparties_folder):
                kept = keep_bill(parts, person.login, account, day, data)
            else:
                kept = keep_statement(parts, person.login, account, data)
        except Problem as refused:
            return _render(request, parts, person, problem=refused, account=account, day=day)
        return RedirectResponse(f"/documents?kept={kept.number}", status_code=303)

    return await run_in_threadpool(do)


def _render(
    request: Request,
    parts: Parts,
    person: PersonView,
    *,
    show: str = "",
    kept: str = "",
    account: str = "",
    day: str = "",
    problem: Problem | None = None,
) -> Response:
    channels = load_pay_channels(parts.settings.counterparties_folder)
    state = next((one for one in STATES if one == show), None)
    with parts.database.reading() as s:
        found = documents.latest_documents(s, MOST_SHOWN, state)
        missing = missing_statements(s, parts)
        is_here = bool(kept) and bool(documents.documents_numbered(s, kept))
    return page(
        request,
        "documents.html",
        status=problem.status if problem else 200,
        documents=found,
        in_words=partial(problem_words, language=language_of(request)),
        missing=missing,
        accounts=[bank.code for bank in parts.counterparties.banks()],
        channels=sorted(code for code, file in channels.items() if file.payout is not None),
        account=account,
        day=day,
        yesterday=parts.clock.today() - timedelta(days=1),
        states=STATES,
        show=state or "",
        most=MOST_SHOWN,
        may_open=partial(may_open, Role(person.role)),
        flash=text(language_of(request), "documents.kept", number=kept) if is_here else "",
        problem=problem,
    )
