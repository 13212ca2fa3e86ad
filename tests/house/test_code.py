"""The house style that a machine can check. What it cannot check is read aloud."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from tests.house.checkout import (
    functions,
    imported_by,
    listed,
    modules,
    nodes,
    project_files,
    shown,
    text_of,
    tree,
)

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
LONGEST_RUN = 60
# Alembic's own shape: one function holds every table of a migration.
MIGRATIONS = "store/migrations/"
CHANGING = {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove"}
CHANGING |= {"setdefault", "sort", "update"}
TEXTS = {".py", ".sh", ".toml", ".yml", ".yaml", ".md", ".html", ".css", ".js", ".json", ".sql", ""}


def test_every_module_begins_by_saying_what_lives_here() -> None:
    silent = [
        shown(file)
        for file in modules()
        if text_of(file).strip() and not ast.get_docstring(tree(file))
    ]
    assert not silent, listed(silent)


def test_lives_keep_nothing_in_their_modules() -> None:
    """All lives of a type share its module (`runtime/life_runner.py`): one must not see another."""
    changing = [
        f"{shown(file)}: {ast.unparse(node)}"
        for file in modules("workflows")
        for node in nodes(file)
        if isinstance(node, ast.Global) or _changes_one_of(_names_of(tree(file)), node)
    ]
    assert not changing, listed(changing)


def _names_of(module: ast.Module) -> set[str]:
    """What a module itself assigns."""
    targets = [target for node in module.body for target in _targets(node)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign | ast.AugAssign) else []


def _changes_one_of(names: set[str], node: ast.AST) -> bool:
    """Whether a statement writes into one of these, or calls a method of it that would."""
    written = [t.value for t in _targets(node) if isinstance(t, ast.Attribute | ast.Subscript)]
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CHANGING
    ):
        written.append(node.func.value)
    return any(isinstance(one, ast.Name) and one.id in names for one in written)


def test_no_file_is_longer_than_300_lines() -> None:
    long = [
        f"{shown(file)}: {lines}"
        for file in modules()
        if (lines := len(text_of(file).splitlines())) > LONGEST_FILE
    ]
    assert not long, listed(long)


def test_no_function_is_longer_than_40_lines_and_no_life_than_60() -> None:
    long = [
        f"{shown(file)} {node.name}: {length}"
        for file in modules()
        if not shown(file).startswith(MIGRATIONS)
        for node in functions(file)
        if (length := _length(node)) > (LONGEST_RUN if _is_run(file, node) else LONGEST_FUNCTION)
    ]
    assert not long, listed(long)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body: a signature of many named parameters and a docstring are no fault."""
    told = ast.get_docstring(node) is not None
    first = node.body[1] if told and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


def _is_run(file: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return node.name in {"run", "live"} and shown(file).startswith("workflows/")


def test_nothing_is_printed_past_the_console_and_the_log() -> None:
    printing = [
        f"{shown(file)}:{node.lineno}"
        for file in modules()
        for node in nodes(file)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "pprint", "breakpoint"}
    ]
    assert not printing, listed(printing)


def test_no_exception_is_swallowed() -> None:
    """A broad `except` must raise again; `pass` alone is no answer to any error."""
    swallowed = [
        f"{shown(file)}:{node.lineno}"
        for file in modules()
        for node in nodes(file)
        if isinstance(node, ast.ExceptHandler) and (_says_nothing(node) or _is_broad(node))
    ]
    assert not swallowed, listed(swallowed)


def _says_nothing(node: ast.ExceptHandler) -> bool:
    return all(isinstance(line, ast.Pass) for line in node.body)


def _is_broad(node: ast.ExceptHandler) -> bool:
    broad = node.type is None or (
        isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
    )
    return broad and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))


def test_domain_uses_the_standard_library_only_and_reads_no_clock() -> None:
    foreign = [
        f"{shown(file)} imports {name}"
        for file in modules("domain")
        for name in imported_by(file)
        if name.split(".")[0] not in sys.stdlib_module_names | {"domain", "__future__"}
        or name.split(".")[0] in {"os", "random", "secrets", "time", "socket", "subprocess"}
    ]
    assert not foreign, listed(foreign)


def test_the_sandbox_shares_no_line_with_us() -> None:
    ours = {"domain", "engine", "store", "reconciliation", "connectors", "bots"}
    ours |= {"activities", "workflows", "api", "runtime"}
    shared = [
        f"{shown(file)} imports {name}"
        for file in modules("sandbox")
        for name in imported_by(file)
        if name.split(".")[0] in ours
    ]
    assert not shared, listed(shared)


def test_lives_know_steps_by_their_signatures_only() -> None:
    bodies = [
        f"{shown(file)} imports {name}"
        for file in modules("workflows")
        for name in imported_by(file)
        if name.split(".")[0] == "activities" and not name.endswith("signatures")
    ]
    assert not bodies, listed(bodies)


def test_lives_read_no_clock_no_file_and_no_environment() -> None:
    """Business dates come from steps; `workflow.now()` is the server's time (rule 9)."""
    reading = re.compile(
        r"workflow\.now\(|datetime\.now\(|date\.today\(|os\.environ|(?<![\w.])open\("
    )
    found = [
        f"{shown(file)}: {match.group()}"
        for file in modules("workflows")
        for match in reading.finditer(text_of(file))
    ]
    assert not found, listed(found)


def test_no_case_is_folded_over_an_await() -> None:
    """`self.x = self.x.folded(await ...)` loses an update made while it waits (rule 10)."""
    lost = [
        f"{shown(file)}:{node.lineno}"
        for file in modules("workflows")
        for node in nodes(file)
        if isinstance(node, ast.Assign | ast.AugAssign) and _reads_before_await(node)
    ]
    assert not lost, listed(lost)


def _reads_before_await(node: ast.Assign | ast.AugAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    waits = any(isinstance(inner, ast.Await) for inner in ast.walk(node.value))
    own = {ast.unparse(target) for target in targets if isinstance(target, ast.Attribute)}
    read = {ast.unparse(n) for n in ast.walk(node.value) if isinstance(n, ast.Attribute)}
    return bool(own) and waits and (isinstance(node, ast.AugAssign) or bool(own & read))


def test_money_is_never_a_float() -> None:
    floats = [
        f"{shown(file)}:{node.lineno}"
        for file in modules("domain", "store", "reconciliation")
        for node in nodes(file)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    assert not floats, listed(floats)


def test_no_test_is_without_an_assertion() -> None:
    empty = [
        f"{shown(file)} {node.name}"
        for file in modules("tests")
        for node in functions(file)
        if node.name.startswith("test_") and not _asserts(node)
    ]
    assert not empty, listed(empty)


def _asserts(node: ast.AST) -> bool:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return True
        if isinstance(inner, ast.Call):
            name = getattr(inner.func, "attr", getattr(inner.func, "id", ""))
            if name.startswith(("assert_", "expect", "raises", "check_")):
                return True
    return False


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    folders = "|".join(("home", "Users", "work", "root", "opt"))
    trace = re.compile(rf"(?<![\w.$}}*])/(?:{folders})/\w")
    telling = [
        f"{shown(file)}: {found.group()}"
        for file in project_files()
        if file.suffix in TEXTS and (found := trace.search(text_of(file)))
    ]
    assert not telling, listed(telling)


def test_no_file_names_a_package_index() -> None:
    """Where packages come from is the machine's own setting, never the project's."""
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "opt/" + "pypi")
    naming = [
        f"{shown(file)}: {host}"
        for file in project_files()
        for host in hosts
        if file.suffix in TEXTS | {".lock"} and host in text_of(file)
    ]
    assert not naming, listed(naming)
