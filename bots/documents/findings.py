"""What comes out of reading a document: a proved value, or the problems that a person must see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from domain.remittance import Equation

Value = TypeVar("Value")

# Part of the proof: the same file read by another version of this reader is another reading.
READER_VERSION = 1


@dataclass(frozen=True)
class Problem:
    """One reason why a document cannot be used.

    `page` and `line` count from 1 (`line` within its table); None when the whole document is meant.
    `field` is the printed label or heading. `reason` never quotes words, only numbers and ids.
    """

    reason: str
    page: int | None = None
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        where = [f"page {self.page}"] if self.page is not None else []
        where += [f"line {self.line}"] if self.line is not None else []
        where += [self.field] if self.field else []
        return f"{', '.join(where)}: {self.reason}" if where else self.reason


@dataclass(frozen=True)
class Place:
    """Where a value stands: page from 1, box in points from the page's upper left corner."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


class NotProvedHere(TypeError):
    """Somebody other than the prover tried to make a `Proved`."""


_SEAL = object()


@dataclass(frozen=True)
class Proved(Generic[Value]):
    """A value whose every equation was exercised and held; only `proved` below can make one.

    `provenance` tells for each value where it is printed, under names such as
    "header.trace_number", "claims.3.paid" (third row) and "claims.total.paid".
    """

    value: Value
    equations: tuple[Equation, ...]
    layout_id: str
    layout_version: int
    provenance: Mapping[str, Place]
    sha256: str
    reader_version: int = READER_VERSION
    seal: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise NotProvedHere("A Proved is made by the prover of a reader alone.")


@dataclass(frozen=True)
class Refused:
    """Nothing of this document may be used; `problems` is never empty."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def proved(
    value: Value,
    *,
    equations: tuple[Equation, ...],
    layout_id: str,
    layout_version: int,
    provenance: Mapping[str, Place],
    sha256: str,
) -> Proved[Value]:
    """Seal a value. To be called by the provers of this package alone."""
    return Proved(
        value, equations, layout_id, layout_version, provenance, sha256, READER_VERSION, _SEAL
    )
