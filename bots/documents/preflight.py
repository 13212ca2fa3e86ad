"""What is looked at before a PDF library may touch a file, and whether a PDF proves a delivery."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bots.documents.inflate import UnpacksTooLarge, unpacked_streams
from bots.documents.launch import glimpse_at, look_at
from bots.documents.sheet import Picture, Sheet, folded, place
from domain.proof import Place, Problem

MAX_BYTES = 20 * 1024 * 1024
MAX_PAGES = 500
# A 48-row page draws about 1,000 lines; a drawing made to choke the table finder has 300,000.
MAX_SHAPES = 100_000

# The header may stand behind a few bytes of rubbish (ISO 32000-1, annex H.3, note 13).
_MAGIC_WITHIN = 1024
_PAGE_OBJECT = re.compile(rb"/Type\s*/Page\b(?!s)")
_SHAPE = re.compile(rb"[\d.]\s+(?:re|l|c|v|y)\s")
_SHAPE_BYTES = len(b"0 l ")
_DELIVERED = re.compile(r"(?:签收|送达|交付|妥投)(?:日期|时间)?:\s*(\d{4}-\d{2}-\d{2})")
# Smaller pictures are bullets and dots, not the hand of a receiver.
_SIGNATURE_WIDTH_PX, _SIGNATURE_HEIGHT_PX = 40, 15


@dataclass(frozen=True)
class ProofFacts:
    """What a proof of delivery says; `delivered_on` is the date of service."""

    order_no: str
    tracking_no: str
    delivered_on: date
    signature: Place
    sha256: str
    pages: int


def preflight(data: bytes) -> list[Problem]:
    """Return why this file must not be opened; an empty list when it may."""
    if len(data) > MAX_BYTES:
        return [Problem(f"{len(data)} bytes, allowed are {MAX_BYTES}")]
    if reason := _not_a_pdf(data):
        return [Problem(reason)]
    pages = size = 0
    try:
        for content in _contents(data):
            pages += len(_PAGE_OBJECT.findall(content))
            size += len(content)
        # Counting takes long, and a small file has no room for so many.
        if size > MAX_SHAPES * _SHAPE_BYTES and _shapes_exceed(data):
            return [Problem(f"more than {MAX_SHAPES} drawn lines and boxes")]
    except UnpacksTooLarge as error:
        return [Problem(f"unpacks too large: {error}")]
    if pages > MAX_PAGES:
        return [Problem(f"{pages} pages, allowed are {MAX_PAGES}")]
    return []


def is_proof_of_delivery(
    data: bytes, *, order_no: str, tracking_no: str
) -> ProofFacts | list[Problem]:
    """Return the facts of a signed proof of this delivery, or all reasons why it is none.

    Starts a child process and waits for it.
    """
    if problems := preflight(data):
        return problems
    glimpsed = _proof(glimpse_at(data), data, order_no, tracking_no)
    if isinstance(glimpsed, ProofFacts):
        return glimpsed
    # A narrow form breaks a number inside its cell: only the whole look knows the cells.
    return _proof(look_at(data), data, order_no, tracking_no)


def _proof(
    sheet: Sheet | list[Problem], data: bytes, order_no: str, tracking_no: str
) -> ProofFacts | list[Problem]:
    if not isinstance(sheet, Sheet):
        return sheet
    texts = [folded(text) for text in _texts(sheet)]
    problems = [
        Problem("does not name the number of the order or parcel", field=number)
        for number in (order_no, tracking_no)
        if not any(_names(number, text) for text in texts)
    ]
    days = {day for text in texts for day in _DELIVERED.findall(text)}
    delivered_on = _the_day(days)
    if isinstance(delivered_on, Problem):
        problems.append(delivered_on)
    signature = _signature(sheet)
    if signature is None:
        problems.append(Problem("has no picture of the receiver's signature"))
    if problems or signature is None or isinstance(delivered_on, Problem):
        return problems
    digest = hashlib.sha256(data).hexdigest()
    return ProofFacts(order_no, tracking_no, delivered_on, signature, digest, len(sheet.pages))


def _not_a_pdf(data: bytes) -> str:
    beginning = data[:_MAGIC_WITHIN]
    if b"%PDF-" in beginning and not beginning.lstrip().lower().startswith(b"<"):
        return ""
    if not data:
        return "is empty"
    if re.search(rb"<\s*(!doctype|html|head|body)\b", beginning, re.IGNORECASE):
        return "is a web page saved as PDF: probably signed out, or the portal is in maintenance"
    return "is not a PDF: it does not begin with %PDF-"


def _shapes_exceed(data: bytes) -> bool:
    shapes = 0
    for content in _contents(data):
        shapes += len(_SHAPE.findall(content))
        if shapes > MAX_SHAPES:
            return True
    return False


def _contents(data: bytes) -> Iterator[bytes]:
    yield data
    yield from unpacked_streams(data)


def _texts(sheet: Sheet) -> Iterator[str]:
    """Lines, cells, and the cells of a row side by side, because labels stand beside values."""
    for page in sheet.pages:
        yield from (segment.text for segment in page.segments)
        for table in page.tables:
            for row in table.rows:
                yield from (cell.text for cell in row.cells)
                yield ":".join(cell.text.strip(" :：") for cell in row.cells)


def _names(number: str, text: str) -> bool:
    """Whether the text holds exactly this number, not one that merely begins with it."""
    return bool(re.search(rf"(?<![A-Z0-9-]){re.escape(number)}(?![A-Z0-9-])", text))


def _the_day(days: set[str]) -> date | Problem:
    if len(days) != 1:
        return Problem(f"says {len(days)} dates of delivery, should be one")
    try:
        return date.fromisoformat(next(iter(days)))
    except ValueError:
        return Problem("the date of delivery is no day of the calendar")


def _signature(sheet: Sheet) -> Place | None:
    for page in sheet.pages:
        for picture in page.pictures:
            if _could_be_signed(picture):
                return place(page.number, picture.box)
    return None


def _could_be_signed(picture: Picture) -> bool:
    is_large = picture.width_px >= _SIGNATURE_WIDTH_PX and picture.height_px >= _SIGNATURE_HEIGHT_PX
    return is_large and not picture.is_blank
