"""`huikuan reconcile`: every line of a day is explained, and bad days are refused in words."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.settings import Settings
from runtime.cli import app
from runtime.wiring import parts_of
from tests.store.lines_of_a_day import write_bill_differences, write_lines
from tests.templates import copy_database

pytestmark = pytest.mark.thorough


@pytest.fixture
def home(migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a house left when it was stopped on Wednesday 14 January, nine days after its lines."""
    for name in ("HUIKUAN_HOME", "HUIKUAN_DATABASE_URL", "HUIKUAN_CLOCK"):
        # Set first, so that what the command sets is undone as well.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    home = tmp_path / "demo"
    copy_database(migrated_file, home / "huikuan.sqlite")
    (home / "clock").write_text("2026-01-14T09:00:00+08:00")
    parts = parts_of(Settings(home=home))
    with parts.database.transaction() as s:
        write_lines(s)
    parts.database.dispose()
    return home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["reconcile", *arguments])


def told(result: Result) -> str:
    return " ".join(result.output.split())


def test_every_line_of_a_stopped_house_is_explained(home: Path) -> None:
    shown = run("2026-01-05", "--home", str(home))
    said = told(shown)
    assert "BA-01 statement ST-1 3 lines: 1 matched, 0 decided, 1 open, 1 not looked at" in said
    assert (
        "BK-1 1,000.00 matched same reference, payer and amount (as printed) → RA-1;"
        " rules 2026-01, 2 fitted; ¥0.03 off" in said
    )
    assert (
        "BK-2 500.00 open paid twice: another line paid it; rules 2026-01, 2 fitted;"
        " it names RA-1; may be RA-9: same amount (4 are as likely)"
        " Finance / Head of finance, 7 working days old, due asked from 2026-01-10" in said
    )
    assert "BK-3 0.07 new No reconciliation has looked at it yet." in said
    assert "BA-02 no statement covers this day 0 lines" in said
    assert shown.exit_code == 1, "a line that nobody looked at is not explained"


def test_programs_get_the_same_with_every_field(home: Path) -> None:
    shown = run("2026-01-05", "--home", str(home), "--account", "BA-01", "--json")
    (account,) = json.loads(shown.stdout)["accounts"]
    assert account["counts"] == {"matched": 1, "decided": 0, "open": 1, "new": 1}
    matched, left_open, _ = account["lines"]
    assert matched["decision"]["rule"] == "exact"
    assert matched["decision"]["alternatives"] == 2
    assert (left_open["amount"], left_open["finding"]["difference_class"]) == (
        "500.00",
        "duplicate_payment",
    )
    assert left_open["owners"] == ["finance", "finance_head"]
    assert left_open["age_working_days"] == 7


def test_what_a_channel_s_bill_says_otherwise_is_told_after_the_lines(home: Path) -> None:
    parts = parts_of(Settings(home=home))
    with parts.database.transaction() as s:
        number = write_bill_differences(s)
    parts.database.dispose()
    said = told(run("2026-01-05", "--home", str(home)))
    assert "looked at it yet. What pay channels' bills say otherwise DF-" in said
    assert (
        f"{number} -0.30 open The fee of pay_json on PM-1-1-1 is not the one of its contract, by"
        " -0.30 CNY Finance / Head of finance, due asked from 2026-01-07" in said
    )
    shown = run("2026-01-05", "--home", str(home), "--account", "BA-01", "--json")
    (account,) = json.loads(shown.stdout)["accounts"]
    bills = {one["no"]: (one["state"], one["amount"]) for one in account["bills"]}
    assert bills[number] == ("open", "-0.30")
    assert sorted(bills.values()) == [("matched", "99.40"), ("open", "-0.30")]


def test_a_day_without_lines_is_well(home: Path) -> None:
    assert run("2026-01-06", "--home", str(home)).exit_code == 0


def test_today_may_be_asked_for_and_tomorrow_may_not(home: Path) -> None:
    assert run("2026-01-14", "--home", str(home)).exit_code == 0
    refused = run("2026-01-15", "--home", str(home))
    assert refused.exit_code == 2
    assert told(refused) == ("date: 2026-01-15 is in the future; the business day is 2026-01-14.")


@pytest.mark.parametrize("typed", ["2026-02-30", "5.1.2026", "yesterday", ""])
def test_what_is_no_day_ends_with_2(home: Path, typed: str) -> None:
    refused = run(typed, "--home", str(home))
    assert refused.exit_code == 2
    assert told(refused) == f"date: {typed!r} is no date like 2026-01-19."


def test_an_account_that_is_not_ours_is_named_with_those_that_are(home: Path) -> None:
    refused = run("2026-01-05", "--home", str(home), "--account", "BA-09")
    assert (refused.exit_code, told(refused)) == (
        2,
        "account: 'BA-09' is none of BA-01, BA-02.",
    )


def test_tables_of_an_older_release_are_told_and_left_alone(home: Path) -> None:
    with sqlite3.connect(home / "huikuan.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0016'")
    connection.close()
    refused = run("2026-01-05", "--home", str(home))
    assert refused.exit_code == 2
    assert "are of an older release; run `huikuan migrate`." in told(refused)


def test_where_no_house_lived_nothing_is_made(tmp_path: Path, home: Path) -> None:
    empty = tmp_path / "empty"
    refused = CliRunner(env={"HUIKUAN_HOME": str(empty)}).invoke(app, ["reconcile", "2026-01-05"])
    assert refused.exit_code == 2
    assert "no house has lived in" in told(refused)
    assert not (empty / "huikuan.sqlite").exists()
