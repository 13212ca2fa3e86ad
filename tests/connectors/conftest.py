"""Closes every connection that a test of the connectors opened; opens the pay channels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.paying import CALLS, Desk, acquirer_keys, desk_of
from tests.connectors.samples import close_callers

__all__ = ["acquirer_keys"]


@pytest.fixture(autouse=True)
def connections_are_closed() -> Iterator[None]:
    yield
    close_callers()


FAMILIES = [
    pytest.param(code, marks=[] if code == "pay_json" else pytest.mark.thorough)
    for code in sorted(CALLS)
]


@pytest.fixture(params=FAMILIES)
def desk(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    acquirer_keys: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    """Each shipped pay channel, one after the other."""
    with desk_of(request.param, tmp_path, acquirer_keys, monkeypatch) as desk:
        yield desk
