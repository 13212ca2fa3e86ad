"""How a profile names a secret without holding it: by variable, by file, or by place in a vault.

Apart from the profiles because the form of a reference is checked before anything is looked up.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from engine.toml_faults import Fault
from engine.toml_places import line_at, lines_of

NAMES = ("credential", "webhook_secret", "totp")
"""The fields of a profile that hold references."""

FORMS = "env:HUIKUAN_NAME, file:PATH or vault:MOUNT/PATH#FIELD"
_ENV = re.compile(r"env:HUIKUAN_[A-Z0-9_]+")
_FILE = re.compile(r"file:.+")
# No part begins with a dot, so that none leads out of the place that is written down.
_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_VAULT = re.compile(rf"vault:({_PART})/({_PART}(?:/{_PART})*)#({_PART})")


def checked(text: str) -> str:
    """The reference as it is. Raises: ValueError, without repeating what may be a secret."""
    if any(form.fullmatch(text) for form in (_ENV, _FILE, _VAULT)):
        return text
    raise ValueError(f"is no reference: {FORMS}")


Reference = Annotated[str, AfterValidator(checked)]


def vault_place(reference: str) -> tuple[str, str, str]:
    """Mount, path and field of a `vault:` reference."""
    found = _VAULT.fullmatch(reference)
    if found is None:
        raise ValueError("is no reference to a vault")
    return found.group(1), found.group(2), found.group(3)


def faults_in(file: Path) -> Iterator[Fault]:
    """What is wrong with the form of a profile's references; nothing is looked up.

    A file that is not there, or is no TOML, has no references to check.
    """
    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, ValueError):
        return
    lines = lines_of(text)
    for name in NAMES:
        if name in values:
            try:
                checked(str(values[name]))
            except ValueError as wrong:
                yield Fault(line_at(lines, (name,)), name, str(wrong))
