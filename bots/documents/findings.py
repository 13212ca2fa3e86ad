"""What comes out of reading a document that cannot be used: the problems a person must see."""

from __future__ import annotations

from dataclasses import dataclass

from domain.proof import Problem

READER = "pdf 2"
"""Part of the proof: the same file read by another version of this reader is another reading."""


@dataclass(frozen=True)
class Refused:
    """Nothing of this document may be used; `problems` is never empty."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)
