"""The worst of the kill matrix, claims and appeals; `make faults` runs the whole of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.portals.cases import in_seeded_order
from tests.faults.portals.matrix import run_all

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SEED = 3
WORST = (
    "PB/none/bot/after sending",
    "PB/none/driver/after armed",
    "PB/none/stopped/after release",
    "PB/session ends/nobody",
    "PBA/none/bot/after sending",
    "PBA/none/stopped/after release",
    "PCA/none/bot/after sending",
    "PDA/none/bot/after release",
    "PDA/slow ticket/nobody",
    "HD/none/bot/after release",
    "HD/reset after/nobody",
    "HD/double send/nobody",
    "HD/slow commit/bot/on arrival",
    "PD/slow ticket/nobody",
)


def test_whoever_dies_and_whenever_a_claim_is_there_once_or_a_person_has_it(tmp_path: Path) -> None:
    portals = ("PB", "PBA", "PCA", "PD", "PDA", "HD")
    cases = [one for one in in_seeded_order(portals, SEED) if one.name in WORST]
    assert len(cases) == len(WORST)
    verdicts = run_all(cases, tmp_path, 2, lambda _verdict: None)
    assert {one.case.name: one.wrong for one in verdicts if one.wrong} == {}
    # Each of these can be told by looking, so no person is troubled.
    assert {one.ended.how for one in verdicts} == {"confirmed"}
    assert {one.case.name for one in verdicts if one.was_met} == {
        one.name for one in cases if one.victim != "nobody"
    }
