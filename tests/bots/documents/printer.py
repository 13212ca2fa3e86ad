"""Prints remittances and bank statements as a counterparty would, right or wrong in one place."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
ROWS_ON_A_PAGE = 18
LEFT, TOP = 40.0, 800.0

CLAIM_HEADINGS = (
    "序号", "申报单号", "版本", "申报金额", "合同调整", "个人负担", "赔付金额", "原因码",
)  # fmt: skip
TAKE_BACK_HEADINGS = ("序号", "申报单号", "扣回金额", "原因码")
MOVEMENT_HEADINGS = (
    "序号", "交易日期", "摘要", "对方户名", "流水号",
    "借方发生额(支出)", "贷方发生额(收入)", "余额",
)  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """A document as it will be printed: every text can be changed, nothing is checked."""

    labels: tuple[tuple[str, ...], ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    second_headings: tuple[str, ...] = ()
    second_rows: tuple[tuple[str, ...], ...] = ()
    closing: str = ""
    page_mark: str = "第{n}页 共{m}页"
    widths: tuple[float, ...] = field(default=(28, 92, 60, 66, 90, 66, 66, 60))
    row_height: float = 33.0
    is_ruled: bool = True

    def with_row(self, number: int, *texts: str) -> Printed:
        rows = list(self.rows)
        rows[number - 1] = texts
        return replace(self, rows=tuple(rows))

    def with_cell(self, number: int, column: int, text: str) -> Printed:
        row = list(self.rows[number - 1])
        row[column] = text
        return self.with_row(number, *row)

    def with_text(self, old: str, new: str) -> Printed:
        """Change a text wherever it stands outside the rows."""
        return replace(
            self,
            labels=tuple(tuple(text.replace(old, new) for text in line) for line in self.labels),
            headings=tuple(text.replace(old, new) for text in self.headings),
            closing=self.closing.replace(old, new),
        )


REMITTANCE = Printed(
    labels=(
        ("赔款支付通知书",),
        ("通知书编号：RB-20260112-001", "支付日期：2026-01-12"),
        ("支付流水号：PB20260112000001", "单位：元"),
        ("收款单位：测试回款医疗器械有限公司", "支付单位：测试市城乡居民医疗保险服务中心"),
    ),
    headings=CLAIM_HEADINGS,
    rows=(
        ("1", "SO-2026-0001-PB", "1", "360.00", "0.00", "72.00", "288.00", "PR-2"),
        ("2", "SO-2026-0002-PB", "2", "1,234.50", "34.50", "200.00", "1,000.00", "CO-45 PR-2"),
        ("3", "SO-2026-0003-PB", "1", "80.05", "0.00", "0.00", "80.05", ""),
        ("", "合计", "", "1,674.55", "34.50", "272.00", "1,368.05", ""),
    ),
    second_headings=TAKE_BACK_HEADINGS,
    second_rows=(
        ("1", "SO-2025-0900-PB", "100.00", "WO"),
        ("", "扣回合计", "100.00", ""),
    ),
    closing="赔付总额：1,368.05 扣回总额：100.00 实付金额：1,268.05",
)

STATEMENT = Printed(
    labels=(
        ("账户交易明细",),
        ("银行对账单：BA-02-20260112", "开户行：测试商业银行测试市分行"),
        ("账号：BA-02", "户名：测试回款医疗器械有限公司"),
        ("币种：人民币", "单位：元"),
        ("起止日期：2026-01-12 至 2026-01-13", "期初余额：50,000.00"),
        ("", "期末余额：51,188.05"),
    ),
    headings=MOVEMENT_HEADINGS,
    rows=(
        ("1", "2026-01-12", "赔款支付 RB-20260112-001", "测试市城乡居民医疗保险服务中心",
         "PB20260112000001", "", "1,268.05", "51,268.05"),
        ("2", "2026-01-12", "手续费", "测试商业银行", "BK20260112000007", "30.00", "", "51,238.05"),
        ("3", "2026-01-13", "退款", "测试某某公司", "ZZ20260113000002", "50.00", "", "51,188.05"),
        ("", "合计", "", "", "", "80.00", "1,268.05", ""),
    ),
)  # fmt: skip


def long_remittance(claims: int) -> Printed:
    """Claims of 100.00, 101.00, … yuan with 10.00 for the patient, over as many pages as needed."""
    rows = []
    for number in range(1, claims + 1):
        billed, claim_no = 99 + number, f"SO-2026-{number:04}-PB"
        amounts = (f"{billed}.00", "0.00", "10.00", f"{billed - 10}.00")
        rows.append((str(number), claim_no, "1", *amounts, "PR-2"))
    total = sum(99 + number for number in range(1, claims + 1))
    paid = total - 10 * claims
    rows.append(
        ("", "合计", "", f"{total:,}.00", "0.00", f"{10 * claims:,}.00", f"{paid:,}.00", "")
    )
    closing = f"赔付总额：{paid:,}.00 扣回总额：0.00 实付金额：{paid:,}.00"
    return replace(
        REMITTANCE, rows=tuple(rows), second_headings=(), second_rows=(), closing=closing
    )


def printed(document: Printed, *, password: str | None = None, turn: int = 0) -> bytes:
    """Return the document as PDF, its headings repeated on every page.

    `turn`: by how many degrees counter-clockwise everything is drawn turned.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    file = io.BytesIO()
    sides = (A4[1], A4[0]) if turn % 180 else A4
    paper = Canvas(file, pagesize=sides, invariant=1, encrypt=password)
    chunks = [
        document.rows[start : start + ROWS_ON_A_PAGE]
        for start in range(0, len(document.rows), ROWS_ON_A_PAGE)
    ]
    for number, rows in enumerate(chunks, start=1):
        paper.translate(*{0: (0, 0), 90: (A4[1], 0), 180: A4, 270: (0, A4[0])}[turn])
        paper.rotate(turn)
        y = _labels(paper, document.labels) if number == 1 else TOP
        y = _table(paper, y, document, [document.headings, *rows])
        if number == len(chunks):
            if document.second_rows:
                tables = [document.second_headings, *document.second_rows]
                y = _table(paper, y - 20, document, tables)
            _write(paper, LEFT, y - 16, document.closing, size=9)
        mark = document.page_mark.format(n=number, m=len(chunks))
        _write(paper, 260, 26, mark, size=8)
        paper.showPage()
    paper.save()
    return file.getvalue()


def _labels(paper: Canvas, lines: Sequence[Sequence[str]]) -> float:
    y = TOP
    for line in lines:
        for position, text in enumerate(line):
            _write(paper, LEFT + 270 * position, y, text, size=9)
        y -= 18
    return y


def _table(paper: Canvas, top: float, document: Printed, rows: Sequence[Sequence[str]]) -> float:
    edges = [LEFT]
    for width in document.widths[: max(len(row) for row in rows)]:
        edges.append(edges[-1] + width)
    levels = [top - document.row_height * number for number in range(len(rows) + 1)]
    if document.is_ruled:
        paper.grid(edges, levels)
    for level, row in zip(levels, rows, strict=False):
        for left, right, text in zip(edges, edges[1:], row, strict=False):
            _wrapped(paper, left + 3, level - 9, right - left - 6, text)
    return levels[-1]


def _wrapped(paper: Canvas, x: float, y: float, width: float, text: str) -> None:
    """Break anywhere, as Chinese typesetters do."""
    line = ""
    for character in text:
        if pdfmetrics.stringWidth(line + character, FONT, 8) > width:
            _write(paper, x, y, line, size=8)
            line, y = "", y - 10
        line += character
    _write(paper, x, y, line, size=8)


def _write(paper: Canvas, x: float, y: float, text: str, *, size: int) -> None:
    paper.setFont(FONT, size)
    paper.drawString(x, y, text)
