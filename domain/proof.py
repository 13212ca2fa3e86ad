"""What it takes to believe a document: equations that were exercised, and who may say so.

A reader tells what it found (`Reading`); `prove` alone turns a value and its reading into a
`Proved`, and only a `Proved` can be booked. There is no way round it and no switch that skips it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from enum import StrEnum
from typing import Generic, Protocol, TypeVar


class ProofKind(StrEnum):
    """What an equation ties to what."""

    TOTAL = "total"
    """The rows to a number that stands outside them: a named total, a closing balance."""
    RUNNING = "running"
    """Each row's balance to the one before."""
    ROW = "row"
    """The amounts of one row to each other."""
    ORDER = "order"
    """Counts, sequences and dates: no row is lost, doubled or out of its period."""
    IDENTITY = "identity"
    """The document to our own books: it is about us, and goes on from what we know."""
    UNIT = "unit"
    """The amounts to their unit, as the document says it: yuan, fen, ten thousand yuan."""
    SECOND = "second"
    """The values to what a second, independent reading of the same file sees."""


class DocumentForm(StrEnum):
    """How a document says what it says, and so what could be misread in it."""

    MESSAGE = "message"
    """Its standard fixes names, units and signs: JSON of an API, camt, MT940, OFX."""
    TABLE = "table"
    """Headings and cells of a text or a workbook; a layout says what they mean."""
    PRINTED = "printed"
    """Drawn on pages for people."""


_NEEDED = {
    DocumentForm.MESSAGE: frozenset({ProofKind.TOTAL}),
    DocumentForm.TABLE: frozenset({ProofKind.TOTAL, ProofKind.UNIT, ProofKind.SECOND}),
    DocumentForm.PRINTED: frozenset({ProofKind.TOTAL, ProofKind.UNIT, ProofKind.SECOND}),
}


@dataclass(frozen=True)
class Equation:
    """One proof that was really exercised, with both numbers; amounts in fen, else counts."""

    name: str
    left_minor: int
    right_minor: int
    kind: ProofKind = ProofKind.TOTAL

    @property
    def holds(self) -> bool:
        """Whether both sides are equal."""
        return self.left_minor == self.right_minor


@dataclass(frozen=True)
class Place:
    """Where a value stands, so that a person finds it.

    In print: `page` from 1, and a box in points from the page's upper left corner. In a text or a
    workbook: `line` and `column` from 1, as an editor counts; a column of 0 means the whole line.
    """

    page: int = 0
    x0: float = 0
    top: float = 0
    x1: float = 0
    bottom: float = 0
    line: int = 0
    column: int = 0


def shape_of(provenance: Mapping[str, Place]) -> dict[str, float]:
    """Where a print's labels and columns begin, in points: what another edition of it changes.

    A column counts once, as it stands in its first row.
    """
    firsts = {name: place for name, place in provenance.items() if place.page}
    return {
        name: round(place.x0, 1)
        for name, place in firsts.items()
        if name.startswith("header.") or ".1." in name
    }


@dataclass(frozen=True)
class Problem:
    """One reason why a document cannot be used.

    `page`, `line` and `column` count from 1; None when the whole document is meant. In print,
    `line` counts within its table. `field` is the printed label or heading; `name` the fact that is
    wrong, such as TotalDisagrees. `reason` never quotes words, only numbers and ids. `place`: the
    figures that it is about, for a picture of them; None where words stand between them.
    """

    reason: str
    page: int | None = None
    line: int | None = None
    field: str = ""
    column: int | None = None
    name: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        where = [f"page {self.page}"] if self.page is not None else []
        where += [f"line {self.line}"] if self.line is not None else []
        where += [f"column {self.column}"] if self.column is not None else []
        where += [self.field] if self.field else []
        told = f"{', '.join(where)}: {self.reason}" if where else self.reason
        return f"{self.name}: {told}" if self.name else told


class NotProved(ValueError):
    """A document does not add up or cannot be read; `problems` say where and why, all of them.

    `places`: where in print the figures stand that are wrong, each once.
    """

    def __init__(self, problems: Sequence[str | Problem]) -> None:
        self.problems = [str(problem) for problem in problems]
        told = (problem.place for problem in problems if isinstance(problem, Problem))
        self.places = list(dict.fromkeys(place for place in told if place is not None))
        super().__init__("; ".join(self.problems))


class NotProvedHere(TypeError):
    """Somebody other than the prover tried to make a `Proved`."""


class AddsUp(Protocol):
    """A value that carries its own arithmetic."""

    def equations(self) -> list[Equation]:
        """What must hold within it. Raises: a ValueError of its own, at the first that does not."""


@dataclass(frozen=True)
class Reading:
    """What a reader tells about the file: its SHA-256, who read it by which layout, what held.

    `reader` names the code with its version, such as "pdf 1": another version is another reading.
    `provenance` tells for each value where it stands, under names such as "header.trace_number",
    "claims.3.paid" (third row) and "claims.total.paid".
    """

    sha256: str
    reader: str
    layout_id: str
    layout_version: int
    form: DocumentForm
    equations: tuple[Equation, ...] = ()
    provenance: Mapping[str, Place] = field(default_factory=dict)


_SEAL = object()
_Value = TypeVar("_Value", bound=AddsUp)


@dataclass(frozen=True)
class Proved(Generic[_Value]):
    """A value whose every equation was exercised and held; `prove` alone makes one.

    A copy with anything changed is refused, because the seal is never copied.
    """

    value: _Value
    reading: Reading
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise NotProvedHere("A Proved is made by the prover alone.")

    @property
    def equations(self) -> tuple[Equation, ...]:
        """Everything that was exercised, in the order of the reading."""
        return self.reading.equations

    def tied(self, more: Iterable[Equation]) -> Proved[_Value]:
        """The same value with further equations, such as those with our own books.

        Raises: NotProved, when one does not hold.
        """
        return _sealed(self.value, self.reading, [*self.equations, *more])

    def carried_by(self, sha256: str) -> Proved[_Value]:
        """The same proof, of the document of this hash, which carries the file that was read."""
        return _sealed(self.value, replace(self.reading, sha256=sha256), self.equations)


def prove(value: _Value, reading: Reading) -> Proved[_Value]:
    """Exercise the value's own equations beside those of its reading.

    Raises: NotProved, when an equation does not hold or a kind is missing that this form of
    document needs; what the value's own arithmetic raises.
    """
    equations = [*reading.equations, *value.equations()]
    missing = _NEEDED[reading.form] - {equation.kind for equation in equations}
    if missing:
        raise NotProved([f"nothing proves its {kind}" for kind in sorted(missing)])
    return _sealed(value, reading, equations)


def _sealed(value: _Value, reading: Reading, equations: Sequence[Equation]) -> Proved[_Value]:
    wrong = [
        f"{equation.name}: {equation.left_minor} is not {equation.right_minor}"
        for equation in equations
        if not equation.holds
    ]
    if wrong:
        raise NotProved(wrong)
    return Proved(value, replace(reading, equations=tuple(equations)), _SEAL)
