"""Starting one case from the command line, with a clear word when it cannot be."""

from __future__ import annotations

import asyncio
import getpass

from rich.console import Console

from api.parts import EngineAway, OrderNotStarted
from engine.client import TemporalNotReachable, connect
from engine.ids import NotAnOrderNo, check_order_no
from runtime.doors import Doors
from runtime.wiring import Parts
from store.cases import CaseAlreadyClosed, CaseAlreadyRunning

_REFUSALS = (OrderNotStarted, CaseAlreadyRunning, CaseAlreadyClosed, TemporalNotReachable)


def start_one(parts: Parts, order_no: str, console: Console, problems: Console) -> int:
    """Start a case; return the exit status: 0 started, 1 refused, 2 no order number."""
    try:
        workflow_id = asyncio.run(_start(parts, order_no))
    except NotAnOrderNo as refused:
        problems.print(f"order_no: {refused}")
        return 2
    except _REFUSALS as refused:
        problems.print(str(refused))
        return 1
    except EngineAway:
        problems.print("Temporal cannot be reached.")
        return 1
    console.print(f"Started {workflow_id}.")
    console.print(f"{parts.settings.temporal_ui_url}/namespaces/default/workflows/{workflow_id}")
    return 0


async def _start(parts: Parts, order_no: str) -> str:
    check_order_no(order_no)
    client = await connect(parts.settings, patience_s=5.0)
    return await Doors(parts, client).start_case(order_no, f"shell:{getpass.getuser()}")
