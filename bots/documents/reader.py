"""Reading a PDF remittance or bank statement: everything in it is proved, or nothing is used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from bots.documents import build
from bots.documents.equations import exercised
from bots.documents.findings import READER, Refused
from bots.documents.grid import Filled, filled, matches, missing_words
from bots.documents.launch import WALL_CLOCK_S, look_at
from bots.documents.layout import Layout
from bots.documents.preflight import preflight
from bots.documents.sheet import Sheet, Way
from bots.documents.showing import placed
from domain.proof import (
    AddsUp,
    DocumentForm,
    Equation,
    NotProved,
    Problem,
    ProofKind,
    Proved,
    Reading,
    prove,
)
from domain.remittance import RemittanceAdvice, RemittanceDoesNotAddUp
from domain.statement import BankStatement, StatementDoesNotAddUp

RemittanceRead = Proved[RemittanceAdvice] | Refused
StatementRead = Proved[BankStatement] | Refused
_Value = TypeVar("_Value", bound=AddsUp)


# The quick way first; the other finds rulings that pdfium does not see. Safe, because each
# must prove everything anew.
_WAYS = (Way.PDFIUM, Way.PDFPLUMBER)
_RECOGNISING_S = 240.0


def read_remittance(
    data: bytes, layouts: Layout | Sequence[Layout], *, timeout_s: float = WALL_CLOCK_S
) -> RemittanceRead:
    """Read a payer's advice. Of several layouts exactly one must match the document.

    Starts child processes, one after the other, and waits for each at most `timeout_s` seconds.
    """

    def prove_sheet(sheet: Sheet, sha256: str) -> RemittanceRead:
        return prove_remittance_sheet(sheet, layouts, sha256=sha256)

    return _first_proved(data, timeout_s, prove_sheet)


def read_statement(
    data: bytes, layouts: Layout | Sequence[Layout], *, timeout_s: float = WALL_CLOCK_S
) -> StatementRead:
    """Read a bank statement. Of several layouts exactly one must match the document.

    Starts child processes, one after the other, and waits for each at most `timeout_s` seconds.
    """

    def prove_sheet(sheet: Sheet, sha256: str) -> StatementRead:
        return prove_statement_sheet(sheet, layouts, sha256=sha256)

    return _first_proved(data, timeout_s, prove_sheet)


def prove_remittance_sheet(
    sheet: Sheet, layouts: Layout | Sequence[Layout], *, sha256: str
) -> RemittanceRead:
    """Prove what a child process saw; pure."""
    return _prove(sheet, layouts, "remittance", sha256, build.remittance)


def prove_statement_sheet(
    sheet: Sheet, layouts: Layout | Sequence[Layout], *, sha256: str
) -> StatementRead:
    """Prove what a child process saw; pure."""
    return _prove(sheet, layouts, "statement", sha256, build.statement)


def _first_proved(
    data: bytes, timeout_s: float, prove_sheet: Callable[[Sheet, str], Proved[_Value] | Refused]
) -> Proved[_Value] | Refused:
    """Try each way in turn; when none proves the document, tell what stood against the first."""
    if problems := preflight(data):
        return Refused(tuple(problems))
    sha256 = hashlib.sha256(data).hexdigest()
    told: Refused | None = None
    for way in _WAYS:
        sheet = look_at(data, way=way, timeout_s=timeout_s)
        if isinstance(sheet, list):
            return told or Refused(tuple(sheet))
        read = prove_sheet(sheet, sha256)
        if not isinstance(read, Refused):
            return read
        told = told or read
        if any(page.needs_eyes for page in sheet.pages):
            return _recognised(data, told, sha256, prove_sheet)
    return told or Refused((Problem("nobody can read this document"),))


def _recognised(
    data: bytes,
    told: Refused,
    sha256: str,
    prove_sheet: Callable[[Sheet, str], Proved[_Value] | Refused],
) -> Proved[_Value] | Refused:
    """Read the pictures of the pages, because their text cannot be read."""
    sheet = look_at(data, way=Way.RECOGNISED, timeout_s=_RECOGNISING_S)
    if isinstance(sheet, list):
        return Refused((*told.problems, *sheet))
    read = prove_sheet(sheet, sha256)
    if isinstance(read, Refused):
        return Refused((*told.problems, *read.problems))
    return read


def _prove(
    sheet: Sheet,
    layouts: Layout | Sequence[Layout],
    kind: str,
    sha256: str,
    make: Callable[[Filled, Layout], _Value],
) -> Proved[_Value] | Refused:
    layout = _the_layout(sheet, layouts, kind)
    if isinstance(layout, Refused):
        return layout
    return _prove_filled(filled(layout, sheet), layout, sha256, make)


def prove_filled(
    found: Filled, layout: Layout, *, sha256: str
) -> Proved[RemittanceAdvice] | Proved[BankStatement] | Refused:
    """Prove what was typed; pure. The mutation run asks so about what it has spoilt."""
    if layout.kind == "remittance":
        return _prove_filled(found, layout, sha256, build.remittance)
    return _prove_filled(found, layout, sha256, build.statement)


def _prove_filled(
    found: Filled, layout: Layout, sha256: str, make: Callable[[Filled, Layout], _Value]
) -> Proved[_Value] | Refused:
    if found.problems:
        return Refused(placed(found.problems, found, layout))
    equations, problems = exercised(layout.rules, found.figures())
    if problems:
        return Refused(placed(problems, found, layout))
    if found.way is Way.RECOGNISED and not _ties_each_row(equations):
        told = "it is a scan, and no printed balance or sum proves each of its rows"
        return Refused((Problem(told),))
    reading = Reading(
        sha256=sha256,
        reader=f"{READER} ({found.way})",
        layout_id=layout.id,
        layout_version=layout.version,
        form=DocumentForm.PRINTED,
        equations=tuple(equations) + _of_every_value(found),
        provenance=found.places,
    )
    try:
        return prove(make(found, layout), reading)
    except build.CannotBeBuilt as error:
        return Refused((error.problem,))
    except NotProved as error:
        return Refused(tuple(Problem(problem) for problem in error.problems))
    except (RemittanceDoesNotAddUp, StatementDoesNotAddUp) as error:
        return Refused((Problem(str(error)),))


def _ties_each_row(equations: Sequence[Equation]) -> bool:
    """One recogniser may err alike each time; a figure that its own row proves is not its word."""
    return any(e.kind is ProofKind.RUNNING or e.name.startswith("each ") for e in equations)


def _of_every_value(found: Filled) -> tuple[Equation, ...]:
    """What pouring the sheet into the layout has checked, or `found` would have a problem."""
    alike, units = len(found.places), int("unit" in found.header)
    unit = Equation("the unit is the declared one", units, 1, ProofKind.UNIT)
    if found.way is Way.FIRST_ALONE:
        return (unit,)
    return unit, Equation("values that two readers see alike", alike, alike, ProofKind.SECOND)


def _the_layout(sheet: Sheet, layouts: Layout | Sequence[Layout], kind: str) -> Layout | Refused:
    candidates = [layouts] if isinstance(layouts, Layout) else list(layouts)
    fitting = [layout for layout in candidates if layout.kind == kind and matches(layout, sheet)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = ", ".join(layout.id for layout in fitting)
        return Refused((Problem(f"several layouts match this document: {ids}"),))
    # A page that cannot be read shows no words either: say that first.
    troubles = [Problem(text, page.number) for page in sheet.pages for text in page.troubles]
    told = "no declared layout matches this document"
    words = missing_words(candidates[0], sheet) if len(candidates) == 1 and not troubles else []
    if words:
        told += f": it does not print {', '.join(words)}"
    return Refused((*troubles, Problem(told)))
