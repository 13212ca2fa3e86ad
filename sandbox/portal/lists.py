"""Lists that are cut into pages of ten."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sandbox.kit import Call

ROWS_A_PAGE = 10


@dataclass(frozen=True)
class Pager:
    """Where one is in a list, with the addresses of the neighbours ("" where there is none)."""

    number: int
    count: int
    total: int
    previous: str
    following: str


def cut(
    call: Call, rows: Sequence[dict[str, Any]], filters: dict[str, str]
) -> tuple[Sequence[dict[str, Any]], Pager]:
    """Return the rows of the page that `?page=` asks for; a page past the end is the last one."""
    count = max(1, -(-len(rows) // ROWS_A_PAGE))
    asked = call.query("page") or "1"
    number = min(max(int(asked), 1), count) if asked.isascii() and asked.isdigit() else 1
    first = (number - 1) * ROWS_A_PAGE
    pager = Pager(
        number=number,
        count=count,
        total=len(rows),
        previous=_address(filters, number - 1) if number > 1 else "",
        following=_address(filters, number + 1) if number < count else "",
    )
    return rows[first : first + ROWS_A_PAGE], pager


def _address(filters: dict[str, str], number: int) -> str:
    kept = {name: value for name, value in filters.items() if value}
    return "?" + urlencode({**kept, "page": number})
