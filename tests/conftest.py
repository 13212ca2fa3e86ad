"""What every room's tests share: the tables, made once, and the order of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.templates import migrated_in

_LONGEST = ("lifecycle", "faults", "bots")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the rooms whose tests take minutes, or one process is left alone with them."""
    here = Path(__file__).parent

    def turn(item: pytest.Item) -> int:
        room = item.path.relative_to(here).parts[0]
        return _LONGEST.index(room) if room in _LONGEST else len(_LONGEST)

    items.sort(key=turn)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed SQLite file with every table and no row, to be copied."""
    return migrated_in(tmp_path_factory.getbasetemp())
