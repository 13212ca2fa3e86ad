"""The parts of a process over a migrated database, for what is asked of the books."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from activities.world import World
from engine.settings import Settings
from runtime.wiring import Parts
from tests.activities.conftest import reopened, steps_file, world

__all__ = ["reopened", "steps_file", "world"]


@pytest.fixture
def parts(world: World, tmp_path: Path) -> Parts:
    """The parts around the same database, evidence and clock as the world of the steps."""
    keys = SecretStr("k1:" + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    settings = Settings(home=tmp_path, payload_keys=keys)
    return Parts(settings, world.database, world.evidence, world.clock, world.counterparties)
