"""Records the histories anew from a finished demo: `python -m tests.replay.record FOLDER`.

Run the demo with HUIKUAN_PAYLOAD_KEYS set to the key in `paths`, so that the files can be opened.
"""

from __future__ import annotations

import asyncio
import gzip
import sys
from pathlib import Path

from temporalio.client import Client

from engine.client import connect
from engine.dev_server import DevServer
from engine.settings import Settings
from runtime.processes import free_port
from tests.replay.paths import FOLDER, KEY, PATHS


async def record(home: Path) -> None:
    """Start a server on the demo's database and fetch one life of each path."""
    server = DevServer(home / "temporal.sqlite", port=free_port(), headless=True)
    running = server.start(home / "log" / "record.log")
    try:
        settings = Settings(home=home, payload_keys=KEY)
        client = await connect(settings, address=server.address)
        for name, workflow_id in {**PATHS, **await _found(client)}.items():
            history = await client.get_workflow_handle(workflow_id).fetch_history()
            with gzip.GzipFile(FOLDER / f"{name}.json.gz", "wb", mtime=0) as file:
                file.write(history.to_json().encode())
            sys.stdout.write(f"{name}: {len(history.events)} events\n")
    finally:
        running.stop()


async def _found(client: Client) -> dict[str, str]:
    """The first decided review, and the reconciliation that asked one."""
    found = {}
    async for life in client.list_workflows("WorkflowType='ReviewLife'"):
        if life.status is not None and life.status.name == "COMPLETED":
            found["review_decided"] = life.id
            if life.parent_id and life.parent_id.startswith("reconcile-"):
                found["reconcile_with_a_difference"] = life.parent_id
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(record(Path(sys.argv[1]).absolute()))
