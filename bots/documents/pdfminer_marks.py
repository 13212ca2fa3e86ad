"""The characters of a file as pdfminer reads them; runs only inside the child process."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any

from pdfminer.layout import LTChar
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from bots.documents.frame import Mark


def marks_of_pages(data: bytes) -> Iterator[list[Mark]]:
    """Yield each page's characters, in the file's own space. Raises: pdfminer's own errors."""
    manager = PDFResourceManager()
    device = _Characters(manager)
    interpreter = PDFPageInterpreter(manager, device)
    for page in PDFPage.create_pages(PDFDocument(PDFParser(io.BytesIO(data)))):
        # Or the characters would come turned as people see them, and not as the file says.
        page.rotate = 0
        left, bottom = page.mediabox[:2]
        device.begin(left, bottom)
        interpreter.process_page(page)
        yield device.marks


class _Characters(PDFTextDevice):
    """Takes note of characters and of nothing else, at half the cost of pdfminer's own layout."""

    def __init__(self, manager: PDFResourceManager) -> None:
        super().__init__(manager)
        self.begin(0, 0)

    def begin(self, left: float, bottom: float) -> None:
        self.marks: list[Mark] = []
        self._left, self._bottom = left, bottom

    def render_char(
        self,
        matrix: Any,
        font: Any,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: Any,
        graphicstate: Any,
    ) -> float:
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = f"(cid:{cid})"
        width, sideways = font.char_width(cid), font.char_disp(cid)
        # Computes the box, upright and vertical writing alike.
        char = LTChar(
            matrix, font, fontsize, scaling, rise, text, width, sideways, ncs, graphicstate
        )
        angle = math.degrees(math.atan2(matrix[1], matrix[0])) % 360
        left, bottom = self._left, self._bottom
        box = (char.x0 + left, char.y0 + bottom, char.x1 + left, char.y1 + bottom)
        self.marks.append(Mark(text, *box, angle))
        advance: float = char.adv
        return advance
