"""The carrier's paper: a delivery note that the hospital signed, as PDF.

The signature is a picture inside the PDF, as a scanner or a pen pad leaves it.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
LEFT, RIGHT = 20 * mm, 190 * mm
CARRIER = "安达医药冷链物流有限公司（演示）"


def proof_of_delivery(
    *,
    order_no: str,
    tracking_no: str,
    hospital_code: str,
    parcels: Sequence[dict[str, Any]],
    delivered_at: datetime,
    is_signed: bool,
) -> bytes:
    """Return the PDF; the same delivery always gives the same bytes.

    parcels: {"lot_no", "quantity"} each. delivered_at: in Shanghai.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    file = io.BytesIO()
    paper = Canvas(file, pagesize=A4, invariant=1)
    paper.setTitle(f"送货签收单 {tracking_no}")
    paper.setAuthor(CARRIER)
    _head(paper, tracking_no)
    facts = [
        ("运单号", tracking_no, "订单号", order_no),
        ("收货单位代码", hospital_code, "件数", str(len(parcels))),
        ("签收日期", f"{delivered_at:%Y-%m-%d}", "签收时间", f"{delivered_at:%H:%M}"),
    ]
    y = _grid(paper, 250 * mm, facts, [LEFT, 50 * mm, 105 * mm, 135 * mm, RIGHT])
    rows = [("序号", "货物", "批号", "数量")]
    for number, parcel in enumerate(parcels, start=1):
        rows.append((str(number), "医用耗材", parcel["lot_no"], str(parcel["quantity"])))
    rows.append(("合计", "", "", str(sum(parcel["quantity"] for parcel in parcels))))
    y = _grid(paper, y - 8 * mm, rows, [LEFT, 40 * mm, 90 * mm, 155 * mm, RIGHT])
    _foot(paper, y - 12 * mm, tracking_no, delivered_at, is_signed=is_signed)
    paper.showPage()
    paper.save()
    return file.getvalue()


def _head(paper: Canvas, tracking_no: str) -> None:
    paper.setFont(FONT, 10)
    paper.drawString(LEFT, 280 * mm, CARRIER)
    _bars(paper, tracking_no)
    paper.setFont(FONT, 20)
    paper.drawCentredString(105 * mm, 264 * mm, "送货签收单")
    paper.setFont(FONT, 9)
    paper.drawCentredString(105 * mm, 257 * mm, "（收货单位联）")


def _bars(paper: Canvas, tracking_no: str) -> None:
    """Draw something that looks like the bar code of a way bill."""
    pen = random.Random(tracking_no)
    x = 140 * mm
    while x < RIGHT:
        width = pen.choice((0.5, 1.0, 1.5))
        paper.rect(x, 274 * mm, width, 9 * mm, stroke=0, fill=1)
        x += width + pen.choice((0.8, 1.4))
    paper.setFont("Courier", 8)
    paper.drawCentredString(165 * mm, 271 * mm, tracking_no)


def _grid(
    paper: Canvas, top: float, rows: Sequence[Sequence[str]], edges: Sequence[float]
) -> float:
    """Draw a ruled table and return where it ends; a long one gets flatter rows, to fit."""
    height = min(9 * mm, 150 * mm / len(rows))
    bottom: float = top - height * len(rows)
    paper.setLineWidth(0.6)
    paper.grid(list(edges), [top - height * number for number in range(len(rows) + 1)])
    paper.setFont(FONT, 10.5)
    for number, row in enumerate(rows):
        for edge, text in zip(edges, row, strict=False):
            paper.drawString(edge + 2 * mm, top - height * (number + 0.67), text)
    return bottom


def _foot(
    paper: Canvas, y: float, tracking_no: str, delivered_at: datetime, *, is_signed: bool
) -> None:
    paper.setFont(FONT, 10.5)
    paper.drawString(LEFT, y, "以上货物已按批号清点，包装完好，数量相符。")
    y -= 24 * mm
    paper.drawString(LEFT, y, "收货人签字：")
    if is_signed:
        picture = ImageReader(_signature(tracking_no))
        paper.drawImage(picture, 47 * mm, y - 4 * mm, 50 * mm, 20 * mm)
    paper.line(45 * mm, y - 1 * mm, 100 * mm, y - 1 * mm)
    paper.drawString(120 * mm, y, f"日期：{delivered_at:%Y 年 %m 月 %d 日}")
    paper.setFont(FONT, 8)
    paper.drawString(LEFT, 18 * mm, "本单一式三联。仿真环境生成，不具法律效力。")


def _signature(tracking_no: str) -> Image.Image:
    """Return a signature in ink, 500 x 200 pixels: loops and strokes, the same for one shipment."""
    pen = random.Random(tracking_no)
    paper = Image.new("RGB", (500, 200), "white")
    ink = ImageDraw.Draw(paper)
    for character in range(3):
        left = 50 + 140 * character
        for _ in range(3):
            start, turn = pen.uniform(0, 6.3), pen.uniform(2.5, 6.5)
            wide, high = pen.uniform(25, 60), pen.uniform(20, 55)
            middle = left + pen.uniform(20, 70), 100 + pen.uniform(-35, 35)
            points = [
                (
                    middle[0] + wide * math.cos(start + turn * step / 40) + step / 2,
                    middle[1] + high * math.sin(start + 1.3 * turn * step / 40),
                )
                for step in range(41)
            ]
            ink.line(points, fill=(20, 30, 90), width=pen.choice((4, 5, 6)), joint="curve")
    tail = [(40 + step * 11, 165 + 12 * math.sin(step / 5)) for step in range(40)]
    ink.line(tail, fill=(20, 30, 90), width=4, joint="curve")
    return paper.filter(ImageFilter.GaussianBlur(0.8))
