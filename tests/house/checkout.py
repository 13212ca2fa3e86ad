"""What the house tests look at: the files that belong to the project, and their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "domain",
    "engine",
    "store",
    "reconciliation",
    "connectors",
    "bots",
    "activities",
    "workflows",
    "api",
    "runtime",
    "sandbox",
    "bench",
    "scripts",
    "tests",
)
OUTSIDE = frozenset(
    {".git", ".venv", "var", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache"}
    | {".pytest_cache", ".hypothesis", ".import_linter_cache"}
)


@cache
def project_files() -> tuple[Path, ...]:
    """Every file of the checkout, without caches, environments and state."""
    found: list[Path] = []
    folders = [ROOT]
    while folders:
        for entry in sorted(folders.pop().iterdir()):
            if entry.name in OUTSIDE or entry.name.endswith(".egg-info"):
                continue
            if entry.is_dir():
                folders.append(entry)
            else:
                found.append(entry)
    return tuple(found)


@cache
def modules(*rooms: str) -> tuple[Path, ...]:
    """The Python files of these rooms; of all of them without a name."""
    wanted = rooms or ROOMS
    return tuple(
        file
        for file in project_files()
        if file.suffix == ".py" and file.relative_to(ROOT).parts[0] in wanted
    )


@cache
def text_of(file: Path) -> str:
    """The content of a file; what is no UTF-8 in it is replaced."""
    return file.read_text(encoding="utf-8", errors="replace")


@cache
def tree(file: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(text_of(file), str(file))


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """Every node of a module, walked once for all tests."""
    return tuple(ast.walk(tree(file)))


def functions(file: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and inner ones too."""
    return [n for n in nodes(file) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def shown(file: Path) -> str:
    """The path as messages say it."""
    return file.relative_to(ROOT).as_posix()


def listed(found: Iterable[str]) -> str:
    """One finding a line, for the message of an assertion."""
    return "\n" + "\n".join(found)


def imported_by(file: Path) -> list[str]:
    """Dotted names that a module imports, at any depth."""
    names: list[str] = []
    for node in nodes(file):
        if isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names
