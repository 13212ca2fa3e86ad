"""The claims of the seeded set whose line is not simply right: spoiled, split, short, twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bench.matching_set import Ledger

GLYPHS = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
MISREAD = {"3": "8", "4": "9", "7": "1", "9": "4"}
"""What a scanner makes of a digit: a letter that can be told, or another digit."""
DAYS_LATE = 19
"""A line comes on the day due, or so many days later at most."""
MOST_CUT = 8
"""So many signs are lost at most, at one end of a reference."""
Row = tuple[object, ...]


def spoiled_rows(
    chance: np.random.Generator, book: Ledger, fee_ppm: Mapping[int, int]
) -> list[Row]:
    """Lines of every kind but exact, lump and never."""
    rows: list[Row] = []
    for n in book.places("garbled"):
        reference, text = garbled(chance, book.reference(n))
        rows.append(_line(chance, book, n, reference, text, int(book.minor[n])))
    for n in book.places("split"):
        rows += _split(chance, book, n)
    for n in book.places("off"):
        rows.append(_line(chance, book, n, book.reference(n), "", _off(chance, book, n, fee_ppm)))
    for n in book.places("doubled"):
        again = [_line(chance, book, n, book.reference(n), "", int(book.minor[n])) for _ in "ab"]
        rows += again
    return rows


def garbled(chance: np.random.Generator, reference: str) -> tuple[str, str]:
    """Spoil a reference: 32 % tail cut, 13 % head, 15 % glyph, 10 % digit, 10 % swap, 15 % in a
    narrative, 5 % blank."""
    lot = chance.random()
    cut = int(chance.integers(1, MOST_CUT + 1))
    at = int(chance.integers(2, len(reference) - 1))
    if lot < 0.32:
        return reference[:-cut], ""
    if lot < 0.45:
        return reference[cut:], ""
    if lot < 0.60:
        digit = reference[at]
        read = GLYPHS.get(digit, MISREAD.get(digit, digit))
        return reference[:at] + read + reference[at + 1 :], ""
    if lot < 0.70:
        digit = str((int(reference[at]) + int(chance.integers(1, 10))) % 10)
        return reference[:at] + digit + reference[at + 1 :], ""
    if lot < 0.80:
        swapped = reference[at + 1] + reference[at]
        return reference[:at] + swapped + reference[at + 2 :], ""
    if lot < 0.95:
        return "", f"医疗器械货款 {reference} 第{cut}批"
    return "", "货款"


def _split(chance: np.random.Generator, book: Ledger, n: int) -> list[Row]:
    """Two or three parts; a fifth of them with one part that names nothing."""
    minor, count = int(book.minor[n]), int(chance.integers(2, 4))
    cuts = sorted(int(cut) for cut in chance.choice(np.arange(1, minor), count - 1, replace=False))
    parts = [right - left for left, right in zip([0, *cuts], [*cuts, minor], strict=True)]
    blank = 0 if chance.random() < 0.2 else None
    return [
        _line(chance, book, n, "" if place == blank else book.reference(n), "", part)
        for place, part in enumerate(parts)
    ]


def _off(chance: np.random.Generator, book: Ledger, n: int, fee_ppm: Mapping[int, int]) -> int:
    """Less the payer's fee, or a few fen away."""
    minor, ppm = int(book.minor[n]), fee_ppm[int(book.payer[n])]
    if ppm and chance.random() < 0.5:
        return minor - (minor * ppm + 500_000) // 1_000_000
    return minor + int(chance.choice([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]))


def _line(
    chance: np.random.Generator, book: Ledger, n: int, reference: str, text: str, minor: int
) -> Row:
    day = int(book.day[n]) + int(chance.integers(0, DAYS_LATE + 1))
    return int(book.payer[n]), reference, text, minor, day, f"CL{n:08d}"
