"""Looking at a PDF with two libraries at once; runs only inside the child process.

pdfplumber (pdfminer) finds rulings, tables and characters. pdfium reads the characters a second
time, and what it finds in each box is reported beside the first reading.
"""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from dataclasses import asdict
from typing import Any

import pdfplumber
import pypdfium2
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfparser import PDFSyntaxError
from pdfplumber.utils.exceptions import PdfminerException

from bots.documents.glyphs import (
    Glyph,
    Reading,
    first_reading,
    in_box,
    lines_of,
    parts_of,
    second_reading,
    text_of,
)
from bots.documents.sheet import Box, Cell, Page, Picture, Row, Segment, Sheet, Table, squeezed

MAX_PAGES = 500
# A page with pictures and fewer characters than this is a scan.
_FEWEST_CHARACTERS = 10
# Character boxes are a little higher than the ink, so a tight cell is not yet a torn one.
_MOST_OVERHANG = 0.35


class CannotBeLookedAt(ValueError):
    """The file opens in neither library, or has no page or too many."""


def looked_at(data: bytes) -> bytes:
    """Return the Sheet as JSON. Raises: CannotBeLookedAt."""
    second = _opened(data)
    try:
        with pdfplumber.open(io.BytesIO(data)) as first:
            if len(first.pages) != len(second):
                raise CannotBeLookedAt("two readers find different numbers of pages")
            pages = []
            for number, page in enumerate(first.pages, start=1):
                pages.append(_page(number, page, second[number - 1]))
                page.close()
    except (PdfminerException, PDFSyntaxError, PDFPasswordIncorrect) as error:
        raise CannotBeLookedAt("this PDF is damaged, or locked by a password") from error
    return _as_json(Sheet(tuple(pages)))


def glimpsed(data: bytes) -> bytes:
    """Return a Sheet as JSON that pdfium alone read. Raises: CannotBeLookedAt.

    A third of the work: each line of a page is a row, its parts are the cells, and nobody has
    looked for rulings or compared two readings. Enough for a number, never for an amount.
    """
    pages = tuple(_glimpsed_page(number, page) for number, page in enumerate(_opened(data), 1))
    return _as_json(Sheet(pages))


def rendered(data: bytes, *, dpi: int, most: int) -> bytes:
    """Return every page as PNG in base64, as JSON. Raises: CannotBeLookedAt, past `most` pages."""
    document = _opened(data)
    if len(document) > most:
        raise CannotBeLookedAt(f"{len(document)} pages, at most {most} are drawn")
    pictures = []
    for page in document:
        file = io.BytesIO()
        page.render(scale=dpi / 72).to_pil().convert("L").save(file, format="PNG", optimize=True)
        pictures.append(base64.b64encode(file.getvalue()).decode())
    return json.dumps({"pictures": pictures}).encode()


def _as_json(sheet: Sheet) -> bytes:
    return json.dumps(asdict(sheet), ensure_ascii=False).encode()


def _opened(data: bytes) -> Any:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise CannotBeLookedAt("this PDF is damaged, or locked by a password") from error
    if not 1 <= len(document) <= MAX_PAGES:
        raise CannotBeLookedAt(f"{len(document)} pages, allowed are 1 to {MAX_PAGES}")
    return document


def _glimpsed_page(number: int, page: Any) -> Page:
    height = float(page.get_height())
    lines = lines_of(second_reading(page, height=height).glyphs)
    rows = tuple(Row(tuple(_part(part) for part in parts_of(line))) for line in lines)
    return Page(number, (), (Table(rows),), _pictures(page, height), ())


def _part(glyphs: list[Glyph]) -> Cell:
    text = text_of(glyphs)
    return Cell(text, text, _around(glyphs))


def _page(number: int, page: Any, second_page: Any) -> Page:
    first = first_reading(page)
    second = second_reading(second_page, height=float(page.height))
    found = [table for table in page.find_tables() if len(table.cells) > 1]
    tables = tuple(_table(table, first, second) for table in found)
    boxes: list[Box] = [table.bbox for table in found]
    outside = [glyph for glyph in first.glyphs if not any(in_box(glyph, box) for box in boxes)]
    parts = [part for line in lines_of(outside) for part in parts_of(line)]
    segments = tuple(_segment(part, second, boxes) for part in parts)
    pictures = _pictures(second_page, float(page.height))
    troubles = _troubles(page, first.glyphs, second.glyphs, pictures)
    if any(_crosses_a_rule(table, first) for table in found):
        troubles = (*troubles, "text runs over the rules of its cell")
    return Page(number, segments, tables, pictures, troubles)


def _table(table: Any, first: Reading, second: Reading) -> Table:
    rows = []
    for row in table.rows:
        # Narrowed to the row once: a statement has thousands of cells.
        first_in_row = Reading(first.within(row.bbox))
        second_in_row = Reading(second.within(row.bbox))
        boxes = [box for box in row.cells if box is not None]
        rows.append(Row(tuple(_cell(box, first_in_row, second_in_row) for box in boxes)))
    return Table(tuple(rows))


def _crosses_a_rule(table: Any, reading: Reading) -> bool:
    """Whether a character stands half in a neighbour cell: then nobody knows whose text it is."""
    for row in table.rows:
        in_row = Reading(reading.within(row.bbox))
        for box in (box for box in row.cells if box is not None):
            if any(_overhang(glyph, box) > _MOST_OVERHANG for glyph in in_row.within(box)):
                return True
    return False


def _overhang(glyph: Glyph, box: Box) -> float:
    """The share of the character that stands outside the box, in the worse direction."""
    if not glyph.text.strip():
        return 0.0
    across = max(box[0] - glyph.x0, glyph.x1 - box[2]) / max(glyph.x1 - glyph.x0, 0.1)
    down = max(box[1] - glyph.top, glyph.bottom - box[3]) / max(glyph.bottom - glyph.top, 0.1)
    return max(across, down)


def _cell(box: Box, first: Reading, second: Reading) -> Cell:
    # A cell wraps anywhere in Chinese, even inside a number, so lines join without a blank.
    text = "".join(text_of(line) for line in lines_of(first.within(box)))
    other = "".join(text_of(line) for line in lines_of(second.within(box)))
    return Cell(text.strip(), other.strip(), box)


def _segment(line: list[Glyph], second: Reading, tables: list[Box]) -> Segment:
    box = _around(line)
    loose = (box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1)
    inside = [g for g in second.within(loose) if not any(in_box(g, table) for table in tables)]
    other = "".join(text_of(part) for part in lines_of(inside))
    return Segment(text_of(line), other, box, tuple((g.x0, g.x1) for g in line))


def _around(line: list[Glyph]) -> Box:
    return (line[0].x0, min(g.top for g in line), line[-1].x1, max(g.bottom for g in line))


def _pictures(page: Any, height: float) -> tuple[Picture, ...]:
    found = []
    for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        bitmap = item.get_bitmap(render=False).to_pil().convert("L")
        darkest, lightest = bitmap.getextrema()
        box = (left, height - top, right, height - bottom)
        found.append(Picture(box, bitmap.width, bitmap.height, darkest == lightest))
    return tuple(found)


def _troubles(
    page: Any, first: list[Glyph], second: list[Glyph], pictures: tuple[Picture, ...]
) -> tuple[str, ...]:
    troubles = []
    if page.rotation % 360 != 0 or any(not glyph.is_upright for glyph in first):
        troubles.append("the page or some of its text is turned")
    if any("(cid:" in glyph.text or _is_garbage(glyph.text) for glyph in first + second):
        troubles.append("a font of this page cannot be read")
    if pictures and len(first) < _FEWEST_CHARACTERS:
        troubles.append("the page is a picture without text")
    first_count = Counter(squeezed("".join(glyph.text for glyph in first)))
    second_count = Counter(squeezed("".join(glyph.text for glyph in second)))
    differing = (first_count - second_count).total() + (second_count - first_count).total()
    if differing:
        troubles.append(f"two readers differ in {differing} characters of this page")
    return tuple(troubles)


def _is_garbage(text: str) -> bool:
    return any(ord(c) < 32 or 0xE000 <= ord(c) <= 0xF8FF or c == "\ufffd" for c in text)
