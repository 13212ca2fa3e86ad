"""The page that shows all the money and whether it adds up."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.collection import missing_statements
from api.parts import PartsOf
from api.rates import too_high
from api.rendering import page
from api.summary import summary

router = APIRouter()


@router.get("/summary")
def show_summary(request: Request, parts: PartsOf) -> Response:
    """Show sums by payer, trial balance, suspense, open differences, awaited transfers,
    bank statements that should be here, and accounts with too many unclear lines."""
    with parts.database.reading() as s:
        found, missing, unclear = summary(s), missing_statements(s, parts), too_high(s, parts)
    return page(request, "summary.html", summary=found, missing=missing, unclear=unclear)
