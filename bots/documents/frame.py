"""Where a page begins and which way its text runs: every reader's boxes become upright ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bots.documents.glyphs import Glyph
from bots.documents.sheet import Box

_SAME_WAY_DEGREES = 1.0


class Mark(NamedTuple):
    """One character in the file's own space: y grows upwards, `angle` is counter-clockwise."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    angle: float


@dataclass(frozen=True)
class Frame:
    """The page's own box in the file's space, in points, and how its text is turned.

    `turn`: 0, 90, 180 or 270 degrees counter-clockwise. The flag /Rotate says nothing about it:
    it turns what people see, and a scan needs it as often as an upright text is turned by it.
    """

    left: float
    bottom: float
    right: float
    top: float
    turn: int = 0

    @property
    def height(self) -> float:
        """How high the page is when its text stands upright."""
        return self.right - self.left if self.turn % 180 else self.top - self.bottom

    def upright(self, left: float, bottom: float, right: float, top: float) -> Box:
        """The box as it stands when the text is upright, from the upper left corner."""
        if self.turn == 90:
            return bottom - self.bottom, left - self.left, top - self.bottom, right - self.left
        if self.turn == 180:
            return self.right - right, bottom - self.bottom, self.right - left, top - self.bottom
        if self.turn == 270:
            return self.top - top, self.right - right, self.top - bottom, self.right - left
        return left - self.left, self.top - top, right - self.left, self.top - bottom

    def glyphs(self, marks: Iterable[Mark]) -> list[Glyph]:
        """The characters with upright boxes; those that run another way are not upright."""
        turn, upright = self.turn, self.upright
        return [
            Glyph(text, *upright(left, bottom, right, top), angle == turn or _runs(angle, turn))
            for text, left, bottom, right, top, angle in marks
        ]


def turn_of(marks: Iterable[Mark]) -> int:
    """Which way most characters run; 0 when there are none, or most run askew."""
    ways = Counter(round(mark.angle) % 360 for mark in marks if mark.text.strip())
    commonest = ways.most_common(1)
    return commonest[0][0] if commonest and commonest[0][0] % 90 == 0 else 0


def _runs(angle: float, turn: int) -> bool:
    apart = abs(angle - turn) % 360
    return min(apart, 360 - apart) < _SAME_WAY_DEGREES
