"""From a file's bytes to lines of cells, and the faults that a file as a whole may have."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.tables import workbook
from connectors.tables.layout import FileRule
from domain.proof import Problem

MAX_BYTES = 20 * 1024 * 1024
MAX_LINES = 200_000
_PDF, _ZIP, _OLD_EXCEL = b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Line:
    """One line of the file; `number` counts from 1, as an editor or a workbook does."""

    number: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells)


class FileCannotBeRead(ValueError):
    """The file as a whole is not what its layout describes."""

    def __init__(self, name: str, reason: str) -> None:
        self.problem = Problem(reason, name=name)
        super().__init__(str(self.problem))


def lines_of(data: bytes, rule: FileRule) -> list[Line]:
    """Every line that is not blank. Raises: FileCannotBeRead."""
    _look_at_the_first_bytes(data, rule)
    if rule.kind == "xlsx":
        try:
            found = [Line(n, cells) for n, cells in workbook.first_reading(data)]
        except (zipfile.BadZipFile, workbook.NotAWorkbook, KeyError, OSError) as damaged:
            raise FileCannotBeRead("FileIsDamaged", "is cut off or damaged") from damaged
    elif rule.kind == "fixed":
        found = list(_by_width(data, rule))
    else:
        found = list(_by_separator(decoded(data, rule), rule))
    if len(found) > MAX_LINES:
        raise FileCannotBeRead("FileIsTooLarge", f"{len(found)} lines, allowed are {MAX_LINES}")
    return [line for line in found if not line.is_blank]


def decoded(data: bytes, rule: FileRule) -> str:
    """The text in the first declared encoding that fits it whole. Raises: FileCannotBeRead."""
    for encoding in rule.encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileCannotBeRead("WrongEncoding", f"is in none of {', '.join(rule.encodings)}")


def bare(text: str, rule: FileRule) -> str:
    """A value without what the issuer writes around it."""
    return text.strip().strip(rule.around + " \t").strip()


def _look_at_the_first_bytes(data: bytes, rule: FileRule) -> None:
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start and rule.may_be_empty:
        return
    if not start:
        raise FileCannotBeRead("FileIsEmpty", "holds nothing")
    if len(data) > MAX_BYTES:
        raise FileCannotBeRead("FileIsTooLarge", f"{len(data)} bytes, allowed are {MAX_BYTES}")
    if start[:1] == b"<" and (b"<html" in start.lower() or b"<!doctype" in start.lower()):
        raise FileCannotBeRead("PageInsteadOfFile", "is a web page, such as a login")
    kinds = {_PDF: "pdf", _ZIP: "xlsx", _OLD_EXCEL: "xls"}
    found = next((kind for mark, kind in kinds.items() if start.startswith(mark)), "text")
    if found != ("xlsx" if rule.kind == "xlsx" else "text"):
        raise FileCannotBeRead("AnotherKindOfFile", f"is {found}, expected is {rule.kind}")


def _by_separator(text: str, rule: FileRule) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=rule.separator, strict=True)
    number = 1
    try:
        for row in reader:
            yield Line(number, tuple(bare(cell, rule) for cell in row))
            number = reader.line_num + 1
    except csv.Error as broken:
        raise FileCannotBeRead("FileIsDamaged", f"line {number}: a quote is open") from broken


def _by_width(data: bytes, rule: FileRule) -> Iterator[Line]:
    """Widths count bytes, one separating byte between fields; a line is never shorter."""
    whole = sum(rule.widths) + len(rule.widths) - 1
    for number, raw in enumerate(data.splitlines(), start=1):
        if raw.strip() and len(raw) < whole:
            told = f"line {number} has {len(raw)} bytes, its fields have {whole}"
            raise FileCannotBeRead("FileIsDamaged", told)
        cells, at = [], 0
        for width in rule.widths:
            cells.append(bare(decoded(raw[at : at + width], rule), rule))
            at += width + 1
        yield Line(number, tuple(cells))
