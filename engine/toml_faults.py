"""Reads a TOML file into a model and says every fault with the line where it stands.

Apart from the models, because portals, pay channels and others are described in such files, and a
fault is told alike everywhere.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from engine.toml_places import line_at, lines_of

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong; `line` counts from one, 0 when it concerns the whole file."""

    line: int
    where: str
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.where}: {self.reason}" if self.where else f"{place}{self.reason}"


class FileHasFaults(ValueError):
    """A file lacks something or says something that nobody understands."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.path, self.faults = path, faults
        super().__init__(f"{path}: {'; '.join(map(str, faults))}.")


def read_file(
    path: Path,
    model: type[M],
    *,
    more: Callable[[str], dict[str, Any]] = lambda digest: {},
    error: type[FileHasFaults] = FileHasFaults,
) -> M:
    """Read a file into its model; `more` adds values, given the SHA-256 of the bytes in hex.

    Raises: `error`, with every fault.
    """
    try:
        content = path.read_bytes()
    except OSError as unreadable:
        why = unreadable.strerror or "cannot be read"
        raise error(path, [Fault(0, "", why)]) from unreadable
    return read_bytes(content, path, model, more=more, error=error)


def read_bytes(
    content: bytes,
    path: Path,
    model: type[M],
    *,
    more: Callable[[str], dict[str, Any]] = lambda digest: {},
    error: type[FileHasFaults] = FileHasFaults,
) -> M:
    """The same for bytes that somebody kept; `path` is only named. Raises: `error`."""
    try:
        text = content.decode("utf-8")
        values = tomllib.loads(text)
    except UnicodeDecodeError as unreadable:
        raise error(path, [Fault(0, "", "is not UTF-8")]) from unreadable
    except tomllib.TOMLDecodeError as broken:
        found = re.search(r"line (\d+)", str(broken))
        line = int(found.group(1)) if found else 0
        raise error(path, [Fault(line, "", str(broken))]) from broken
    try:
        return model.model_validate({**values, **more(sha256(content).hexdigest())})
    except ValidationError as faulty:
        raise error(path, faults_of(faulty, text)) from faulty


def faults_of(faulty: ValidationError, text: str) -> list[Fault]:
    """Every fault with the line of the file that it is about, in the order of the lines."""
    lines = lines_of(text)
    faults = []
    for fault in faulty.errors(include_url=False):
        reasons = fault["msg"].removeprefix("Value error, ")
        # The checks between the parts come as one, and name their places themselves.
        for reason in reasons.split("; ") if not fault["loc"] else [reasons]:
            where, known, told = reason.partition(": ")
            place = tuple(map(str, fault["loc"])) or tuple(where.split("."))
            if fault["loc"] or not known:
                told = reason
            faults.append(Fault(line_at(lines, place), ".".join(place), told))
    return sorted(faults, key=lambda fault: fault.line)
