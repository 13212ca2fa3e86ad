"""Documents go stale silently: whatever path or command they name must be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.checkout import ROOMS, ROOT, listed, project_files, shown, text_of

_QUOTED = re.compile(r"`([^`\n]+)`")
_LINKED = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_PATH = re.compile(
    r"[\w.-]+(?:/[\w.*{}<>-]*)+|[\w-]+\.(?:py|md|toml|yml|sh|lock)|Makefile|Dockerfile"
)
_LINE_NUMBER = re.compile(r"\.(?:py|sh|toml|md):\d+|\.py#L\d+")
_MAKE = re.compile(r"make ([a-z]+)")
# Made while the product runs, so no part of a fresh checkout.
_MADE = ("var/", ".venv/", "bench/results/")


def documents() -> list[Path]:
    """Every Markdown file of the project."""
    return [file for file in project_files() if file.suffix == ".md"]


def paths_named_in(file: Path) -> Iterator[tuple[str, Path]]:
    """Each path that a document names, with the folder it is meant from."""
    text = text_of(file)
    for link in _LINKED.findall(text):
        if "://" not in link and not link.startswith("mailto:"):
            yield link, file.parent
    for quoted in _QUOTED.findall(text):
        name = quoted.strip().split(" ")[0].rstrip("/,:")
        if _PATH.fullmatch(name) and _is_ours(name):
            yield name, ROOT


def _is_ours(name: str) -> bool:
    first = name.split("/")[0]
    return "/" not in name or first in {*ROOMS, "docs", "counterparties", "scripts", ".ci"}


def _is_there(name: str, folder: Path) -> bool:
    if name.startswith(_MADE):
        return True
    if any(mark in name for mark in "*{<"):
        return bool(list(folder.glob(re.sub(r"[{<][^}>]*[}>]|NNNN", "*", name))))
    if "/" not in name and folder == ROOT:
        return any(file.name == name for file in project_files())
    return (folder / name).exists()


def test_documents_name_only_what_is_there() -> None:
    missing = [
        f"{shown(file)}: {name}"
        for file in documents()
        for name, folder in paths_named_in(file)
        if not _is_there(name, folder)
    ]
    assert not missing, listed(missing)


def test_documents_name_files_and_never_lines() -> None:
    """A line number is wrong after the next commit."""
    found = [
        f"{shown(file)}: {match}"
        for file in documents()
        for match in _LINE_NUMBER.findall(text_of(file))
    ]
    assert not found, listed(found)


def test_documents_name_only_make_commands_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    unknown = [
        f"{shown(file)}: make {word}"
        for file in documents()
        for quoted in _QUOTED.findall(text_of(file))
        for word in _MAKE.findall(quoted)
        if word not in targets
    ]
    assert not unknown, listed(unknown)


def test_make_alone_explains_every_command() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    explained = set(re.findall(r"^([a-z]+):.*## \S", text, re.M))
    wanted = {"demo", "test", "check", "bench", "replay", "up", "down", "clean", "setup"}
    assert wanted <= explained
