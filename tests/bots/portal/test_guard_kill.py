"""Kills the process that holds a commit: what the latch held was never made."""

from __future__ import annotations

import pytest

from tests.bots.portal.guarded import counting_portal
from tests.bots.portal.killed import stuck

pytestmark = pytest.mark.slow

KILLS = 2


@pytest.mark.parametrize("way", ["click", "fetch string", "xhr string"])
def test_a_commit_that_the_latch_holds_dies_with_the_process(way: str) -> None:
    with counting_portal() as portal:
        for _ in range(KILLS):
            with stuck(portal.url, way, "approve") as process:
                assert process.poll() is None
            assert process.returncode == -9
        assert portal.arrived == []


@pytest.mark.parametrize("way", ["click", "fetch string", "xhr string"])
def test_a_commit_that_the_gate_holds_arrives_at_most_once(way: str) -> None:
    """It may leave when the process dies (measured now and then): so the journal knows of it."""
    with counting_portal() as portal:
        with stuck(portal.url, way, "release") as process:
            assert process.poll() is None
        assert process.returncode == -9
        assert portal.count("/commit") <= 1
