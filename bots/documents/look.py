"""Looking at a PDF with two libraries at once; runs only inside the child process.

One library reads the characters and finds the ruled tables; what the other reads in each box is
reported beside it. The first way reads with pdfium, three to five times as fast as pdfplumber,
which is the second.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import pdfplumber
import pypdfium2
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfparser import PDFSyntaxError
from pdfplumber.utils.exceptions import PdfminerException
from pydantic import TypeAdapter

from bots.documents.frame import Frame, Mark, turn_of
from bots.documents.glyphs import Glyph, Reading, around, lines_of, parts_of, text_of
from bots.documents.page_seen import page_seen
from bots.documents.pdfium import edges_of, frame_of, marks_of
from bots.documents.pdfminer_marks import marks_of_pages
from bots.documents.ruled_cells import tables_of
from bots.documents.sheet import Cell, Page, Picture, Row, Sheet, Table, Way

MAX_PAGES = 500
MAX_ATTACHED = 5
SHEET = TypeAdapter(Sheet)
_CROP_SCALE = 150 / 72
_DAMAGED = "this PDF is damaged, or locked by a password"
_UNREADABLE = (PdfminerException, PDFSyntaxError, PDFPasswordIncorrect)


class CannotBeLookedAt(ValueError):
    """The file opens in neither library, or has no page or too many."""


def looked_at(data: bytes, way: Way = Way.PDFIUM) -> bytes:
    """Return the Sheet as JSON. Raises: CannotBeLookedAt."""
    document = opened(data)
    if way is Way.FIRST_ALONE:
        pages = list(_by_pdfium(document, None))
    elif way is Way.PDFIUM:
        pages = list(_by_pdfium(document, second_marks(data, len(document))))
    else:
        pages = list(_by_pdfplumber(data, document))
    return SHEET.dump_json(Sheet(tuple(pages), way))


def glimpsed(data: bytes) -> bytes:
    """Return a Sheet as JSON that pdfium alone read. Raises: CannotBeLookedAt.

    Each line of a page is a row, its parts are the cells, and nobody has looked for rulings or
    compared two readings. Enough for a number, never for an amount.
    """
    pages = tuple(_glimpsed_page(number, page) for number, page in enumerate(opened(data), 1))
    return SHEET.dump_json(Sheet(pages, Way.FIRST_ALONE))


def rendered(data: bytes, *, dpi: int, most: int) -> bytes:
    """Return every page as PNG in base64, as JSON. Raises: CannotBeLookedAt, past `most` pages."""
    document = opened(data)
    if len(document) > most:
        raise CannotBeLookedAt(f"{len(document)} pages, at most {most} are drawn")
    pictures = []
    for page in document:
        file = io.BytesIO()
        page.render(scale=dpi / 72).to_pil().convert("L").save(file, format="PNG", optimize=True)
        pictures.append(base64.b64encode(file.getvalue()).decode())
    return json.dumps({"pictures": pictures}).encode()


def cropped(data: bytes, places: list[list[float]]) -> bytes:
    """Return a picture of each [page, x0, top, x1, bottom] as PNG in base64, as JSON.

    The text stands upright in it, as in the boxes. Raises: CannotBeLookedAt.
    """
    document = opened(data)
    pictures = []
    for number, *box in places:
        page = document[int(number) - 1]
        marks = marks_of(page)
        whole = page.render(scale=_CROP_SCALE).to_pil().convert("L")
        if marks:
            # The flag has turned the picture already, and the boxes are those of upright text.
            turn = turn_of(marks) - (360 - page.get_rotation())
            whole = whole.rotate(-turn % 360, expand=True)
        left, top, right, bottom = (round(edge * _CROP_SCALE) for edge in box)
        part = whole.crop((left, top, right, bottom))
        file = io.BytesIO()
        part.save(file, format="PNG", optimize=True)
        pictures.append(base64.b64encode(file.getvalue()).decode())
    return json.dumps({"pictures": pictures}).encode()


def attached(data: bytes) -> bytes:
    """Return the files that the PDF carries, in base64, as JSON. Raises: CannotBeLookedAt."""
    document = opened(data)
    if (count := document.count_attachments()) > MAX_ATTACHED:
        raise CannotBeLookedAt(f"carries {count} files, at most {MAX_ATTACHED} are looked at")
    files = [bytes(document.get_attachment(number).get_data()) for number in range(count)]
    return json.dumps({"files": [base64.b64encode(file).decode() for file in files]}).encode()


def opened(data: bytes) -> Any:
    """The document in pdfium. Raises: CannotBeLookedAt."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise CannotBeLookedAt(_DAMAGED) from error
    if not 1 <= len(document) <= MAX_PAGES:
        raise CannotBeLookedAt(f"{len(document)} pages, allowed are 1 to {MAX_PAGES}")
    return document


def second_marks(data: bytes, pages: int) -> list[list[Mark]]:
    """Each page's characters as pdfminer reads them. Raises: CannotBeLookedAt."""
    try:
        second = list(marks_of_pages(data))
    except _UNREADABLE as error:
        raise CannotBeLookedAt(_DAMAGED) from error
    if len(second) != pages:
        raise CannotBeLookedAt("two readers find different numbers of pages")
    return second


def _by_pdfium(document: Any, second: list[list[Mark]] | None) -> Iterator[Page]:
    for number, page in enumerate(document, start=1):
        marks = marks_of(page)
        frame = frame_of(page, turn_of(marks))
        tables = tables_of(edges_of(page, frame))
        other = None if second is None else frame.glyphs(second[number - 1])
        yield page_seen(
            number, tables, frame.glyphs(marks), other, _pictures(page, frame), frame.turn
        )


def _by_pdfplumber(data: bytes, document: Any) -> Iterator[Page]:
    """As a file is read whose rulings pdfium does not see; turned pages stay turned."""
    try:
        with pdfplumber.open(io.BytesIO(data)) as first:
            if len(first.pages) != len(document):
                raise CannotBeLookedAt("two readers find different numbers of pages")
            for number, page in enumerate(first.pages, start=1):
                frame = Frame(*page.mediabox)
                other = document[number - 1]
                glyphs = [
                    Glyph(c["text"], c["x0"], c["top"], c["x1"], c["bottom"], bool(c["upright"]))
                    for c in page.chars
                ]
                tables, turn = page.find_tables(), int(page.rotation or 0) % 360
                seen_again = frame.glyphs(marks_of(other))
                yield page_seen(
                    number, tables, glyphs, seen_again, _pictures(other, frame), 0, flag=turn
                )
                page.close()
    except _UNREADABLE as error:
        raise CannotBeLookedAt(_DAMAGED) from error


def _glimpsed_page(number: int, page: Any) -> Page:
    marks = marks_of(page)
    frame = frame_of(page, turn_of(marks))
    lines = lines_of(Reading(frame.glyphs(marks)).glyphs)
    rows = tuple(Row(tuple(_part(part) for part in parts_of(line))) for line in lines)
    return Page(number, (), (Table(rows),), _pictures(page, frame), ())


def _part(glyphs: list[Glyph]) -> Cell:
    text = text_of(glyphs)
    return Cell(text, text, around(glyphs))


def _pictures(page: Any, frame: Frame) -> tuple[Picture, ...]:
    found = []
    for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        bitmap = item.get_bitmap(render=False).to_pil().convert("L")
        darkest, lightest = bitmap.getextrema()
        box = frame.upright(*item.get_bounds())
        found.append(Picture(box, bitmap.width, bitmap.height, darkest == lightest))
    return tuple(found)
