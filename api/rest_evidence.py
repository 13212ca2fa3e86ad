"""Evidence files: fetched by those who may, written into the trail, and unable to do anything."""

from __future__ import annotations

import re

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.evidence import PDF, PNG, content_type_of, file_name_of
from api.parts import Parts, PartsOf
from api.preview import NoPreview, first_page
from api.problems import Problem
from api.rights import may_open
from api.sessions import Person
from domain.review import Role
from store import audit
from store.people import PersonView

router = APIRouter()
_SHA256 = re.compile(r"[0-9a-f]{64}")
# A file from outside may carry script: in a sandbox it has no origin and runs nothing.
_HARMLESS = {"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'"}


@router.get("/api/evidence/{sha256}")
def fetch(parts: PartsOf, person: Person, sha256: str) -> Response:
    """Return the file as it was received; pictures open, everything else is downloaded."""
    kind, data = _open(parts, person, sha256)
    content_type = content_type_of(data)
    how = "inline" if content_type == PNG else "attachment"
    name = file_name_of(kind, sha256, content_type)
    return Response(
        data,
        media_type=content_type,
        headers=_HARMLESS | {"Content-Disposition": f'{how}; filename="{name}"'},
    )


@router.get("/evidence/{sha256}/preview.png")
async def preview(parts: PartsOf, person: Person, sha256: str) -> Response:
    """Return the first page of a PDF as a picture."""
    _, data = await run_in_threadpool(_open, parts, person, sha256)
    if content_type_of(data) != PDF:
        raise Problem(415, "preview-not-possible")
    try:
        picture = await first_page(sha256, data)
    except NoPreview as broken:
        raise Problem(415, "preview-not-possible") from broken
    return Response(picture, media_type=PNG, headers=_HARMLESS)


def _open(parts: Parts, person: PersonView, sha256: str) -> tuple[str, bytes]:
    if not _SHA256.fullmatch(sha256):
        raise Problem(404, "no-such-evidence")
    with parts.database.transaction() as s:
        kind = parts.evidence.view_of(s, sha256).kind
        if not may_open(Role(person.role), kind):
            raise Problem(403, "not-allowed")
        audit.note(
            s,
            actor=person.login,
            action="evidence-opened",
            subject=sha256,
            detail=kind,
            now=parts.clock.now(),
        )
        return kind, parts.evidence.get(s, sha256)
