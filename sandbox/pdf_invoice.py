"""The tax office's paper: a fully digital electronic invoice (电子发票) as PDF."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from sandbox.kit import fen, yuan

FONT = "STSong-Light"
# The real one is printed in this brown on a sheet of 210 x 140 mm.
BROWN, BLACK = HexColor("#80340b"), HexColor("#000000")
LEFT, RIGHT, WIDTH, HEIGHT = 8 * mm, 202 * mm, 210 * mm, 140 * mm
SELLER = {"name": "测试回款医疗器械有限公司", "tax_no": "91310000TESTDEMO0X"}
LINES_ON_A_SHEET = 8
NAME_WIDTH = 64 * mm
COLUMNS = (
    ("项目名称", 10 * mm, "left"),
    ("单位", 76 * mm, "left"),
    ("数量", 100 * mm, "right"),
    ("单价", 124 * mm, "right"),
    ("金额", 151 * mm, "right"),
    ("税率/征收率", 172 * mm, "right"),
    ("税额", 199 * mm, "right"),
)


def tax_invoice(invoice: Mapping[str, Any], taxes: Sequence[int]) -> bytes:
    """Return the PDF; the same invoice always gives the same bytes.

    invoice: as the service shows it, amounts with tax. taxes: the tax within each line, in fen.
    Prices and amounts are printed without tax, as the form wants them.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    file = io.BytesIO()
    paper = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1)
    paper.setTitle(f"电子发票 {invoice['invoice_no']}")
    rows = [_row(line, tax) for line, tax in zip(invoice["lines"], taxes, strict=True)]
    sheets = [rows[i : i + LINES_ON_A_SHEET] for i in range(0, len(rows), LINES_ON_A_SHEET)]
    for number, sheet in enumerate(sheets, start=1):
        _form(paper, invoice)
        _table(paper, sheet)
        _totals(paper, invoice, sum(taxes))
        if len(sheets) > 1:
            _write(paper, RIGHT, 5 * mm, f"第{number}页 共{len(sheets)}页", "right")
        paper.showPage()
    paper.save()
    return file.getvalue()


def _row(line: Mapping[str, Any], tax: int) -> tuple[str, ...]:
    net = fen(line["amount"]) - tax
    # Real invoices print the price without tax with as many places as it takes; six will do.
    price = f"{Decimal(net) / line['quantity'] / 100:.6f}"
    rate = f"{Decimal(line['tax_rate']):.0%}"
    name = f"*医疗仪器器械*{line['name']}"
    while pdfmetrics.stringWidth(name, FONT, 9) > NAME_WIDTH:
        name = name[:-1]
    return name, "件", str(line["quantity"]), price, yuan(net), rate, yuan(tax)


def _form(paper: Canvas, invoice: Mapping[str, Any]) -> None:
    """Draw what every sheet carries: title, number, date, both parties, the empty frame."""
    paper.setFillColor(BROWN)
    paper.setStrokeColor(BROWN)
    paper.setFont(FONT, 18)
    paper.drawCentredString(WIDTH / 2, 125 * mm, "电子发票（普通发票）")
    paper.line(70 * mm, 122.5 * mm, 140 * mm, 122.5 * mm)
    paper.line(70 * mm, 121.5 * mm, 140 * mm, 121.5 * mm)
    _label(paper, 148 * mm, 129 * mm, "发票号码：", invoice["invoice_no"])
    year, month, day = invoice["issued_on"].split("-")
    _label(paper, 148 * mm, 122 * mm, "开票日期：", f"{year}年{month}月{day}日")
    paper.rect(LEFT, 14 * mm, RIGHT - LEFT, 102 * mm)
    for y in (96, 36, 27):
        paper.line(LEFT, y * mm, RIGHT, y * mm)
    paper.line(WIDTH / 2, 96 * mm, WIDTH / 2, 116 * mm)
    for x, who, party in ((LEFT, "购买方", invoice["buyer"]), (WIDTH / 2, "销售方", SELLER)):
        _label(paper, x + 2 * mm, 109 * mm, f"{who}信息  名称：", party["name"])
        _label(paper, x + 2 * mm, 100 * mm, "统一社会信用代码/纳税人识别号：", party["tax_no"])
    _label(paper, LEFT + 2 * mm, 21 * mm, "备注：", _remark(invoice))
    _label(paper, LEFT + 2 * mm, 8 * mm, "开票人：", "演示开票员")
    _label(paper, 60 * mm, 8 * mm, "", "仿真环境生成，不具法律效力")


def _remark(invoice: Mapping[str, Any]) -> str:
    """The order, and what the seller wants to have said."""
    return "；".join([f"订单号 {invoice['order_no']}", *filter(None, [invoice.get("remark")])])


def _table(paper: Canvas, rows: Sequence[Sequence[str]]) -> None:
    paper.setFillColor(BROWN)
    for heading, x, side in COLUMNS:
        _write(paper, x, 91 * mm, heading, side)
    paper.setFillColor(BLACK)
    for number, row in enumerate(rows):
        for (_, x, side), text in zip(COLUMNS, row, strict=True):
            _write(paper, x, (85 - 5.2 * number) * mm, text, side)


def _totals(paper: Canvas, invoice: Mapping[str, Any], tax: int) -> None:
    total = fen(invoice["total"])
    _label(paper, 22 * mm, 38.5 * mm, "合        计", "")
    _write(paper, 151 * mm, 38.5 * mm, f"¥{yuan(total - tax)}", "right")
    _write(paper, 199 * mm, 38.5 * mm, f"¥{yuan(tax)}", "right")
    _label(paper, 12 * mm, 30 * mm, "价税合计（大写）   ", f"⊗ {in_capitals(total)}")
    _label(paper, 140 * mm, 30 * mm, "（小写）", f"¥{yuan(total)}")


def _label(paper: Canvas, x: float, y: float, label: str, text: str) -> None:
    """Write the form's own words in brown and what was filled in behind them in black."""
    paper.setFillColor(BROWN)
    _write(paper, x, y, label, "left")
    paper.setFillColor(BLACK)
    _write(paper, x + paper.stringWidth(label, FONT, 9), y, text, "left")


def _write(paper: Canvas, x: float, y: float, text: str, side: str) -> None:
    paper.setFont(FONT, 9)
    if side == "right":
        paper.drawRightString(x, y, text)
    else:
        paper.drawString(x, y, text)


def in_capitals(minor: int) -> str:
    """Return fen in the capital numerals of Chinese papers: 36050 is 叁佰陆拾圆伍角整.

    For amounts from zero to below one hundred million yuan.
    """
    whole, jiao, cents = minor // 100, minor // 10 % 10, minor % 10
    text = f"{_whole_in_capitals(whole)}圆" if whole or minor == 0 else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif cents and whole:
        text += "零"
    return text + (f"{_DIGITS[cents]}分" if cents else "整")


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def _whole_in_capitals(number: int) -> str:
    if number >= 10_000:
        rest = number % 10_000
        zero = "零" if 0 < rest < 1_000 else ""
        return f"{_whole_in_capitals(number // 10_000)}万{zero}" + (
            _whole_in_capitals(rest) if rest else ""
        )
    text = ""
    for position, digit in enumerate(reversed(str(number))):
        if digit != "0":
            text = _DIGITS[int(digit)] + _PLACES[position] + text
        elif text and not text.startswith("零"):
            text = "零" + text
    return text or "零"
