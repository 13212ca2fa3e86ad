"""The command line: it explains itself, and wrong input ends with 2 and names the field."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from domain.review import Role
from engine.counterparties import Counterparties
from engine.settings import Settings
from runtime.cli import app
from runtime.wiring import parts_of
from store import people

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
READS_SETTINGS = (
    ("demo", "--once"),
    ("up",),
    ("migrate",),
    ("worker", "cases"),
    ("api",),
    ("schedules",),
    ("start", "SO-2026-0001"),
    ("add-person", "wang", "finance"),
)
READS_PROFILES = tuple(command for command in READS_SETTINGS if command[0] not in ("demo", "up"))


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No command of a test may touch the state of this checkout, or a server that runs by it."""
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=typed)


def told(result: Result) -> str:
    """Everything that was printed, in one line."""
    return " ".join(result.output.split())


def test_every_command_is_known() -> None:
    assert COMMANDS == [
        "add-person",
        "api",
        "books",
        "demo",
        "down",
        "layout",
        "migrate",
        "pay",
        "paychannel",
        "period",
        "portal",
        "reconcile",
        "schedules",
        "start",
        "up",
        "worker",
    ]


def test_without_a_command_the_help_is_shown() -> None:
    result = run()
    assert all(command in result.output for command in COMMANDS)


@pytest.mark.thorough
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Usage: huikuan {command}" in told(result)


@pytest.mark.parametrize("command", [("fly",), ("worker",), ("start",), ("add-person", "wang")])
def test_what_is_no_command_ends_with_2(command: tuple[str, ...]) -> None:
    assert run(*command).exit_code == 2


@pytest.mark.parametrize("command", READS_SETTINGS, ids=lambda command: command[0])
def test_a_wrong_setting_is_named_and_nothing_is_started(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_API_PORT", "eighty")
    home = ("--home", str(tmp_path / "up")) if command[0] in ("demo", "up") else ()
    result = run(*command, *home)
    assert result.exit_code == 2
    assert "HUIKUAN_API_PORT: Input should be a valid integer" in told(result)
    assert "eighty" not in result.output
    assert not (tmp_path / "up").exists()


@pytest.mark.parametrize("command", READS_PROFILES, ids=lambda command: command[0])
def test_a_faulty_profile_is_named_with_its_field(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "profiles" / "PA").mkdir(parents=True)
    (tmp_path / "profiles" / "PA" / "profile.toml").write_text('kind = "bank"\ncode = "PA"\n')
    monkeypatch.setenv("HUIKUAN_COUNTERPARTIES_FOLDER", str(tmp_path / "profiles"))
    result = run(*command)
    assert result.exit_code == 2
    assert "PA/profile.toml: bank.name_zh: Field required" in told(result)


def test_a_queue_that_does_not_exist_is_named() -> None:
    result = run("worker", "cases", "robots")
    assert result.exit_code == 2
    assert told(result) == "queues: robots unknown; there are cases, bots, documents."


@pytest.mark.parametrize("order_no", ["0001", "SO-", "SO-2026-0001;", "so-2026-0001"])
def test_what_is_no_order_number_is_refused_before_anybody_is_called(order_no: str) -> None:
    result = run("start", order_no)
    assert result.exit_code == 2
    assert told(result) == "order_no: An order number looks like SO-2026-0001."


def test_a_role_that_does_not_exist_is_named_with_those_that_do() -> None:
    result = run("add-person", "wang", "boss")
    assert result.exit_code == 2
    assert told(result) == ("role: 'boss' is none of ops, finance, finance_head, auditor.")


def test_a_person_who_was_added_may_sign_in(tmp_path: Path) -> None:
    assert run("migrate").exit_code == 0
    result = run("add-person", "Wang", "finance", typed="correct horse\ncorrect horse\n")
    assert result.exit_code == 0
    assert "correct horse" not in result.output
    parts = parts_of(Settings(home=tmp_path / "var"))
    with parts.database.reading() as s:
        assert people.person_of(s, "wang").role is Role.FINANCE
    parts.database.dispose()


def test_a_person_keeps_the_role_that_was_given_first() -> None:
    run("migrate")
    run("add-person", "wang", "finance", typed="correct horse\ncorrect horse\n")
    result = run("add-person", "wang", "auditor", typed="correct horse\ncorrect horse\n")
    assert result.exit_code == 2
    assert told(result).endswith("role: Login wang: role is already on record with another value.")


def test_a_person_is_added_to_the_house_that_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`up` keeps its state in a folder of its own: other commands looked beside it."""
    house = tmp_path / "up"
    house.mkdir()
    note = {"environment": {"HUIKUAN_HOME": str(house)}, "processes": {}}
    (house / "processes.json").write_text(json.dumps(note), encoding="utf-8")
    parts = parts_of(Settings(home=house))
    parts.database.migrate()
    monkeypatch.delenv("HUIKUAN_HOME")
    result = run(
        "add-person", "wang", "ops", "--home", str(house), typed="correct horse\ncorrect horse\n"
    )
    assert result.exit_code == 0
    with parts.database.reading() as s:
        assert people.person_of(s, "wang").role is Role.OPS
    parts.database.dispose()


def test_a_house_that_is_down_has_nothing_to_end(tmp_path: Path) -> None:
    result = run("down", "--home", str(tmp_path))
    assert (result.exit_code, told(result)) == (0, "Nothing was running.")


def test_the_profiles_of_this_checkout_can_be_read(tmp_path: Path) -> None:
    copied = shutil.copytree("counterparties", tmp_path / "counterparties")
    assert [bank.code for bank in Counterparties.load(copied).banks()] == ["BA-01", "BA-02"]
