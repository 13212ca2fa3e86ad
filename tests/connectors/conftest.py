"""Closes every connection that a test of the connectors opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.samples import close_callers


@pytest.fixture(autouse=True)
def connections_are_closed() -> Iterator[None]:
    yield
    close_callers()
