"""`make up`: the whole house in the background, its state kept, without the demo's orders."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path

import httpx
from rich.console import Console

from engine.clock import business_zone
from engine.settings import load_settings
from runtime.people import DEMO_PASSWORD, add_demo_people
from runtime.schedules import ensure_schedules
from runtime.stack import Ports, Stack, stop_remembered
from runtime.wiring import parts_of
from sandbox.scenarios import seeds


def bring_up(home: Path, console: Console, *, free_ports: bool = False) -> None:
    """Start everything, say where it is, and leave it running.

    On the usual ports where they are free; with `free_ports` beside them, whoever uses them.
    """
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    stop_remembered(home)
    now = datetime.now(business_zone).replace(microsecond=0)
    ports = Ports.free() if free_ports else Ports.chosen()
    stack = Stack(home, ports=ports, simulated=False, start_clock=now.isoformat())
    os.environ.update(stack.environment())
    parts = parts_of(load_settings())
    with console.status("Starting Temporal, the sandbox, the API and the workers …"):
        parts.database.migrate()
        add_demo_people(parts.database)
        stack.start()
        for name, body in seeds().items():
            url = f"{stack.ports.url_of(name)}/_sandbox/seed"
            httpx.post(url, json=body, timeout=30.0, trust_env=False).raise_for_status()
        names = asyncio.run(ensure_schedules(parts))
    console.print(f"Temporal UI  http://127.0.0.1:{stack.ports.temporal_ui}/")
    console.print(f"Staff pages  {parts.settings.api_url}/  (li.finance, {DEMO_PASSWORD})")
    console.print(f"Schedules    {', '.join(names)}")
    console.print(f"State and logs below {home}; `make down` ends everything.")
