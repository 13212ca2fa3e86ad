"""The statement of a bill as PDF: every part with its bearer, channel number, time and refunds."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from api.cashier import CashierSheet
from api.rendering import minute
from api.texts import Language, text, word

FONT = "STSong-Light"
"""One of the fonts for Chinese that every PDF reader brings along."""
_WIDTHS = (110, 70, 70, 120, 110)


def statement_pdf(sheet: CashierSheet, language: Language, now: datetime) -> bytes:
    """One page for one bill; names no patient."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    made = BytesIO()
    title = f"{text(language, 'cashier.statement')} {sheet.payment_no}"
    document = SimpleDocTemplate(
        made, pagesize=A4, title=title, author=text(language, "app.name"), invariant=1
    )
    document.build([*_head(sheet, language), _table(sheet, language), *_foot(language, now)])
    return made.getvalue()


def _head(sheet: CashierSheet, language: Language) -> list[Flowable]:
    state = word(language, "bill", sheet.stage)
    return [
        _line(text(language, "cashier.statement"), size=16),
        Spacer(1, 10),
        _line(f"{text(language, 'cashier.number')}: {sheet.payment_no}"),
        _line(f"{text(language, 'cashier.order')}: {sheet.case_no or ''}"),
        _line(f"{text(language, 'cashier.total')}: {_amount(sheet.total.grouped())}"),
        _line(f"{text(language, 'cashier.paid_so_far')}: {_amount(sheet.paid.grouped())}"),
        _line(f"{text(language, 'cashier.state')}: {state}"),
        Spacer(1, 14),
    ]


def _table(sheet: CashierSheet, language: Language) -> Table:
    names = ("part", "amount", "returned", "receipt", "paid_at")
    rows = [[_line(text(language, f"cashier.{name}"), size=9) for name in names]]
    for part in sheet.parts:
        cells = (
            word(language, "part", part.kind),
            _amount(part.amount.grouped()),
            _amount(part.returned.grouped()) if part.returned else "",
            part.channel_no or word(language, "attempt", part.state),
            minute(part.paid_at),
        )
        rows.append([_line(cell, size=9) for cell in cells])
    grid = [("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    return Table(rows, colWidths=_WIDTHS, style=grid, repeatRows=1)


def _foot(language: Language, now: datetime) -> list[Flowable]:
    made = text(language, "cashier.made_at", at=minute(now))
    return [Spacer(1, 16), _line(made, size=8), _line(text(language, "cashier.no_invoice"), size=8)]


def _line(told: str, *, size: float = 10.5) -> Paragraph:
    escaped = told.replace("&", "&amp;").replace("<", "&lt;")
    # Chinese breaks between any two letters; without this a long line runs out of its cell.
    style = ParagraphStyle("line", fontName=FONT, fontSize=size, leading=size * 1.5, wordWrap="CJK")
    return Paragraph(escaped, style)


def _amount(grouped: str) -> str:
    return f"{grouped} CNY"
