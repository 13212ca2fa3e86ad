"""The page that shows all the money and whether it adds up."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.parts import PartsOf
from api.rendering import page
from api.summary import summary

router = APIRouter()


@router.get("/summary")
def show_summary(request: Request, parts: PartsOf) -> Response:
    """Show sums by payer, trial balance, suspense, open differences, awaited transfers."""
    with parts.database.reading() as s:
        found = summary(s)
    return page(request, "summary.html", summary=found)
