"""The office behind a real port, for a real browser."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tests.api.office import Office


class NeverCameUp(RuntimeError):
    """The server did not start in time."""


@contextmanager
def served(office: Office) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1 and give the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(
            office.app,
            port=port,
            log_level="error",
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    ends = time.monotonic() + 15
    while not server.started:
        if time.monotonic() > ends:
            raise NeverCameUp
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
