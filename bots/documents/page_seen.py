"""One page as it is reported: cells and texts with what a second reading sees in the same box."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bots.documents.frame import Mark
from bots.documents.glyphs import (
    Glyph,
    Reading,
    around,
    in_box,
    joined,
    lines_of,
    middle,
    parts_of,
    text_of,
)
from bots.documents.sheet import Box, Cell, Page, Picture, Row, Segment, Table, squeezed

# A page with pictures and fewer characters than this is a scan.
FEWEST_CHARACTERS = 10
# Character boxes are a little higher than the ink, so a tight cell is not yet a torn one.
_MOST_OVERHANG = 0.35
_GARBAGE = re.compile(r"\(cid:|[\x00-\x1f\ue000-\uf8ff\ufffd]")


def page_seen(
    number: int,
    found: Iterable[Any],
    first_glyphs: list[Glyph],
    second_glyphs: list[Glyph] | None,
    pictures: tuple[Picture, ...],
    turn: int,
    *,
    flag: int = 0,
) -> Page:
    """Put together what one library found; `second_glyphs` None when nobody read a second time.

    `found`: tables of pdfplumber's table finder. `turn`: how far the text was turned upright;
    `flag`: how far it still is not.
    """
    first = Reading(first_glyphs)
    second = None if second_glyphs is None else Reading(second_glyphs)
    ruled = [table for table in found if len(table.cells) > 1]
    tables, is_torn = [], False
    for table in ruled:
        rows, has_torn = _rows(table, first, second)
        tables.append(Table(rows))
        is_torn |= has_torn
    boxes: list[Box] = [table.bbox for table in ruled]
    outside = [glyph for glyph in first.glyphs if not any(in_box(glyph, box) for box in boxes)]
    parts = [part for line in lines_of(outside) for part in parts_of(line)]
    segments = tuple(_segment(part, second, boxes) for part in parts)
    troubles, needs_eyes = troubles_of(first.glyphs, second_glyphs, pictures, flag)
    if is_torn:
        troubles = (*troubles, "text runs over the rules of its cell")
    return Page(number, segments, tuple(tables), pictures, troubles, turn, needs_eyes)


def troubles_of(
    first: list[Glyph], second: list[Glyph] | None, pictures: Sequence[Picture], flag: int
) -> tuple[tuple[str, ...], bool]:
    """Why the text of a page is not to be trusted, and whether only its picture tells."""
    other = second or []
    troubles = []
    if flag or any(not glyph.is_upright for glyph in first):
        troubles.append("the page or some of its text is turned")
    has_garbage = is_garbled((*first, *other))
    if has_garbage:
        troubles.append("a font of this page cannot be read")
    is_scan = bool(pictures) and len(first) < FEWEST_CHARACTERS
    if is_scan:
        troubles.append("the page is a picture without text")
    needs_eyes = has_garbage or is_scan
    if second is not None and (differing := _differing(first, second)):
        troubles.append(f"two readers differ in {differing} characters of this page")
        needs_eyes |= len(second) < FEWEST_CHARACTERS
    return tuple(troubles), needs_eyes


def is_garbled(read: Iterable[Glyph | Mark]) -> bool:
    """Whether a font lacks its map to Unicode: numbers of glyphs, controls, private letters."""
    return bool(_GARBAGE.search("".join([one.text for one in read])))


def _differing(first: list[Glyph], second: list[Glyph]) -> int:
    one, other = (Counter(squeezed(text_of(glyphs))) for glyphs in (first, second))
    return (one - other).total() + (other - one).total()


def _rows(table: Any, first: Reading, second: Reading | None) -> tuple[tuple[Row, ...], bool]:
    rows, is_torn = [], False
    for row in table.rows:
        boxes = [box for box in row.cells if box is not None]
        shares = _shares(boxes, first)
        others = _shares(boxes, second) if second else [[] for _ in boxes]
        rows.append(
            Row(
                tuple(
                    Cell(joined(share), joined(other), box)
                    for share, other, box in zip(shares, others, boxes, strict=True)
                )
            )
        )
        is_torn |= any(
            _overhang(glyph, box) > _MOST_OVERHANG
            for share, box in zip(shares, boxes, strict=True)
            for glyph in share
        )
    return tuple(rows), is_torn


def _shares(boxes: list[Box], reading: Reading) -> list[list[Glyph]]:
    """Whose cell each character of a row stands in; the boxes stand from left to right."""
    shares: list[list[Glyph]] = [[] for _ in boxes]
    lefts = [box[0] for box in boxes]
    for glyph in reading.between(min(b[1] for b in boxes), max(b[3] for b in boxes)):
        across = (glyph[1] + glyph[3]) / 2
        at = bisect_right(lefts, across) - 1
        if at >= 0 and across <= boxes[at][2] and boxes[at][1] <= middle(glyph) <= boxes[at][3]:
            shares[at].append(glyph)
    return shares


def _overhang(glyph: Glyph, box: Box) -> float:
    """The share of the character that stands outside the box, in the worse direction.

    More than a third, and nobody knows whose text it is.
    """
    text, x0, top, x1, bottom, _ = glyph
    if x0 >= box[0] and x1 <= box[2] and top >= box[1] and bottom <= box[3]:
        return 0.0
    if not text.strip():
        return 0.0
    across = max(box[0] - x0, x1 - box[2]) / max(x1 - x0, 0.1)
    down = max(box[1] - top, bottom - box[3]) / max(bottom - top, 0.1)
    return max(across, down)


def _segment(line: list[Glyph], second: Reading | None, tables: list[Box]) -> Segment:
    box = around(line)
    loose = (box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1)
    inside = second.within(loose) if second else []
    other = joined(g for g in inside if not any(in_box(g, table) for table in tables))
    return Segment(text_of(line), other, box, tuple((g.x0, g.x1) for g in line))
