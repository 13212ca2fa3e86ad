"""What every room's tests share: the tables, made once, the order of files, few collections."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tests.templates import migrated_in

_LONGEST = ("lifecycle", "faults", "bots")
_LONG = ("slow", "thorough")

# Importing the product and four thousand tests leaves a million objects that live to the end. To
# walk through them again and again was an eighth of the whole suite's time.
gc.disable()


def pytest_collection_finish() -> None:
    """Collect from here on, but what the tests make, not what was imported before them."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the rooms whose tests take minutes, or one process is left alone with them; go on
    with the files that have a slow test, so that short ones are left to even out the end."""
    here = Path(__file__).parent
    long_files = {item.path for item in items if any(map(item.get_closest_marker, _LONG))}

    def turn(item: pytest.Item) -> tuple[int, bool]:
        room = item.path.relative_to(here).parts[0]
        place = _LONGEST.index(room) if room in _LONGEST else len(_LONGEST)
        return place, item.path not in long_files

    items.sort(key=turn)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed SQLite file with every table and no row, to be copied."""
    return migrated_in(tmp_path_factory.getbasetemp())
