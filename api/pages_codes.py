"""Codes that a portal sends to a telephone: a person types one in, and the bot goes on.

Apart from the reviews: a code is no decision, and it is a secret from the first character on. It
is in no address, no answer and no log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import RedirectResponse

from api.parts import Parts, PartsOf
from api.problems import Problem
from api.sessions import Person
from api.texts import Language, text
from api.wire import plain
from store import portal_codes
from store.people import PersonView
from store.portal_codes import CodeRequest, NoSuchCodeRequest

router = APIRouter()
_CODE = re.compile(r"[0-9A-Za-z]{4,12}")
_LONGEST = 40


class CodeIn(BaseModel):
    """The body of an answer over REST."""

    code: str = Field(max_length=_LONGEST, repr=False)


@dataclass(frozen=True)
class CodeAsked:
    """A code that the list of questions asks for; `minutes_left` are begun ones."""

    request: CodeRequest
    minutes_left: int


@router.post("/portals/codes/{request_no}")
def give_code(
    parts: PartsOf,
    person: Person,
    request_no: str,
    code: Annotated[str, Form(max_length=_LONGEST)] = "",
) -> RedirectResponse:
    """Take the code from the form and go back to the list of questions."""
    _give(parts, person, request_no, code)
    return RedirectResponse(f"/?given={request_no}", status_code=303)


@router.get("/api/portal-codes")
def list_codes(parts: PartsOf) -> list[dict[str, Any]]:
    """Return the codes that are asked for, oldest first; none of them with its code."""
    with parts.database.reading() as s:
        return [plain(one) for one in portal_codes.open_requests(s, parts.login_time())]


@router.post("/api/portal-codes/{request_no}")
def give_code_by_program(
    parts: PartsOf, person: Person, request_no: str, answer: CodeIn
) -> dict[str, str]:
    """Give the code; giving it again before the bot has taken it replaces a mistyped one."""
    _give(parts, person, request_no, answer.code)
    return {"status": "given", "request_no": request_no}


def codes_asked(s: Session, parts: Parts) -> list[CodeAsked]:
    """Return what the list of questions shows above them; what was given is not asked again."""
    now = parts.login_time()
    return [
        CodeAsked(one, int((one.expires_at - now).total_seconds() // 60) + 1)
        for one in portal_codes.open_requests(s, now)
        if one.given_by is None
    ]


def given_words(s: Session, language: Language, request_no: str) -> str:
    """Say that a code was given, as the store tells it; "" when it was not."""
    try:
        request = portal_codes.code_request(s, request_no)
    except NoSuchCodeRequest:
        return ""
    if request.given_by is None:
        return ""
    return text(language, "codes.given", portal=request.portal)


def _give(parts: Parts, person: PersonView, request_no: str, code: str) -> None:
    """Raises: Problem, NoSuchCodeRequest, CodeRequestOver."""
    typed = re.sub(r"[\s-]", "", code)
    if not _CODE.fullmatch(typed):
        raise Problem(422, "code-unsound", field="code")
    sealed = parts.database.sealer.seal(typed.encode())
    with parts.database.transaction() as s:
        portal_codes.give(s, request_no, sealed, person, parts.login_time())
