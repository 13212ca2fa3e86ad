"""Puts the API together from its routers; the composition room hands in everything it needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import Depends, FastAPI
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles
from temporalio.converter import PayloadCodec

from api import (
    codec_server,
    issuers,
    metrics,
    pages_books,
    pages_cases,
    pages_cashier,
    pages_codes,
    pages_documents,
    pages_funds,
    pages_inbox,
    pages_lines,
    pages_login,
    pages_payments,
    pages_portals,
    pages_review,
    pages_summary,
    pay_notices,
    refusals,
    rest_cases,
    rest_evidence,
    rest_login,
    rest_payments,
    rest_portals,
    rest_reviews,
    rest_statements,
    rest_summary,
    webhooks,
)
from api.options import ApiOptions
from api.parts import (
    AskCase,
    ChannelNames,
    LookAgain,
    Parts,
    ReadNotice,
    StartCase,
    StartPayment,
    Wake,
    machine_time,
)
from api.protection import Gatekeeper, StrictHeaders
from api.rendering import STATIC
from api.sessions import guard
from domain.calendar import WorkingDays
from engine.clock import Clock
from engine.counterparties import Counterparties
from engine.settings import Settings
from store.database import Database
from store.documents import EvidenceStore

ROUTERS = (
    pages_login.router,
    pages_funds.router,
    issuers.router,
    pages_inbox.router,
    pages_codes.router,
    pages_review.router,
    pages_cases.router,
    pages_cashier.router,
    pages_payments.router,
    pages_summary.router,
    pages_lines.router,
    pages_books.router,
    pages_documents.router,
    pages_portals.router,
    rest_login.router,
    rest_reviews.router,
    rest_cases.router,
    rest_payments.router,
    rest_evidence.router,
    rest_summary.router,
    rest_statements.router,
    rest_portals.router,
    metrics.router,
    codec_server.router,
    webhooks.router,
    pay_notices.router,
)


def create_app(
    settings: Settings,
    *,
    database: Database,
    evidence: EvidenceStore,
    clock: Clock,
    codec: PayloadCodec,
    counterparties: Counterparties,
    calendar: WorkingDays,
    wake: Wake | None = None,
    start_case: StartCase | None = None,
    ask_case: AskCase | None = None,
    start_payment: StartPayment | None = None,
    start_return: StartPayment | None = None,
    look_again: LookAgain | None = None,
    read_notice: ReadNotice | None = None,
    channel_names: ChannelNames | None = None,
    options: ApiOptions | None = None,
    login_time: Callable[[], datetime] = machine_time,
) -> FastAPI:
    """Build the app. Without `wake` the outbox waits for the scheduled drain.

    `login_time` is the machine's time, not the business clock: a demo that lives sixty days in a
    minute must not log its visitor out.
    """
    parts = Parts(
        settings=settings,
        options=options or ApiOptions(),
        database=database,
        evidence=evidence,
        clock=clock,
        codec=codec,
        counterparties=counterparties,
        calendar=calendar,
        wake=wake,
        start_case=start_case,
        ask_case=ask_case,
        start_payment=start_payment,
        start_return=start_return,
        look_again=look_again,
        read_notice=read_notice,
        channel_names=channel_names,
        login_time=login_time,
    )
    return _app_over(parts)


def _app_over(parts: Parts) -> FastAPI:
    app = FastAPI(
        title="Huikuan",
        dependencies=[Depends(guard)],
        # The interactive pages load scripts from elsewhere, which our content policy forbids.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    for router in ROUTERS:
        app.include_router(router)
    app.add_api_route("/api/openapi.json", lambda: JSONResponse(app.openapi()), methods=["GET"])
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    refusals.install(app)
    app.add_middleware(Gatekeeper, settings=parts.settings)
    app.add_middleware(StrictHeaders)
    return app
