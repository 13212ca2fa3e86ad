"""The way to Temporal: the embedded server by default, any other through TEMPORAL_* variables."""

from __future__ import annotations

import asyncio
import time

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from engine.converter import data_converter
from engine.settings import Settings

DEFAULT_ADDRESS = "127.0.0.1:7233"


class TemporalNotReachable(RuntimeError):
    """No healthy Temporal frontend answered in time."""

    def __init__(self, address: str, waited_s: float, why: str) -> None:
        self.address = address
        super().__init__(
            f"No Temporal server answered at {address} within {waited_s:.0f} s ({why}). "
            "Start one with `make up`, or set TEMPORAL_ADDRESS."
        )


async def connect(
    settings: Settings, *, address: str | None = None, patience_s: float = 30.0
) -> Client:
    """Return a client of the namespace, once the server is healthy.

    `address` overrides TEMPORAL_ADDRESS (tests run servers of their own). The port opens before
    the frontend is healthy, so a refusal is tried again. Raises: TemporalNotReachable.
    """
    config = ClientConfig.load_client_connect_config()
    if address is not None:
        config["target_host"] = address
    target = config.setdefault("target_host", DEFAULT_ADDRESS)
    config.setdefault("namespace", "default")
    converter = data_converter(settings)
    started = time.monotonic()
    while True:
        try:
            client = await Client.connect(**config, data_converter=converter)
            await client.service_client.check_health()
            return client
        except (RuntimeError, RPCError) as not_yet:
            if time.monotonic() - started > patience_s:
                why = str(not_yet).splitlines()[0][:200]
                raise TemporalNotReachable(target, patience_s, why) from not_yet
        await asyncio.sleep(0.05)
