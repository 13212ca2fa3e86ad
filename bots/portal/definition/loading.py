"""Reads `portal.toml` and says every fault with its line; gives each definition its hash."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from bots.portal.definition.portal import PortalDefinition
from bots.portal.definition.positions import line_at, lines_of


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong; `line` counts from one, 0 when it concerns the whole file."""

    line: int
    where: str
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.where}: {self.reason}" if self.where else f"{place}{self.reason}"


class DefinitionUnreadable(ValueError):
    """A portal's file lacks something or says something that nobody understands."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.path, self.faults = path, faults
        super().__init__(f"{path}: {'; '.join(map(str, faults))}.")


def load(path: Path, *, url: str) -> PortalDefinition:
    """Read a portal's file; its hash is that of the bytes. Raises: DefinitionUnreadable."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise DefinitionUnreadable(path, [Fault(0, "", _why(unreadable))]) from unreadable
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        found = re.search(r"line (\d+)", str(broken))
        line = int(found.group(1)) if found else 0
        raise DefinitionUnreadable(path, [Fault(line, "", str(broken))]) from broken
    digest = sha256(content).hexdigest()
    try:
        return PortalDefinition.model_validate({**values, "url": url.rstrip("/"), "hash": digest})
    except ValidationError as faulty:
        raise DefinitionUnreadable(path, faults_of(faulty, text)) from faulty


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


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "cannot be read" if isinstance(error, OSError) else "is not UTF-8"
