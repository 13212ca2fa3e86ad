"""A workbook's first sheet as lines of cells, by openpyxl and, again, straight from its XML."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_MOST_UNPACKED = 64 * 1024 * 1024
# What a workbook computes carries the noise of binary fractions behind the sixth decimal.
_FINEST = Decimal("0.000001")
_COLUMN = re.compile(r"([A-Z]{1,3})(\d{1,7})")


class NotAWorkbook(ValueError):
    """The archive is no workbook, or unpacks to more than is believed."""


def first_reading(data: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Number and cells of every row. Raises: NotAWorkbook, BadZipFile."""
    # Late: loading it takes half a second of each process that starts, and few read a workbook.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    _check_size(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (InvalidFileException, ValueError, TypeError) as wrong:
        raise NotAWorkbook("cannot be opened") from wrong
    sheet = book.worksheets[0]
    # What a bank's program writes as the sheet's size is often wrong.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield number, tuple(_text(value) for value in row)
    book.close()


def second_reading(data: bytes) -> dict[tuple[int, int], str]:
    """The text of every cell by row and column, dates as serial numbers. Raises: NotAWorkbook."""
    _check_size(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            shared = _shared(archive)
            name = sorted(n for n in archive.namelist() if "worksheets/sheet" in n)[0]
            root = fromstring(archive.read(name), forbid_dtd=True)
    except (ParseError, DefusedXmlException, IndexError) as wrong:
        raise NotAWorkbook("its sheet cannot be read") from wrong
    found = {}
    for cell in root.iter():
        if cell.tag.endswith("}c"):
            match = _COLUMN.fullmatch(cell.attrib.get("r", ""))
            if match is not None:
                found[int(match[2]), _number(match[1])] = _value(cell, shared)
    return found


def is_alike(first: str, second: str) -> bool:
    """Whether two readings of one cell are equal; a date may stand as its serial number."""
    if first.strip() == second.strip():
        return True
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", first) or not re.fullmatch(r"[\d.]+", second):
        return False
    from openpyxl.utils.datetime import from_excel

    serial = from_excel(float(second))
    return isinstance(serial, datetime) and _text(serial) == first


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        whole = value.replace(tzinfo=None)
        at_midnight = (whole.hour, whole.minute, whole.second) == (0, 0, 0)
        return whole.strftime("%Y-%m-%d" if at_midnight else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _plain(repr(value))
    return str(value)


def _plain(number: str) -> str:
    """A number as a person would write it, with two decimals when it has a fraction."""
    exact = f"{Decimal(number).quantize(_FINEST):f}".rstrip("0").rstrip(".")
    whole, _, fraction = exact.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}" if fraction else whole


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(info.file_size for info in archive.infolist())
    if unpacked > _MOST_UNPACKED:
        raise NotAWorkbook(f"unpacks to {unpacked} bytes")


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    root = fromstring(archive.read("xl/sharedStrings.xml"), forbid_dtd=True)
    return [_words(item) for item in root if item.tag.endswith("}si")]


def _value(cell: Element, shared: list[str]) -> str:
    kind = cell.attrib.get("t", "n")
    if kind == "inlineStr":
        return _words(cell)
    text = next((part.text or "" for part in cell if part.tag.endswith("}v")), "")
    if kind == "s":
        return shared[int(text)]
    return _plain(text) if kind == "n" and text else text


def _words(element: Element) -> str:
    return "".join(part.text or "" for part in element.iter() if part.tag.endswith("}t"))


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
