"""Refusals: RFC 9457 problem details for programs, a page in the same words for people."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse

from api.language import language_of
from api.texts import both, text

PREFIX = "urn:huikuan:problem:"


class Problem(Exception):
    """A request is refused. `slug` names the text `problem.<slug>` and ends the stable type."""

    def __init__(
        self,
        status: int,
        slug: str,
        *,
        field: str | None = None,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        self.status, self.slug, self.field, self.detail = status, slug, field, detail
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})
        super().__init__(f"{status} {slug}")


def problem_json(request: Request, problem: Problem) -> JSONResponse:
    """Write the problem as application/problem+json, its title in both languages."""
    key = f"problem.{problem.slug}"
    body: dict[str, object] = {
        "type": PREFIX + problem.slug,
        "title": text(language_of(request), key),
        "titles": both(key),
        "status": problem.status,
    }
    if problem.detail:
        body["detail"] = problem.detail
    if problem.field:
        body["field"] = problem.field
    return JSONResponse(
        body | problem.extra,
        status_code=problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


def for_programs(path: str) -> bool:
    """Whether the caller of this path is a program and wants JSON."""
    return path.startswith(("/api/", "/webhooks/", "/codec/", "/healthz", "/metrics"))
