"""Reading the picture of a page, where there is no text to read; runs only inside the child.

Each line of text is read three times: where it was found on the page, cut out of another rendering,
and cut out of that in black and white. All must be alike and none in doubt.
Where a page has text that one library can read, that text is the second reading instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from bots.documents.frame import Mark, turn_of
from bots.documents.glyphs import Glyph
from bots.documents.look import SHEET, CannotBeLookedAt, opened, second_marks
from bots.documents.page_seen import FEWEST_CHARACTERS, is_garbled, page_seen
from bots.documents.pdfium import frame_of, marks_of
from bots.documents.ruled_cells import tables_of
from bots.documents.sheet import Box, Page, Sheet, Way, squeezed

MAX_PAGES = 6
"""At half a minute of processor a page, more than these are a person's work as well."""

_DPI, _SECOND_DPI = 200, 300
# A ruling at 200 dpi is longer than a stroke of any character.
_SHORTEST_RULING_PX = 60
_WIDE_LINE_PX = 150
_NARROW = 0.55
_POINTS = 72 / _DPI
# What the recogniser itself says of a line, from 0 to 1; lines of a clean scan have 0.95 and more.
_LEAST_SURE = 0.9
_DOUBTED = "?"


@dataclass(frozen=True)
class _Line:
    """One line of text as it stands in the straightened picture, in pixels."""

    text: str
    box: Box
    sure: float


def recognised(data: bytes) -> bytes:
    """Return the Sheet as JSON. Raises: CannotBeLookedAt, also without a text recogniser."""
    document = opened(data)
    if len(document) > MAX_PAGES:
        raise CannotBeLookedAt(f"{len(document)} pages, at most {MAX_PAGES} pictures are read")
    engine, second = _engine(), second_marks(data, len(document))
    pages = [
        _page(number, page, second[number - 1], engine)
        for number, page in enumerate(document, start=1)
    ]
    return SHEET.dump_json(Sheet(tuple(pages), Way.RECOGNISED))


def _engine() -> Any:
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError as error:
        raise CannotBeLookedAt(
            "no text recogniser is installed (the extra `ocr`), so a person must read it"
        ) from error
    return RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)


def _page(number: int, page: Any, other: list[Mark], engine: Any) -> Page:
    picture = _picture(page, _DPI)
    found, _ = engine(picture, use_cls=False)
    askew = _skew(found or [])
    lines = [
        _Line(text, _straightened(corners, askew, picture), float(sure))
        for corners, text, sure in found or []
    ]
    straight = _turned(picture, askew)
    tables = tables_of(_rulings(straight))
    marks = marks_of(page)
    if len(marks) >= FEWEST_CHARACTERS and not is_garbled((*marks, *other)):
        second = _as_shown(page, marks)
    else:
        second = _glyphs(_read_again(lines, _turned(_picture(page, _SECOND_DPI), askew), engine))
    seen = page_seen(number, tables, _glyphs(lines), second, (), 0)
    # Nobody measured where each character stands, so only whole cells and labels are compared;
    # that is done with every value when it is typed.
    return replace(seen, troubles=(), needs_eyes=False)


def _as_shown(page: Any, marks: list[Mark]) -> list[Glyph]:
    """The characters in their places on the picture, which the page's flag may have turned."""
    frame = frame_of(page, (360 - page.get_rotation()) % 360)
    if turn_of(marks) != frame.turn:
        raise CannotBeLookedAt("the page or some of its text is turned")
    return frame.glyphs(marks)


def _picture(page: Any, dpi: int) -> Any:
    import numpy

    return numpy.asarray(page.render(scale=dpi / 72).to_pil().convert("RGB"))[:, :, ::-1].copy()


def _skew(found: Sequence[Any]) -> float:
    """How far the lines of text fall to the right, in degrees."""
    falls = [
        math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))
        for (left, right, _, _), _, _ in found
        if right[0] - left[0] > _WIDE_LINE_PX
    ]
    return median(falls) if falls else 0.0


def _turned(picture: Any, askew: float) -> Any:
    import cv2

    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), askew, 1)
    return cv2.warpAffine(picture, matrix, (width, height), borderValue=(255, 255, 255))


def _straightened(corners: Sequence[Sequence[float]], askew: float, picture: Any) -> Box:
    height, width = picture.shape[:2]
    turn = math.radians(-askew)
    moved = []
    for x, y in corners:
        across, down = x - width / 2, y - height / 2
        moved.append(
            (
                across * math.cos(turn) - down * math.sin(turn) + width / 2,
                across * math.sin(turn) + down * math.cos(turn) + height / 2,
            )
        )
    xs, ys = [x for x, _ in moved], [y for _, y in moved]
    return min(xs), min(ys), max(xs), max(ys)


def _rulings(picture: Any) -> list[dict[str, Any]]:
    """Every long straight stroke, level or upright, in the words of pdfplumber's table finder."""
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    edges = []
    for is_level in (True, False):
        # What is left of the skew parts a long ruling into steps; thickened, it holds together.
        thick = cv2.dilate(ink, _block(1, 3) if is_level else _block(3, 1))
        long = _SHORTEST_RULING_PX
        kept = cv2.morphologyEx(
            thick, cv2.MORPH_OPEN, _block(long, 1) if is_level else _block(1, long)
        )
        _, _, found, _ = cv2.connectedComponentsWithStats(kept)
        for left, top, width, height, _ in found[1:]:
            edges.append(_edge(left, top, width, height, is_level))
    return edges


def _block(width: int, height: int) -> Any:
    import cv2

    return cv2.getStructuringElement(cv2.MORPH_RECT, (width, height))


def _edge(left: int, top: int, width: int, height: int, is_level: bool) -> dict[str, Any]:
    x0, x1, upper, lower = (
        float(value) * _POINTS for value in (left, left + width, top, top + height)
    )
    if is_level:
        upper = lower = (upper + lower) / 2
    else:
        x0 = x1 = (x0 + x1) / 2
    return {
        "x0": x0, "x1": x1, "top": upper, "bottom": lower, "width": x1 - x0,
        "height": lower - upper, "orientation": "h" if is_level else "v", "object_type": "line",
    }  # fmt: skip


def _read_again(lines: Sequence[_Line], picture: Any, engine: Any) -> list[_Line]:
    """Each line cut out of another rendering and read alone, and again in black and white.

    A line that is in doubt, or that is not read alike, becomes one that nobody reads so.
    """
    if not lines:
        return []
    larger = _SECOND_DPI / _DPI
    cuts = []
    for line in lines:
        left, top, right, bottom = (round(edge * larger) for edge in line.box)
        cuts.append(picture[max(0, top) : bottom + 1, max(0, left) : right + 1])
    second = engine.text_rec(cuts)[0]
    third = engine.text_rec([_black_and_white(cut) for cut in cuts])[0]
    return [
        _Line(_agreed(line, one, other), line.box, 1.0)
        for line, one, other in zip(lines, second, third, strict=True)
    ]


def _black_and_white(cut: Any) -> Any:
    import cv2

    grey = cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY)
    ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    return cv2.cvtColor(ink, cv2.COLOR_GRAY2BGR)


def _agreed(line: _Line, second: tuple[str, float], third: tuple[str, float]) -> str:
    """What both later readings say, or what agrees with no reading."""
    is_sure = min(line.sure, second[1], third[1]) >= _LEAST_SURE
    return second[0] if is_sure and squeezed(second[0]) == squeezed(third[0]) else _DOUBTED


def _glyphs(lines: Iterable[_Line]) -> list[Glyph]:
    """The characters, each about where it must stand: figures are half as wide as Chinese."""
    glyphs = []
    for line in lines:
        left, top, right, bottom = (edge * _POINTS for edge in line.box)
        widths = [_NARROW if ord(character) < 256 else 1.0 for character in line.text]
        unit = (right - left) / max(sum(widths), 1)
        for character, width in zip(line.text, widths, strict=True):
            glyphs.append(Glyph(character, left, top, left + width * unit, bottom))
            left += width * unit
    return glyphs
