"""What the bot asks a page: JavaScript in files of its own, which reads, marks and types, and never
presses what could send something."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def script(name: str) -> str:
    """One script, as an expression for `evaluate`, with the words that all of them share."""
    words = (_HERE / "words.js").read_text(encoding="utf-8")
    body = (_HERE / f"{name}.js").read_text(encoding="utf-8")
    return f"asked => {{\n{words}\n{body}\n}}"
