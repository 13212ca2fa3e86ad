"""What pdfium tells about a page: its characters and its rulings; runs only inside the child."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from typing import Any

from pypdfium2 import raw

from bots.documents.frame import Frame, Mark

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
_STILL: Matrix = (1, 0, 0, 1, 0, 0)
_DEEPEST_FORM = 5


_NO_FONT = raw.FPDF_SYSFONTINFO(version=1)


def forget_fonts() -> None:
    """Let this process read text without the machine's fonts; what it draws would be empty.

    A document that carries no font says itself what its characters are and how wide. Only their
    height is then that of the font it names, which no line or word depends on.
    """
    raw.FPDF_SetSystemFontInfo(ctypes.byref(_NO_FONT))


def marks_of(page: Any) -> list[Mark]:
    """Its characters, without the blanks and line ends that pdfium makes up."""
    text_page = page.get_textpage()
    rectangle = raw.FS_RECTF()
    where = ctypes.byref(rectangle)
    marks: list[Mark] = []
    pending_surrogate = 0
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code <= 32 and (
            code in (0, 10, 13) or (code == 32 and raw.FPDFText_IsGenerated(text_page, index) == 1)
        ):
            continue
        if 0xD800 <= code < 0xDC00:
            pending_surrogate = code
            continue
        if pending_surrogate:
            code = 0x10000 + ((pending_surrogate - 0xD800) << 10) + (code - 0xDC00)
            pending_surrogate = 0
        # pdfium reports a hyphen at a line's end as U+0002; a trailing minus sign would be lost.
        character = "-" if code == 2 else chr(code)
        # The tight box would put commas and points on a line of their own.
        raw.FPDFText_GetLooseCharBox(text_page, index, where)
        # It counts angles clockwise.
        angle = -math.degrees(raw.FPDFText_GetCharAngle(text_page, index)) % 360
        box = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        marks.append(Mark(character, *box, angle))
    return marks


def frame_of(page: Any, turn: int) -> Frame:
    """The part of the page that is shown."""
    left, bottom, right, top = page.get_bbox()
    return Frame(left, bottom, right, top, turn)


def edges_of(page: Any, frame: Frame) -> list[dict[str, Any]]:
    """Every straight ruling, upright or level, in the words of pdfplumber's table finder."""
    edges = []
    for one, other in _strokes(page):
        x0, top, x1, bottom = frame.upright(
            min(one[0], other[0]),
            min(one[1], other[1]),
            max(one[0], other[0]),
            max(one[1], other[1]),
        )
        if x0 == x1 or top == bottom:
            edges.append(
                {
                    "x0": x0,
                    "x1": x1,
                    "top": top,
                    "bottom": bottom,
                    "width": x1 - x0,
                    "height": bottom - top,
                    "orientation": "v" if x0 == x1 else "h",
                    "object_type": "line",
                }
            )
    return edges


def _strokes(page: Any) -> Iterator[tuple[Point, Point]]:
    for index in range(raw.FPDFPage_CountObjects(page)):
        yield from _strokes_of(raw.FPDFPage_GetObject(page, index), _STILL, 0)


def _strokes_of(item: Any, outer: Matrix, depth: int) -> Iterator[tuple[Point, Point]]:
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
        inner = _times(_matrix_of(item), outer)
        for index in range(raw.FPDFFormObj_CountObjects(item)):
            yield from _strokes_of(raw.FPDFFormObj_GetObject(item, index), inner, depth + 1)
    if kind != raw.FPDF_PAGEOBJ_PATH or not _is_drawn(item):
        return
    matrix = _times(_matrix_of(item), outer)
    begin = last = (0.0, 0.0)
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(raw.FPDFPath_CountSegments(item)):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = _moved((x.value, y.value), matrix)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            begin = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            yield last, point
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            yield last, begin
            last = begin


def _is_drawn(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(fill.value or stroke.value)


def _matrix_of(item: Any) -> Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, ctypes.byref(found)):
        return _STILL
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    oa, ob, oc, od, oe, of = outer
    return (
        a * oa + b * oc, a * ob + b * od,
        c * oa + d * oc, c * ob + d * od,
        e * oa + f * oc + oe, e * ob + f * od + of,
    )  # fmt: skip


def _moved(point: Point, matrix: Matrix) -> Point:
    a, b, c, d, e, f = matrix
    x, y = point
    # Points of a ruling that should be equal differ in the last binary digits after the matrix.
    return round(a * x + c * y + e, 3), round(b * x + d * y + f, 3)
