"""Characters with their boxes, whichever library read them, and how they join into lines."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from bots.documents.sheet import Box

# Wider gaps than this many character heights part two texts of one line.
_GAP_THAT_PARTS = 2.0
_GAP_THAT_IS_A_BLANK = 0.4
# Characters whose middles are nearer than this, in points, stand on one line, however small.
_LEAST_LINE = 1.0


class Glyph(NamedTuple):
    """One character; box in points from the upper left corner of the page, text upright."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    is_upright: bool = True


class Reading:
    """All characters of a page as one library reads them, quick to ask for those in a box."""

    def __init__(self, glyphs: Iterable[Glyph]) -> None:
        self.glyphs = sorted(glyphs, key=middle)
        self._middles = [middle(glyph) for glyph in self.glyphs]

    def between(self, top: float, bottom: float) -> list[Glyph]:
        """The characters whose middle lies between two heights."""
        return self.glyphs[bisect_left(self._middles, top) : bisect_right(self._middles, bottom)]

    def within(self, box: Box) -> list[Glyph]:
        """The characters whose middle lies in the box."""
        left, top, right, bottom = box
        return [g for g in self.between(top, bottom) if left <= (g[1] + g[3]) / 2 <= right]


def middle(glyph: Glyph) -> float:
    """How far down the page the middle of the character stands."""
    return (glyph[2] + glyph[4]) / 2


def in_box(glyph: Glyph, box: Box) -> bool:
    """Whether the middle of the character lies in the box."""
    return box[0] <= (glyph[1] + glyph[3]) / 2 <= box[2] and box[1] <= middle(glyph) <= box[3]


def lines_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Group characters into lines from top to bottom, each from left to right."""
    seen = list(glyphs)
    heights = [glyph[2] + glyph[4] for glyph in seen]
    if not seen or max(heights) - min(heights) < 2 * _LEAST_LINE:
        # Nearly every cell is one line, and a page has hundreds of cells.
        return [sorted(seen, key=lambda g: g[1])] if seen else []
    lines: list[list[Glyph]] = []
    for glyph in sorted(seen, key=lambda g: (g[2] + g[4], g[1])):
        if lines and _is_on_line(glyph, lines[-1][0]):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [sorted(line, key=lambda g: g[1]) for line in lines]


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
    return "".join([glyph[0] for glyph in line])


def joined(glyphs: Iterable[Glyph]) -> str:
    """All lines as one text: Chinese wraps anywhere, even inside a number, without a blank."""
    return "".join([text_of(line) for line in lines_of(glyphs)]).strip()


def around(line: list[Glyph]) -> Box:
    """The box of one line."""
    return (line[0][1], min(g[2] for g in line), line[-1][3], max(g[4] for g in line))


def _is_on_line(glyph: Glyph, other: Glyph) -> bool:
    return abs(middle(glyph) - middle(other)) < max(_LEAST_LINE, (other.bottom - other.top) / 2)
