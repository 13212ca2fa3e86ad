"""Characters with their boxes, from either PDF library, and how they join into lines of text."""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pypdfium2 import raw

from bots.documents.sheet import Box

# Wider gaps than this many character heights part two texts of one line.
_GAP_THAT_PARTS = 2.0
_GAP_THAT_IS_A_BLANK = 0.4


@dataclass(frozen=True)
class Glyph:
    """One character; box in points from the page's upper left corner."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    is_upright: bool = True


class Reading:
    """All characters of a page as one library reads them, quick to ask for those in a box."""

    def __init__(self, glyphs: list[Glyph]) -> None:
        self.glyphs = sorted(glyphs, key=_middle)
        self._middles = [_middle(glyph) for glyph in self.glyphs]

    def within(self, box: Box) -> list[Glyph]:
        """The characters whose middle lies in the box."""
        first = bisect_left(self._middles, box[1])
        last = bisect_right(self._middles, box[3])
        return [g for g in self.glyphs[first:last] if box[0] <= (g.x0 + g.x1) / 2 <= box[2]]


def first_reading(page: Any) -> Reading:
    """The characters as pdfplumber (pdfminer) reads them."""
    return Reading(
        [
            Glyph(c["text"], c["x0"], c["top"], c["x1"], c["bottom"], bool(c["upright"]))
            for c in page.chars
        ]
    )


def second_reading(page: Any, *, height: float) -> Reading:
    """The characters as pdfium reads them, without the blanks and line ends that it makes up."""
    text_page = page.get_textpage()
    rectangle = raw.FS_RECTF()
    glyphs: list[Glyph] = []
    pending_surrogate = 0
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if raw.FPDFText_IsGenerated(text_page, index) == 1 or code in (0, 10, 13):
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
        raw.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(rectangle))
        top, bottom = height - rectangle.top, height - rectangle.bottom
        glyphs.append(Glyph(character, rectangle.left, top, rectangle.right, bottom))
    return Reading(glyphs)


def in_box(glyph: Glyph, box: Box) -> bool:
    """Whether the middle of the character lies in the box."""
    across = (glyph.x0 + glyph.x1) / 2
    return box[0] <= across <= box[2] and box[1] <= _middle(glyph) <= box[3]


def lines_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Group characters into lines from top to bottom, each from left to right."""
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (g.top + g.bottom, g.x0)):
        if lines and _is_on_line(glyph, lines[-1][0]):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [sorted(line, key=lambda g: g.x0) for line in lines]


def parts_of(line: list[Glyph]) -> list[list[Glyph]]:
    """Part a line where its gaps are wide; narrower ones become a blank."""
    parts: list[list[Glyph]] = []
    right, saw_blank = 0.0, False
    for glyph in line:
        if not glyph.text.strip():
            saw_blank = True
            continue
        size = glyph.bottom - glyph.top
        gap = glyph.x0 - right
        if not parts or gap > _GAP_THAT_PARTS * size:
            parts.append([])
        elif saw_blank or gap > _GAP_THAT_IS_A_BLANK * size:
            parts[-1].append(Glyph(" ", right, glyph.top, glyph.x0, glyph.bottom))
        parts[-1].append(glyph)
        right, saw_blank = glyph.x1, False
    return parts


def text_of(line: list[Glyph]) -> str:
    """The characters of one line. Blanks are those of the document, none is made up."""
    return "".join(glyph.text for glyph in line)


def _middle(glyph: Glyph) -> float:
    return (glyph.top + glyph.bottom) / 2


def _is_on_line(glyph: Glyph, other: Glyph) -> bool:
    return abs(_middle(glyph) - _middle(other)) < max(1.0, (other.bottom - other.top) / 2)
