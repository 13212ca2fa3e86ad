"""A real Temporal server for this folder's slow tests: own process, free ports, own database."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from engine.client import connect
from engine.dev_server import DevServer, RunningServer
from engine.keys import new_key
from engine.settings import Settings


def free_port() -> int:
    """Return a loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with everything below a folder of the test."""
    return Settings(home=tmp_path, payload_keys=new_key("test-1"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A started server; healthy a little later."""
    folder = tmp_path_factory.mktemp("temporal")
    running = DevServer(
        folder / "temporal.sqlite",
        port=free_port(),
        ui_port=free_port(),
        http_port=free_port(),
        codec_url="http://127.0.0.1:18090/codec",
    ).start(folder / "server.log")
    yield running
    running.stop()


@pytest_asyncio.fixture
async def client(server: RunningServer, settings: Settings) -> Client:
    """A client of that server, with keys of the test's own."""
    return await connect(settings, address=server.address)
