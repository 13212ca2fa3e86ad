"""How every printed document of the pretend outside is set: one Chinese font, ruled tables, and
第n页 共m页 at the foot. The same content always gives the same bytes, so a second download has the
same hash as the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

_ALIGNMENTS = {"left": TA_LEFT, "right": TA_RIGHT, "center": TA_CENTER}


@dataclass(frozen=True)
class Column:
    """A printed column: its heading, its width in points, and where its cells stand."""

    heading: str
    width: float
    align: str = "left"


def printed(minor: int) -> str:
    """Return 123450 fen as "1,234.50", the way pages and documents show it."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"


def title(text: str) -> list[Any]:
    return [_paragraph(text, size=15, align="center"), Spacer(1, 8)]


def line(text: str, *, align: str = "left") -> Any:
    return _paragraph(text, size=9, align=align)


def gap(points: float = 8) -> Any:
    return Spacer(1, points)


def header_pairs(rows: Sequence[tuple[str, str]]) -> Any:
    """Print two texts to a line, left and right, without rules."""
    cells = [[line(left), line(right)] for left, right in rows]
    return Table(cells, colWidths=[270, 238], style=[("LEFTPADDING", (0, 0), (-1, -1), 0)])


def ruled_table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], closing: Sequence[str]
) -> Any:
    """Print rows under a heading that is repeated on every page, `closing` as the last row."""
    cells = [[_paragraph(column.heading, size=8, align="center") for column in columns]]
    for row in [*rows, closing]:
        cells.append(
            [
                _paragraph(text, size=8, align=column.align)
                for text, column in zip(row, columns, strict=True)
            ]
        )
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
            ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e4e4e4")),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    widths = [column.width for column in columns]
    return Table(cells, colWidths=widths, repeatRows=1, style=style)


def document(story: Sequence[Any], *, name: str, issuer: str) -> bytes:
    """Set the story on A4 pages and return the PDF file."""
    file = BytesIO()
    template = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=42,
        rightMargin=42,
        topMargin=40,
        bottomMargin=46,
        title=name,
        author=issuer,
        invariant=1,
    )
    template.build(list(story), canvasmaker=_NumberedCanvas)
    return file.getvalue()


class _NumberedCanvas(Canvas):  # type: ignore[misc]
    """Holds the pages back until their count is known, because the foot prints 共m页."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held_pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._held_pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._held_pages, start=1):
            self.__dict__.update(page)
            self.setFont(FONT, 8)
            self.drawCentredString(A4[0] / 2, 26, f"第{number}页 共{len(self._held_pages)}页")
            super().showPage()
        super().save()


def _paragraph(text: str, *, size: int, align: str) -> Any:
    style = ParagraphStyle(
        f"{size}-{align}",
        fontName=FONT,
        fontSize=size,
        leading=size + 3,
        wordWrap="CJK",
        alignment=_ALIGNMENTS[align],
    )
    return Paragraph(escape(text), style)
