"""Runs the API as a process: REST, staff pages, webhooks, and the codec for the Temporal UI."""

from __future__ import annotations

import asyncio
import logging

import uvicorn
from fastapi import FastAPI
from temporalio.client import Client

from api.app import create_app
from engine.calendar import load_working_days
from engine.client import TemporalNotReachable, connect
from engine.converter import codec_of
from runtime.doors import Doors
from runtime.notices import Notices
from runtime.paychannel_live import ChannelJournal
from runtime.wiring import Parts

log = logging.getLogger(__name__)


def app_of(parts: Parts, client: Client | None) -> FastAPI:
    """The API over these parts; without a client it still shows, decides and takes webhooks."""
    doors = Doors(parts, client)
    journal = ChannelJournal(parts.database, parts.clock.now)
    notices = Notices(parts.settings.counterparties_folder, journal)
    app = create_app(
        parts.settings,
        database=parts.database,
        evidence=parts.evidence,
        clock=parts.clock,
        codec=codec_of(parts.settings),
        counterparties=parts.counterparties,
        calendar=load_working_days(parts.settings.counterparties_folder),
        wake=doors.wake,
        start_case=doors.start_case,
        ask_case=doors.ask_case,
        start_payment=doors.start_payment,
        start_return=doors.start_return,
        look_again=doors.look_again,
        read_notice=notices.read,
        channel_names=notices.names,
    )
    app.state.doors = doors
    return app


async def serve_api(parts: Parts) -> None:
    """Serve until SIGTERM. The engine may come later: decisions wait for it in the outbox."""
    app = app_of(parts, None)
    connecting = asyncio.create_task(_connect(parts, app.state.doors))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=parts.settings.api_host,
            port=parts.settings.api_port,
            log_level="warning",
            access_log=False,
        )
    )
    await server.serve()
    connecting.cancel()


async def _connect(parts: Parts, doors: Doors) -> None:
    while doors.client is None:
        try:
            doors.client = await connect(parts.settings)
        except TemporalNotReachable as away:
            log.warning("%s", away)
