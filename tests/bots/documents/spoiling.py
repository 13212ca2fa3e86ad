"""What happens to a printed document on its way: a scan, a turned page, a lost font."""

from __future__ import annotations

import io
import re

import pypdfium2
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas


def scanned(data: bytes, *, dpi: int = 200, askew: float = 0.4) -> bytes:
    """The pages as pictures, a little askew, without any text."""
    file = io.BytesIO()
    paper = Canvas(file, invariant=1)
    for page in pypdfium2.PdfDocument(data):
        width, height = page.get_size()
        picture = page.render(scale=dpi / 72).to_pil().convert("L")
        picture = picture.rotate(askew, Image.Resampling.BICUBIC, fillcolor=255)
        paper.setPageSize((width, height))
        paper.drawImage(ImageReader(picture), 0, 0, width, height)
        paper.showPage()
    paper.save()
    return file.getvalue()


def flagged(data: bytes, degrees: int) -> bytes:
    """The pages with another /Rotate: people see them turned, the text itself stays upright."""
    document = pypdfium2.PdfDocument(data)
    for page in document:
        page.set_rotation(degrees)
    return _saved(document)


def without_unicode(data: bytes) -> bytes:
    """The same file, its fonts without their maps to Unicode."""
    return re.sub(rb"/ToUnicode", rb"/ToNowhere", data)


def _saved(document: pypdfium2.PdfDocument) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
