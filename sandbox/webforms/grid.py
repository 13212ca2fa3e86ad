"""Lists that are cut into pages of ten, turned over by `__doPostBack('GridView1','Page$2')`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ROWS_A_PAGE = 10


@dataclass(frozen=True)
class Pager:
    """One page of a list: its rows, its number, how many pages and rows there are."""

    rows: Sequence[dict[str, Any]]
    number: int
    count: int
    total: int


def cut(rows: Sequence[dict[str, Any]], asked: Any) -> Pager:
    """Return the page that was asked for; a page past the end is the last one."""
    count = max(1, -(-len(rows) // ROWS_A_PAGE))
    text = str(asked)
    number = min(max(int(text), 1), count) if text.isascii() and text.isdigit() else 1
    first = (number - 1) * ROWS_A_PAGE
    return Pager(rows[first : first + ROWS_A_PAGE], number, count, len(rows))
