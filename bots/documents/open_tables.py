"""Tables without rulings in a sample, found for a first layout by the headings that we know.

For proposing only: what is found here proves nothing, and a clerk looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bots.documents.anchors import NotUnderItsHeadings, Word, anchored, overlap, printed_lines
from bots.documents.sheet import Page, Row, Sheet, squeezed

FEWEST_KNOWN = 3
"""A line is one of headings when it holds as many words that name a column, and no figure."""
Headings = tuple[str, ...]


@dataclass(frozen=True)
class OpenTable:
    """Its rows on all pages, without the headings; `starts` are those that may begin a row."""

    rows: list[Row]
    starts: Headings


def open_tables(
    sheet: Sheet, known: Collection[str], *, total: re.Pattern[str], mark: str
) -> dict[Headings, OpenTable]:
    """Every table of the sheet by its headings, from left to right.

    `known`: words that name columns. `total`: what the last row of a table says. `mark`: with what
    a page's mark begins.
    """
    found = {}
    for headings in _headings(sheet, known):
        end = next((e for page in sheet.pages if (e := _end(page, headings, total))), None)
        if end is None:
            continue
        tried = {start: _rows(sheet, headings, start, end, mark) for start in headings}
        fitting = {start: rows for start, rows in tried.items() if rows}
        if fitting:
            found[headings] = OpenTable(next(iter(fitting.values())), tuple(fitting))
    return found


def _headings(sheet: Sheet, known: Collection[str]) -> list[Headings]:
    """Each line of headings once, in the order of the pages."""
    found = []
    for page in sheet.pages:
        for line in printed_lines(page.segments):
            words = tuple(squeezed(word.text) for word in line)
            named = sum(any(name in word for name in known) for word in words)
            is_plain = not re.search(r"[\d:]", "".join(words)) and len(set(words)) == len(words)
            if named >= FEWEST_KNOWN and is_plain:
                found.append(words)
    return list(dict.fromkeys(found))


def _end(page: Page, headings: Headings, total: re.Pattern[str]) -> tuple[str, str] | None:
    """Under which heading the last row says what, when the table ends on this page."""
    anchors: list[Word] = []
    for line in printed_lines(page.segments):
        if tuple(squeezed(word.text) for word in line) == headings:
            anchors = line
            continue
        for word in line if anchors else ():
            if total.search(word.text):
                under = [a for a in anchors if overlap(word.box, a.box)]
                return (squeezed(under[0].text), squeezed(word.text)) if len(under) == 1 else None
    return None


def _rows(
    sheet: Sheet, headings: Headings, start: str, end: tuple[str, str], mark: str
) -> list[Row]:
    """The rows on all pages; none when this column does not begin each of them."""
    rows: list[Row] = []
    try:
        for page in sheet.pages:
            part = anchored(page, headings, row_start=start, end=end, mark=mark)
            rows += part[1] if part else ()
    except NotUnderItsHeadings:
        return []
    return rows
