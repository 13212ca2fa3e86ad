"""Starting the short-lived child that looks at one PDF under limits, and reading its answer."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bots.documents.nursery import TIMED_OUT, Nursery, NurseryEnded
from bots.documents.sheet import Sheet, Way
from domain.proof import Place, Problem

WALL_CLOCK_S = 45.0

_SHEET = TypeAdapter(Sheet)


@dataclass(frozen=True)
class _Drawn:
    pictures: tuple[str, ...]


@dataclass(frozen=True)
class _Answer:
    output: bytes
    problem: Problem | None


@dataclass(frozen=True)
class _Carried:
    files: tuple[str, ...]


_DRAWN = TypeAdapter(_Drawn)
_CARRIED = TypeAdapter(_Carried)


def look_at(
    data: bytes, *, way: Way = Way.PDFIUM, timeout_s: float = WALL_CLOCK_S
) -> Sheet | list[Problem]:
    """Return what is printed in the PDF, or why it could not be looked at."""
    return _sheet(["look", way.value], data, timeout_s)


def glimpse_at(data: bytes) -> Sheet | list[Problem]:
    """The same, as pdfium alone reads it: lines for rows, and no second reading to compare."""
    return _sheet(["glimpse"], data, WALL_CLOCK_S)


def render(data: bytes, *, dpi: int, most: int) -> list[bytes] | Problem:
    """Return each page as PNG, or why they cannot be drawn; more than `most` pages are not."""
    answer = _run(["render", str(dpi), str(most)], data, WALL_CLOCK_S)
    if answer.problem is not None:
        return answer.problem
    try:
        return [
            base64.b64decode(picture) for picture in _DRAWN.validate_json(answer.output).pictures
        ]
    except ValidationError:
        return _own_words(answer.output)[0]


def crops_of(data: bytes, places: Sequence[Place]) -> list[bytes]:
    """Return a picture of each place as PNG; none, when the document cannot be drawn."""
    asked = json.dumps([[p.page, p.x0, p.top, p.x1, p.bottom] for p in places])
    answer = _run(["crop", asked], data, WALL_CLOCK_S)
    try:
        return [base64.b64decode(one) for one in _DRAWN.validate_json(answer.output).pictures]
    except ValidationError:
        return []


def files_in(data: bytes) -> list[bytes]:
    """Return the files that the PDF carries; none, when they cannot be told."""
    answer = _run(["attached"], data, WALL_CLOCK_S)
    try:
        return [base64.b64decode(file) for file in _CARRIED.validate_json(answer.output).files]
    except ValidationError:
        return []


def _sheet(arguments: list[str], data: bytes, timeout_s: float) -> Sheet | list[Problem]:
    answer = _run(arguments, data, timeout_s)
    if answer.problem is not None:
        return [answer.problem]
    try:
        return _SHEET.validate_json(answer.output)
    except ValidationError:
        return _own_words(answer.output)


_NURSERY = Nursery()


def _run(arguments: list[str], data: bytes, timeout_s: float) -> _Answer:
    # Files, not pipes: the child's file-size limit then bounds the answer too. The folder is ours
    # alone and gone afterwards.
    with tempfile.TemporaryDirectory(prefix="huikuan-pdf-") as folder:
        question, output = Path(folder) / "question", Path(folder) / "answer"
        question.write_bytes(data)
        output.touch(mode=0o600)
        try:
            status = _NURSERY.run(arguments, question, output, timeout_s)
        except NurseryEnded:
            return _Answer(b"", Problem("the reader ended before it answered"))
        answer = output.read_bytes()
    if status == TIMED_OUT:
        return _Answer(b"", Problem(f"reading took longer than {timeout_s:g} seconds"))
    if status != 0:
        return _Answer(b"", Problem(_why(status)))
    return _Answer(answer, None)


def _why(status: int) -> str:
    if status < 0:
        return "reading needs more time or memory than any document should"
    return "this PDF is damaged or cannot be opened"


def _own_words(output: bytes) -> list[Problem]:
    """The child's own refusal: a JSON object with nothing but `refused`."""
    try:
        found = json.loads(output)
    except ValueError:
        found = None
    if isinstance(found, dict) and isinstance(found.get("refused"), str):
        return [Problem(found["refused"])]
    return [Problem("the reader gave no usable answer")]
