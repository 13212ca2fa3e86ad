"""How our Word documents look: Chinese fonts on styles, A4, page numbers, tables that print well.

python-docx has no words for these parts of the format, so their XML elements are set here.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx.document import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

SONG, HEI = "宋体", "黑体"
LATIN = "Times New Roman"
# A4 less 2.5 cm on either side.
TEXT_WIDTH_CM = 16.0

_STYLES = {
    "Normal": (SONG, 10.5, False),
    "Title": (HEI, 26, True),
    "Subtitle": (HEI, 14, False),
    "Heading 1": (HEI, 15, True),
    "Heading 2": (HEI, 12, True),
    "Caption": (SONG, 9, False),
    "Header": (SONG, 9, False),
    "Footer": (SONG, 9, False),
}
_THEME_ATTRIBUTES = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")
# The oldest moment a zip archive can hold; the real one would make every copy another file.
_ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)


def prepare(document: Document) -> None:
    """Set A4, fonts on every style that is used, and zh-CN as the language."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.5), Cm(2.2)
    for element in document.styles.element.iter(qn("w:rFonts")):
        _set_fonts(element, SONG)
    for name, (font, size, is_bold) in _STYLES.items():
        style = document.styles[name]
        style.font.size, style.font.bold, style.font.italic = Pt(size), is_bold, False
        style.font.color.rgb = None
        _set_fonts(style.element.get_or_add_rPr().get_or_add_rFonts(), font)
    _set_language(document)


def describe(document: Document, *, title: str, author: str, at: datetime) -> None:
    """Fill in the properties; the template's own author and dates would stand there otherwise."""
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, author, author
    properties.comments, properties.language, properties.revision = "", "zh-CN", 1
    properties.created = properties.modified = at.replace(tzinfo=None)


def running_head(document: Document, text: str) -> None:
    """Print a line at the head of each page, and 第 X 页 共 Y 页 as fields at its foot."""
    section = document.sections[0]
    section.header.paragraphs[0].text = text
    section.header.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("第 ")
    _add_field(foot, "PAGE")
    foot.add_run(" 页 共 ")
    _add_field(foot, "NUMPAGES")
    foot.add_run(" 页")


def add_table(document: Document, widths_cm: Sequence[float], *, rows: int) -> Table:
    """Add a ruled table whose rows do not break over two pages."""
    table: Table = document.add_table(rows=rows, cols=len(widths_cm))
    table.style = document.styles["Table Grid"]
    table.autofit = False
    for column, width in zip(table.columns, widths_cm, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        _keep_together(row)
        # Word reads the cells' widths, LibreOffice the columns'.
        for cell, width in zip(row.cells, widths_cm, strict=True):
            cell.width = Cm(width)
    return table


def fill(cell: _Cell, text: str, *, align: str = "left", is_bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.add_run(text).bold = is_bold
    paragraph.alignment = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
    }[align]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)


def repeat_heading(row: _Row) -> None:
    """Print this row again at the head of the table on each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell in row.cells:
        shade(cell)


def shade(cell: _Cell) -> None:
    shading = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "E8ECF1")):
        shading.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shading)


def add_signature_block(document: Document, rows: Sequence[tuple[str, str]]) -> None:
    """Two columns without rules, high enough for a stamp, on one page."""
    table = add_table(document, [9.5, TEXT_WIDTH_CM - 9.5], rows=len(rows))
    table.style = document.styles["Normal Table"]
    for row, texts in zip(table.rows, rows, strict=True):
        row.height, row.height_rule = Cm(1.4), WD_ROW_HEIGHT_RULE.AT_LEAST
        for cell, text in zip(row.cells, texts, strict=True):
            fill(cell, text)
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def saved(document: Document) -> bytes:
    """The document as a file; equal documents give equal bytes."""
    file = io.BytesIO()
    document.save(file)
    result = io.BytesIO()
    with (
        zipfile.ZipFile(file) as written,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in written.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_MOMENT)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            packed.writestr(entry, written.read(name))
    return result.getvalue()


def _set_fonts(element: Any, chinese: str) -> None:
    """Name the fonts; a theme attribute left in place would win over the names."""
    for name in _THEME_ATTRIBUTES:
        element.attrib.pop(qn(f"w:{name}"), None)
    for name, font in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", chinese), ("cs", LATIN)):
        element.set(qn(f"w:{name}"), font)


def _set_language(document: Document) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = properties.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        properties.append(language)
    language.set(qn("w:val"), "zh-CN")
    language.set(qn("w:eastAsia"), "zh-CN")


def _add_field(paragraph: Paragraph, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _keep_together(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
