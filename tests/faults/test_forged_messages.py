"""Anyone who reaches Temporal can send a message; none of them decides anything."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from domain.review import ReviewKind, Role
from engine.ids import review_id
from tests.lifecycle.house import house

pytestmark = pytest.mark.slow

TEMPORAL = str(Path(sys.executable).with_name("temporal"))


async def test_a_forged_decision_leaves_the_claim_waiting_and_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.morning(2)
        await here.start("SO-2026-0004")
        await here.live_until(8)
        asked = here.asked(ReviewKind.DENIAL)

        sent = await asyncio.create_subprocess_exec(
            TEMPORAL, "workflow", "update", "execute",
            "--address", here.server.address,
            "--workflow-id", review_id(asked.review_no),
            "--name", "decided",
            "--input", '"DN-I-AM-THE-BOSS"',
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, told = await sent.communicate()
        # It arrives, but without our keys the forger cannot even read the answer.
        assert b"binary/encrypted" in told
        await here.conductor.settle()

        assert here.asked(ReviewKind.DENIAL).review_no == asked.review_no
        assert here.claims("SO-2026-0004") == [("PA", "denied", 1, "0.00")]
        assert here.security_events() == ["forged_decision"]

        # The real decision still works.
        await here.decide(ReviewKind.DENIAL, "correct", by=Role.FINANCE)
        assert here.inbox() == []
        assert here.claims("SO-2026-0004") == [("PA", "submitted", 2, "0.00")]


async def test_a_forged_wake_up_only_makes_the_case_look_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        await here.morning(0)
        await here.start("SO-2026-0002")
        await here.conductor.settle()

        handle = here.client.get_workflow_handle("case-SO-2026-0002")
        await handle.signal("look", "delivered, honestly")
        await here.conductor.settle()

        assert here.stage("SO-2026-0002") == "shipped"
        assert here.held_by("tax")["invoices"] == []
