"""Orders as somebody may have typed them into the ERP: refused at once, in words, with no trace."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from domain.facts import CaseStart
from domain.review import ReviewKind, Role
from runtime.demo_people import Staff
from runtime.starting import start_one
from sandbox.scenarios import seeds
from store import cases
from tests.faults.refusing import failure_as_stored, refusal_of
from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow

SOUND = next(o for o in seeds()["erp"]["orders"] if o["order_no"] == "SO-2026-0002")
"""Two lines: 2 x IT-1004 and 10 x IT-1003, 480.00 in all."""

WORDS = {
    "SO-2026-9001": "Order SO-2026-9001 cannot become a case:"
    " coverages: no payer: at least one insurer is needed.",
    "SO-2026-9002": "Order SO-2026-9002 cannot become a case:"
    " lines[1].quantity: -2 is not above zero;"
    " total: 480.00 CNY, the lines add up to -240.00 CNY.",
    "SO-2026-9003": "Order SO-2026-9003 cannot become a case:"
    " lines[1].quantity: 0 is not above zero;"
    " total: 480.00 CNY, the lines add up to 120.00 CNY.",
    "SO-2026-9004": "Order SO-2026-9004:"
    " lines[1].amount: '360.005' is not an amount with at most two decimals.",
    "SO-2026-9005": "Order SO-2026-9005 cannot become a case:"
    " currency: USD is not settled, only CNY is.",
    "SO-2026-9006": "Order SO-2026-9006 cannot become a case: coverages: No payer 'PX'; known: PA.",
    "SO-2026-9999": "The ERP has no order SO-2026-9999.",
}
"""What each of them is told; the last one was never typed."""

NAMES = {"SO-2026-9004": "OrderUnreadable", "SO-2026-9999": "NoSuchOrder"}
"""The name of the error, where it is not OrderRefused."""


def typed(order_no: str, **changes: Any) -> dict[str, Any]:
    return {**deepcopy(SOUND), "order_no": order_no, **changes}


def with_first_line(order_no: str, **changes: Any) -> dict[str, Any]:
    order = typed(order_no)
    order["lines"][0] |= changes
    return order


def bad_orders() -> list[dict[str, Any]]:
    strange = [{"payer": "PX", "member_no": "M-TEST-0002", "sequence": 1}]
    return [
        typed("SO-2026-9001", coverages=[]),
        with_first_line("SO-2026-9002", quantity=-2, amount="-360.00"),
        with_first_line("SO-2026-9003", quantity=0, amount="0.00"),
        with_first_line("SO-2026-9004", amount="360.005"),
        typed("SO-2026-9005", currency="USD"),
        typed("SO-2026-9006", coverages=strange),
    ]


def type_into_erp(here: House, *orders: dict[str, Any]) -> None:
    here.sandbox["erp"].post("/_sandbox/seed", {"orders": list(orders)}, 200)


def expect_no_trace(here: House) -> None:
    with here.parts.database.reading() as session:
        assert cases.list_cases(session, None, limit=100) == []
    assert here.held_by("erp")["reservations"] == []
    assert here.held_by("carrier")["shipments"] == []
    assert here.inbox() == []
    assert here.books() == {}


async def over_rest(here: House, order_no: str) -> tuple[int, Any]:
    staff = Staff(here.parts.settings.api_url)
    ops = await staff.as_(Role.OPS)
    answer = await ops.post("/api/cases", json={"order_no": order_no})
    await staff.close()
    return answer.status_code, answer.json()


async def over_cli(here: House, order_no: str) -> tuple[int, str]:
    """What the command prints; it opens a client and a loop of its own."""
    told = io.StringIO()
    console = Console(file=told, width=300)
    status = await asyncio.to_thread(start_one, here.parts, order_no, console, console)
    return status, told.getvalue().strip()


async def over_the_shell(here: House, order_no: str) -> tuple[int | None, str]:
    """The real command `huikuan start`, with the settings of this house."""
    settings = here.parts.settings
    environment = os.environ | {
        "HUIKUAN_HOME": str(settings.home),
        "HUIKUAN_CLOCK": settings.clock,
        "HUIKUAN_COUNTERPARTIES_FOLDER": str(settings.counterparties_folder),
        "COLUMNS": "300",
    }
    command = (sys.executable, "-m", "runtime.cli", "start", order_no)
    done = await asyncio.create_subprocess_exec(
        *command, env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, told = await done.communicate()
    return done.returncode, told.decode().strip()


async def expect_refused_in_the_ui(here: House) -> None:
    """The UI starts a workflow: it fails, and its words stand readable in the history."""
    for order_no, words in WORDS.items():
        told = await refusal_of(here, CaseStart(order_no), f"case-{order_no}")
        assert told == f"{NAMES.get(order_no, 'OrderRefused')}: {words}"
        assert await here.status(order_no) == "FAILED"
        assert await failure_as_stored(here, f"case-{order_no}") == words


async def expect_refused_over_rest_and_shell(here: House) -> None:
    for order_no, words in WORDS.items():
        status, problem = await over_rest(here, order_no)
        assert (status, problem["type"]) == (422, "urn:huikuan:problem:order-refused")
        assert (problem["field"], problem["detail"]) == ("order_no", words)
    assert await over_cli(here, "SO-2026-9002") == (1, WORDS["SO-2026-9002"])
    assert await over_the_shell(here, "SO-2026-9005") == (1, WORDS["SO-2026-9005"])


async def expect_second_start_refused(here: House, words: str) -> None:
    status, problem = await over_rest(here, "SO-2026-9002")
    assert (status, problem["type"]) == (409, "urn:huikuan:problem:case-exists")
    assert problem["detail"] == words
    assert await over_cli(here, "SO-2026-9002") == (1, words)


async def test_a_bad_order_is_refused_at_every_door_and_becomes_a_case_once_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.morning(0)
        type_into_erp(here, *bad_orders())
        await expect_refused_in_the_ui(here)
        await expect_refused_over_rest_and_shell(here)
        expect_no_trace(here)

        # Corrected in the ERP, the same order becomes a case, once.
        type_into_erp(here, typed("SO-2026-9002"))
        status, started = await over_rest(here, "SO-2026-9002")
        assert (status, started["workflow_id"]) == (201, "case-SO-2026-9002")
        await here.conductor.settle()
        assert here.stage("SO-2026-9002") == "shipped"
        await expect_second_start_refused(
            here, "Order SO-2026-9002 is already running as case-SO-2026-9002."
        )

        # Cancelled in the Temporal UI, it has ended for good, at every door.
        await here.client.get_workflow_handle("case-SO-2026-9002").cancel()
        await here.conductor.settle()
        ended = "Order SO-2026-9002 has already ended as cancelled in case-SO-2026-9002."
        await expect_second_start_refused(here, ended)
        told = await refusal_of(here, CaseStart("SO-2026-9002"), "case-SO-2026-9002")
        assert told == f"CaseAlreadyClosed: {ended}"
        held = here.held_by("erp")
        assert [row["order_no"] for row in held["reservations"]] == ["SO-2026-9002"]
        assert len(held["goods_returns"]) == 1
        assert here.inbox() == []


async def test_a_correction_that_is_no_sound_order_is_asked_about_and_the_case_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.morning(0)
        await here.start("SO-2026-0002")
        await here.conductor.settle()
        type_into_erp(here, with_first_line("SO-2026-0002", quantity=-2, amount="-360.00"))
        await here.doors.ask_case("SO-2026-0002", "correct", "ops", "the price was wrong")
        await here.conductor.settle()

        await here.decide(ReviewKind.CORRECT_DATA, "approve", by=Role.FINANCE)

        assert "lines[1].quantity: -2 is not above zero" in (
            here.asked(ReviewKind.CORRECT_DATA).sentence_en
        )
        assert (await here.status("SO-2026-0002"), here.stage("SO-2026-0002")) == (
            "RUNNING",
            "shipped",
        )

        # Mended in the ERP and approved again, it is taken, and nothing was reserved twice.
        type_into_erp(here, typed("SO-2026-0002"))
        await here.decide(ReviewKind.CORRECT_DATA, "approve", by=Role.FINANCE)
        assert here.inbox() == []
        assert (await here.status("SO-2026-0002"), here.stage("SO-2026-0002")) == (
            "RUNNING",
            "shipped",
        )
        assert len(here.held_by("erp")["reservations"]) == 1
        assert len(here.held_by("carrier")["shipments"]) == 1
