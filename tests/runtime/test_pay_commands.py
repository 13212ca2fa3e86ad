"""`huikuan pay`: who says so proves it, parts are read, and what is refused is told in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from domain.money import Money
from domain.payment import PartKind
from domain.review import Role
from engine.settings import Settings
from runtime.cli import app
from runtime.wiring import parts_of
from store import money, people, share_bills
from tests.store.samples import MONDAY, open_case
from tests.templates import copy_database

pytestmark = pytest.mark.thorough

CASE = "SO-2026-0001"
NUMBER = share_bills.payment_no_of(CASE, 1)


@pytest.fixture(autouse=True)
def _house(migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A house without an engine, whose patient owes 600.00."""
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    copy_database(migrated_file, tmp_path / "var" / "huikuan.sqlite")
    parts = parts_of(Settings(home=tmp_path / "var"))
    with parts.database.transaction() as s:
        people.add_person(s, "wang", Role.OPS, "correct horse", "Wang")
        people.add_person(s, "he", Role.AUDITOR, "correct horse", "He")
        open_case(s)
        money.raise_item(
            s,
            item_no="PT-2026-0001",
            case_no=CASE,
            payer="patient",
            kind="patient",
            amount=Money(60000),
            due_on=date(2026, 2, 5),
        )
    parts.database.dispose()


def run(*arguments: str, typed: str = "correct horse\n") -> Result:
    return CliRunner().invoke(app, ["pay", *arguments], input=typed)


def told(result: Result) -> str:
    return " ".join(result.output.split())


def open_with(*parts: str, login: str = "wang", typed: str = "correct horse\n") -> Result:
    asked = [word for part in parts for word in ("--part", part)]
    return run("open", CASE, *asked, "--login", login, typed=typed)


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ("self_pay", "'' is not an amount like 1234.50."),
        ("self_pay=six", "'six' is not an amount like 1234.50."),
        ("barter=600", "'barter' is none of pool_fund, personal_account, commercial,"),
    ],
)
def test_a_part_that_is_none_ends_with_2_before_anybody_is_asked(part: str, why: str) -> None:
    result = open_with(part, typed="")
    assert result.exit_code == 2
    assert told(result).startswith(f"--part: {why}")


def test_a_wrong_password_opens_nothing() -> None:
    result = open_with("self_pay=600", typed="wrong\n")
    assert (result.exit_code, "login or the password is wrong" in told(result)) == (1, True)


def test_an_auditor_opens_nothing() -> None:
    result = open_with("self_pay=600", login="he")
    assert (result.exit_code, "An auditor changes nothing." in told(result)) == (1, True)


def test_a_house_without_an_engine_says_so() -> None:
    result = open_with("self_pay=600")
    assert result.exit_code == 1
    assert "Temporal cannot be reached." in told(result)


def test_a_bill_is_shown_with_its_parts(tmp_path: Path) -> None:
    parts = parts_of(Settings(home=tmp_path / "var"))
    asked = [(PartKind.POOL_FUND, Money(50000)), (PartKind.SELF_PAY, Money(10000))]
    with parts.database.transaction() as s:
        share_bills.open_share_bill(s, CASE, asked, by="wang", place="till-1", now=MONDAY)
    parts.database.dispose()
    result = run("show", NUMBER)
    assert result.exit_code == 0
    assert f"{NUMBER}: 600.00 CNY is opened." in told(result)
    assert "500.00" in result.output
    assert "not_asked" in result.output


def test_a_bill_that_nobody_opened_is_not_shown() -> None:
    result = run("show", "PM-000000000000")
    assert (result.exit_code, told(result)) == (1, "There is no payment PM-000000000000.")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("return", NUMBER, "--part", "one=5", "--reason", "other"), "--part: 'one' is no part's"),
        (("return", NUMBER, "--part", "1=five", "--reason", "other"), "--part: 'five' is not an"),
        (("return", NUMBER, "--goods", "1=-1", "--reason", "other"), "--goods: '1=-1' is not like"),
        (("return", NUMBER, "--part", "1=5", "--reason", "mood"), "--reason: 'mood' is none of"),
        (("count", f"{NUMBER}-1-1", "five"), "amount: 'five' is not an amount"),
    ],
)
def test_what_is_no_return_and_no_count_ends_with_2(arguments: tuple[str, ...], why: str) -> None:
    result = run(*arguments, "--login", "wang", typed="")
    assert (result.exit_code, told(result).startswith(why)) == (2, True)


@pytest.mark.parametrize("command", ["open", "show", "return", "count", "confirm"])
def test_every_command_of_pay_explains_itself(command: str) -> None:
    result = run(command, "--help")
    assert (result.exit_code, f"Usage: huikuan pay {command}" in told(result)) == (0, True)
