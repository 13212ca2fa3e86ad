"""What is printed on a PDF, without any meaning: the form in which the child process reports it.

The child runs the big, attackable PDF libraries; the trusted process gets this plain data, as
JSON that is checked against these classes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from domain.proof import Place

Box = tuple[float, float, float, float]


class Way(StrEnum):
    """Who reads a document first, and who reads it again; the order in which they are tried."""

    PDFIUM = "pdfium, pdfminer"
    PDFPLUMBER = "pdfplumber, pdfium"
    RECOGNISED = "recognised"
    """Its picture is read, and again cell by cell, or compared with the text behind it."""
    FIRST_ALONE = "pdfium alone"
    """Nobody reads it again: good for looking at a document, never for proving one."""


@dataclass(frozen=True)
class Cell:
    """A cell of a ruled table; `second` is what the other PDF library reads in the same box."""

    text: str
    second: str
    box: Box


@dataclass(frozen=True)
class Row:
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Segment:
    """A run of text outside the tables; `edges` holds the left and right of each character."""

    text: str
    second: str
    box: Box
    edges: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Picture:
    """An embedded picture: its box on the page, its size in pixels, and whether it shows anything.

    `is_blank`: every pixel has the same colour.
    """

    box: Box
    width_px: int
    height_px: int
    is_blank: bool


@dataclass(frozen=True)
class Page:
    """One page; `troubles` are reasons not to trust its text at all.

    All boxes are those of the upright page; `turn` says how far its text ran counter-clockwise.
    `needs_eyes`: its text cannot be read as text, so only a picture of it tells.
    """

    number: int
    segments: tuple[Segment, ...]
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...]
    troubles: tuple[str, ...]
    turn: int = 0
    needs_eyes: bool = False


@dataclass(frozen=True)
class Sheet:
    pages: tuple[Page, ...]
    way: Way


def folded(text: str) -> str:
    """Write full-width digits, letters and punctuation as ASCII; the length stays the same."""
    return text if text.isascii() else "".join(_fold(character) for character in text)


def squeezed(text: str) -> str:
    """The folded text without any blank, for comparing what two readers saw."""
    return "".join(folded(text).split())


def place(page: int, box: Box) -> Place:
    x0, top, x1, bottom = (round(edge, 2) for edge in box)
    return Place(page, x0, top, x1, bottom)


@lru_cache(maxsize=65536)
def _fold(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character
