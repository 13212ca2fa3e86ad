"""The claim dossier 申报材料 that goes to a payer with a claim, as a Word document.

It names the patient, because the payer needs it; so its bytes are evidence, never a log line, and
neither its properties nor its file name repeat the name.
"""

from __future__ import annotations

import hashlib
import io
from datetime import datetime, time
from zoneinfo import ZoneInfo

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt
from PIL import Image

from bots.documents import word
from bots.documents.dossier_facts import DossierAppeal, DossierEvidence, DossierFacts
from bots.documents.launch import render
from domain.money import Money
from domain.proof import Problem

_ZONE = ZoneInfo("Asia/Shanghai")
_PICTURE_DPI = 150
# A proof or an invoice of more pages than this is no picture any more; it is refused.
_MOST_PAGES = 10
# Leaves room on an A4 page for the heading above and the caption below.
_PICTURE_HEIGHT_CM = 19.0


class DossierDoesNotAddUp(ValueError):
    """The lines of the claim are not its total; no dossier is made."""

    def __init__(self, claim_no: str, lines: Money, total: Money) -> None:
        self.claim_no, self.lines, self.total = claim_no, lines, total
        super().__init__(
            f"Dossier of claim {claim_no}: lines {lines.grouped()}, total {total.grouped()} "
            f"{total.currency}."
        )


class EvidenceWasChanged(ValueError):
    """The bytes of a piece of evidence are not those whose hash was recorded."""

    def __init__(self, claim_no: str, recorded: str, found: str) -> None:
        self.claim_no, self.recorded, self.found = claim_no, recorded, found
        super().__init__(f"Dossier of claim {claim_no}: evidence {recorded} is now {found}.")


class EvidenceCannotBeDrawn(ValueError):
    """A PDF or picture among the evidence does not open."""

    def __init__(self, claim_no: str, sha256: str, problem: Problem) -> None:
        self.claim_no, self.sha256, self.problem = claim_no, sha256, problem
        super().__init__(f"Dossier of claim {claim_no}: evidence {sha256}: {problem}.")


def build_dossier(facts: DossierFacts) -> bytes:
    """Return the dossier as .docx; equal facts give equal bytes.

    Starts a child process for each PDF among the evidence.
    Raises: DossierDoesNotAddUp, EvidenceWasChanged, EvidenceCannotBeDrawn.
    """
    _check(facts)
    document = docx.Document()
    word.prepare(document)
    made_at = datetime.combine(facts.prepared_on, time(8), _ZONE)
    word.describe(
        document, title=f"{facts.title} {facts.claim_no}", author=facts.provider_name, at=made_at
    )
    word.running_head(document, f"案件编号：{facts.case_no}")
    _add_cover(document, facts)
    _add_claim(document, facts)
    _add_lines(document, facts)
    _add_evidence_list(document, facts)
    if facts.appeal is not None:
        _add_appeal(document, facts.appeal)
    _add_signatures(document, facts)
    _add_pictures(document, facts)
    return word.saved(document)


def _check(facts: DossierFacts) -> None:
    lines = Money.total((line.amount for line in facts.lines), facts.total.currency)
    if not facts.lines or lines != facts.total:
        raise DossierDoesNotAddUp(facts.claim_no, lines, facts.total)
    for item in facts.evidence:
        found = hashlib.sha256(item.data).hexdigest()
        if found != item.sha256:
            raise EvidenceWasChanged(facts.claim_no, item.sha256, found)


def _add_cover(document: Document, facts: DossierFacts) -> None:
    title = document.add_paragraph(facts.title, style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(150), Pt(30)
    for text in (
        f"申报单号：{facts.claim_no}（版本 {facts.version}）",
        f"申报单位：{facts.provider_name}",
        f"受理单位：{facts.payer_name}",
        f"编制日期：{facts.prepared_on:%Y年%m月%d日}",
        f"付款附言号：{facts.reference}（付款时请注明）",
    ):
        line = document.add_paragraph(text, style="Subtitle")
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _add_claim(document: Document, facts: DossierFacts) -> None:
    document.add_heading("一、申报信息", level=1).paragraph_format.page_break_before = True
    pairs = [
        ("申报单号", facts.claim_no, "版本", str(facts.version)),
        ("原受理号", facts.replaces or "无", "订单号", facts.order_no),
        ("发票号码", facts.invoice_no, "运单号", facts.tracking_no),
        ("参保人姓名", facts.patient_name, "参保号", facts.member_no),
        ("服务日期", str(facts.service_date), "就诊医院", facts.hospital_name),
        ("申报金额（元）", facts.total.grouped(), "编制人", facts.prepared_by),
        ("付款附言号", facts.reference, "编制日期", str(facts.prepared_on)),
    ]
    table = word.add_table(document, [3.2, 4.9, 2.3, 5.6], rows=len(pairs))
    for row, texts in zip(table.rows, pairs, strict=True):
        for position, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            word.fill(cell, text, is_bold=position % 2 == 0)
            if position % 2 == 0:
                word.shade(cell)


def _add_lines(document: Document, facts: DossierFacts) -> None:
    document.add_heading("二、费用明细（单位：元）", level=1)
    headings = ("序号", "医保编码", "名称", "数量", "金额")
    aligns = ("center", "left", "left", "right", "right")
    table = word.add_table(document, [1.4, 4.4, 5.2, 1.8, 3.2], rows=len(facts.lines) + 2)
    word.repeat_heading(table.rows[0])
    for cell, text in zip(table.rows[0].cells, headings, strict=True):
        word.fill(cell, text, align="center", is_bold=True)
    for row, line in zip(table.rows[1:], facts.lines, strict=False):
        texts = (
            str(line.line_no),
            line.insurer_code,
            line.name,
            str(line.quantity),
            line.amount.grouped(),
        )
        for cell, text, align in zip(row.cells, texts, aligns, strict=True):
            word.fill(cell, text, align=align)
    closing = ("", "合计", "", "", facts.total.grouped())
    for cell, text, align in zip(table.rows[-1].cells, closing, aligns, strict=True):
        word.fill(cell, text, align=align, is_bold=True)


def _add_evidence_list(document: Document, facts: DossierFacts) -> None:
    document.add_heading("三、证明材料清单", level=1)
    table = word.add_table(document, [1.2, 3.6, 3.8, 7.4], rows=len(facts.evidence) + 1)
    word.repeat_heading(table.rows[0])
    for cell, text in zip(
        table.rows[0].cells, ("序号", "材料", "取得时间", "SHA-256"), strict=True
    ):
        word.fill(cell, text, align="center", is_bold=True)
    rows = zip(table.rows[1:], facts.evidence, strict=True)
    for number, (row, item) in enumerate(rows, start=1):
        word.fill(row.cells[0], str(number), align="center")
        word.fill(row.cells[1], item.title)
        word.fill(row.cells[2], _moment(item.captured_at))
        word.fill(row.cells[3], item.sha256)


def _add_appeal(document: Document, appeal: DossierAppeal) -> None:
    document.add_heading("四、申诉理由", level=1)
    document.add_paragraph(f"受理号 {appeal.receipt}，{appeal.denied_on} 拒付：{appeal.denial}")
    for paragraph in appeal.statement.splitlines():
        document.add_paragraph(paragraph)


def _add_signatures(document: Document, facts: DossierFacts) -> None:
    number = "四" if facts.appeal is None else "五"
    heading = document.add_heading(f"{number}、申报单位声明", level=1)
    heading.paragraph_format.keep_with_next = True
    words = document.add_paragraph("本单位承诺以上材料真实、完整，与原件一致。")
    words.paragraph_format.keep_with_next = True
    rows = [
        (f"申报单位（盖章）：{facts.provider_name}", "负责人（签字）："),
        (f"经办人：{facts.prepared_by}", f"日期：{facts.prepared_on:%Y年%m月%d日}"),
    ]
    word.add_signature_block(document, rows)


def _add_pictures(document: Document, facts: DossierFacts) -> None:
    for number, item in enumerate(facts.evidence, start=1):
        for sheet, picture in enumerate(_pictures(facts.claim_no, item), start=1):
            part = f"（第 {sheet} 页）" if sheet > 1 else ""
            heading = document.add_heading(f"附件{number}　{item.title}{part}", level=1)
            heading.paragraph_format.page_break_before = True
            _add_picture(document, picture)
            caption = document.add_paragraph(style="Caption")
            caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
            caption.add_run(f"取得时间 {_moment(item.captured_at)}　SHA-256 {item.sha256}")


def _add_picture(document: Document, picture: bytes) -> None:
    file, width_cm = _scaled(picture)
    holder = document.add_paragraph()
    holder.alignment = WD_ALIGN_PARAGRAPH.CENTER
    holder.paragraph_format.keep_with_next = True
    holder.add_run().add_picture(file, width=Cm(width_cm))


def _pictures(claim_no: str, item: DossierEvidence) -> list[bytes]:
    """The evidence as PNG, one for each page; empty when it is of another kind."""
    if item.media_type == "image/png":
        _check_picture(claim_no, item)
        return [item.data]
    if item.media_type != "application/pdf":
        return []
    drawn = render(item.data, dpi=_PICTURE_DPI, most=_MOST_PAGES)
    if isinstance(drawn, Problem):
        raise EvidenceCannotBeDrawn(claim_no, item.sha256, drawn)
    return drawn


def _check_picture(claim_no: str, item: DossierEvidence) -> None:
    try:
        Image.open(io.BytesIO(item.data), formats=["PNG"]).verify()
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        problem = Problem("is no picture that opens")
        raise EvidenceCannotBeDrawn(claim_no, item.sha256, problem) from error


def _scaled(picture: bytes) -> tuple[io.BytesIO, float]:
    """Shrink to what is printed at 150 dpi; return it with its printed width in centimetres."""
    image: Image.Image = Image.open(io.BytesIO(picture))
    width_cm = min(word.TEXT_WIDTH_CM, _PICTURE_HEIGHT_CM * image.width / image.height)
    width_px = round(width_cm / 2.54 * _PICTURE_DPI)
    if image.width > width_px:
        height_px = max(1, round(image.height * width_px / image.width))
        image = image.resize((width_px, height_px), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, format="PNG", optimize=True)
    file.seek(0)
    return file, width_cm


def _moment(at: datetime) -> str:
    return f"{at.astimezone(_ZONE):%Y-%m-%d %H:%M:%S}"
