"""A step that takes long says every two seconds that it lives, so a killed worker is noticed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from activities.beating import BEAT_S, SignsOfLife
from workflows import stepping


class Outbound:
    """What hears the signs of life."""

    def __init__(self) -> None:
        self.beats = 0
        self.heard = asyncio.Event()

    def heartbeat(self, *_: Any) -> None:
        self.beats += 1
        self.heard.set()


class LongStep:
    """A step that goes on until somebody has heard of it."""

    def __init__(self, outbound: Outbound) -> None:
        self.outbound = outbound

    def init(self, _outbound: Any) -> None:
        """Nothing more to prepare."""

    async def execute_activity(self, _input: Any) -> str:
        await self.outbound.heard.wait()
        return "done"


@pytest.mark.slow
async def test_a_step_that_takes_long_says_that_it_lives_and_stops_with_its_end() -> None:
    outbound = Outbound()
    beating = SignsOfLife().intercept_activity(LongStep(outbound))  # type: ignore[arg-type]
    beating.init(outbound)  # type: ignore[arg-type]
    assert await beating.execute_activity(None) == "done"  # type: ignore[arg-type]
    await asyncio.sleep(BEAT_S * 1.2)
    assert outbound.beats == 1


def test_signs_of_life_come_every_two_seconds_and_several_must_be_missed() -> None:
    assert BEAT_S <= 2.0
    assert stepping._HEARTBEAT.total_seconds() >= 4 * BEAT_S
