"""The claim dossier: complete, the same bytes each time, and set so that Word prints it well."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from PIL import Image

from bots.documents.dossier import (
    DossierDoesNotAddUp,
    EvidenceCannotBeDrawn,
    EvidenceWasChanged,
    build_dossier,
)
from bots.documents.dossier_facts import DossierEvidence, DossierFacts, DossierLine
from domain.money import Money
from domain.reference import canonical, is_reference
from tests.bots.documents.printer import long_remittance, printed


def _evidence(title: str, media_type: str, data: bytes) -> DossierEvidence:
    digest = hashlib.sha256(data).hexdigest()
    return DossierEvidence(title, media_type, digest, datetime(2026, 1, 7, 4, 0, tzinfo=UTC), data)


def _png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(file, format="PNG")
    return file.getvalue()


FACTS = DossierFacts(
    case_no="SO-2026-0001",
    claim_no="SO-2026-0001-PB",
    version=1,
    replaces="",
    order_no="SO-2026-0001",
    invoice_no="20260000000000000001",
    tracking_no="SF2026000001",
    payer_name="测试市城乡居民医疗保险服务中心",
    provider_name="测试回款医疗器械有限公司",
    hospital_name="测试市第一医院",
    patient_name="测试甲 001",
    member_no="M-TEST-0001",
    service_date=date(2026, 1, 7),
    prepared_on=date(2026, 1, 8),
    prepared_by="ops-1",
    total=Money(123_450),
    lines=(
        DossierLine(1, "C03010100100001", "注射器 <0.5mm> & 附件", 3, Money(36_000)),
        DossierLine(2, "C03010100100002", "导管", 1, Money(87_450)),
    ),
    evidence=(_evidence("送货签收单", "image/png", _png(3000, 600)),),
)


@cache
def _built(facts: DossierFacts) -> bytes:
    return build_dossier(facts)


def _opened(facts: DossierFacts) -> Document:
    return docx.Document(io.BytesIO(_built(facts)))


def test_equal_facts_give_equal_bytes() -> None:
    first, second = build_dossier(FACTS), build_dossier(FACTS)

    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
    assert build_dossier(replace(FACTS, version=2, replaces="B20260107000001")) != first


def test_no_file_of_the_archive_bears_the_time_of_writing() -> None:
    with zipfile.ZipFile(io.BytesIO(_built(FACTS))) as archive:
        moments = {entry.date_time for entry in archive.infolist()}

    assert moments == {(1980, 1, 1, 0, 0, 0)}


def test_the_claim_and_its_lines_are_told_in_full() -> None:
    document = _opened(FACTS)
    claim, lines, evidence, _ = document.tables

    assert [cell.text for cell in claim.rows[0].cells] == [
        "申报单号", "SO-2026-0001-PB", "版本", "1",
    ]  # fmt: skip
    assert [cell.text for cell in claim.rows[3].cells] == [
        "参保人姓名", "测试甲 001", "参保号", "M-TEST-0001",
    ]  # fmt: skip
    assert [[cell.text for cell in row.cells] for row in lines.rows] == [
        ["序号", "医保编码", "名称", "数量", "金额"],
        ["1", "C03010100100001", "注射器 <0.5mm> & 附件", "3", "360.00"],
        ["2", "C03010100100002", "导管", "1", "874.50"],
        ["", "合计", "", "", "1,234.50"],
    ]
    assert [cell.text for cell in evidence.rows[1].cells] == [
        "1", "送货签收单", "2026-01-07 12:00:00", FACTS.evidence[0].sha256,
    ]  # fmt: skip


def test_our_number_to_quote_is_printed_in_groups_with_its_check_digits() -> None:
    assert is_reference(canonical(FACTS.reference))
    assert FACTS.reference.count(" ") == 4
    document = _opened(FACTS)
    cover = [p.text for p in document.paragraphs]
    assert f"付款附言号：{FACTS.reference}（付款时请注明）" in cover
    cells = [cell.text for cell in document.tables[0].rows[-1].cells]
    assert cells[:2] == ["付款附言号", FACTS.reference]


def test_the_heading_repeats_rows_stay_whole_and_money_stands_right() -> None:
    lines = _opened(FACTS).tables[1]

    assert lines.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
    assert lines.rows[1]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is None
    for row in lines.rows:
        assert row._tr.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None
    assert [row.cells[4].paragraphs[0].alignment.name for row in lines.rows[1:]] == ["RIGHT"] * 3


def test_the_head_names_the_case_and_the_foot_counts_pages_by_fields() -> None:
    section = _opened(FACTS).sections[0]
    foot = section.footer.paragraphs[0]
    fields = [field.get(qn("w:instr")) for field in foot._p.iter(qn("w:fldSimple"))]

    assert section.header.paragraphs[0].text == "案件编号：SO-2026-0001"
    assert fields == ["PAGE", "NUMPAGES"]
    printed_foot = "".join(text.text for text in foot._p.iter(qn("w:t")))
    assert printed_foot == "第 1 页 共 1 页"


@pytest.mark.parametrize(
    ("style", "font"),
    [("Normal", "宋体"), ("Title", "黑体"), ("Heading 1", "黑体"), ("Caption", "宋体")],
)
def test_chinese_fonts_stand_on_the_styles_without_a_theme(style: str, font: str) -> None:
    fonts = _opened(FACTS).styles[style].element.rPr.rFonts

    assert fonts.get(qn("w:eastAsia")) == font
    assert [name for name in fonts.attrib if name.endswith("Theme")] == []


def test_the_language_is_chinese() -> None:
    languages = list(_opened(FACTS).styles.element.iter(qn("w:lang")))

    assert languages[0].get(qn("w:eastAsia")) == "zh-CN"
    assert languages[0].get(qn("w:val")) == "zh-CN"


def test_a_wide_picture_is_shrunk_to_the_text_width() -> None:
    document = _opened(FACTS)
    shape = document.inline_shapes[0]
    part = document.part.related_parts[shape._inline.graphic.graphicData.pic.blipFill.blip.embed]

    assert round(shape.width.cm, 1) == 16.0
    # 16 cm at 150 dpi.
    assert Image.open(io.BytesIO(part.blob)).width == 945


def test_every_page_of_a_pdf_is_printed_under_its_hash() -> None:
    pdf = _evidence("电子发票", "application/pdf", printed(long_remittance(20)))
    document = _opened(replace(FACTS, evidence=(pdf,)))

    headings = [p.text for p in document.paragraphs if p.text.startswith("附件")]
    captions = [p.text for p in document.paragraphs if p.style and p.style.name == "Caption"]
    assert len(document.inline_shapes) == 2
    assert headings == ["附件1　电子发票", "附件1　电子发票（第 2 页）"]
    assert captions == [f"取得时间 2026-01-07 12:00:00　SHA-256 {pdf.sha256}"] * 2


def test_evidence_of_another_kind_is_listed_and_not_printed() -> None:
    other = _evidence("物流轨迹", "application/json", b"{}")
    document = _opened(replace(FACTS, evidence=(other,)))

    assert document.tables[2].rows[1].cells[1].text == "物流轨迹"
    assert len(document.inline_shapes) == 0


def test_the_properties_name_no_patient() -> None:
    properties = _opened(FACTS).core_properties

    assert properties.title == "申报材料 SO-2026-0001-PB"
    assert properties.author == "测试回款医疗器械有限公司"
    assert "测试甲" not in f"{properties.comments}{properties.subject}{properties.keywords}"


def test_lines_that_are_not_the_total_make_no_dossier() -> None:
    with pytest.raises(DossierDoesNotAddUp) as refusal:
        build_dossier(replace(FACTS, total=Money(123_451)))

    assert str(refusal.value) == (
        "Dossier of claim SO-2026-0001-PB: lines 1,234.50, total 1,234.51 CNY."
    )


def test_evidence_that_changed_since_it_was_sealed_makes_no_dossier() -> None:
    changed = replace(FACTS.evidence[0], data=_png(3000, 601))

    with pytest.raises(EvidenceWasChanged):
        build_dossier(replace(FACTS, evidence=(changed,)))


def test_a_pdf_that_does_not_open_makes_no_dossier() -> None:
    torn = _evidence("送货签收单", "application/pdf", b"%PDF-1.4 torn")

    with pytest.raises(EvidenceCannotBeDrawn, match="damaged"):
        build_dossier(replace(FACTS, evidence=(torn,)))


def test_a_picture_that_does_not_open_makes_no_dossier() -> None:
    torn = _evidence("送货签收单", "image/png", b"\x89PNG torn")

    with pytest.raises(EvidenceCannotBeDrawn, match="is no picture"):
        build_dossier(replace(FACTS, evidence=(torn,)))
