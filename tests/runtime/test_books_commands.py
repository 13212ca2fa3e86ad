"""Months and the export on the command line: who one is must be proved, and refusals have words."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from beancount import loader
from sqlmodel import Session
from typer.testing import CliRunner, Result

from api.texts import TEXTS
from domain.ledger import Journal, Leg, bank, receivable, suspense
from domain.statement import BankStatement, StatementLine
from engine.settings import Settings
from runtime.cli import app
from runtime.people import DEMO_PASSWORD, add_demo_people
from runtime.wiring import Parts, parts_of
from store import closing, ledger, money, periods
from tests.store.samples import MONDAY, fen, open_case, proved
from tests.store.test_channel_moves import take
from tests.store.test_closing import hand_over
from tests.templates import copy_database

pytestmark = pytest.mark.thorough

JAN = "2026-01"


@pytest.fixture(scope="module")
def kept_house(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with January's bank line unexplained but known, to be copied for each test."""
    home = tmp_path_factory.mktemp("house")
    copy_database(migrated_file, home / "huikuan.sqlite")
    found = parts_of(Settings(home=home))
    add_demo_people(found.database)
    with found.database.transaction() as s:
        for account in ("BA-01", "BA-02"):
            _book(s, account, date(2026, 1, 30), 0, 5000)
            _book(s, account, date(2026, 2, 2), 5000, 1)
        hand_over(s, date(2026, 1, 30))
    found.database.dispose()
    return home


@pytest.fixture
def parts(kept_house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """That house on 3 February 2026."""
    home = shutil.copytree(kept_house, tmp_path / "var")
    monkeypatch.setenv("HUIKUAN_HOME", str(home))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    clock = tmp_path / "clock"
    clock.write_text("2026-02-03T09:00:00+08:00")
    monkeypatch.setenv("HUIKUAN_CLOCK", f"file:{clock}")
    return parts_of(Settings())


def _book(s: Session, account: str, on: date, opening: int, minor: int) -> None:

    line_id = f"{account}-{on}"
    line = StatementLine(line_id, on, fen(minor), "", "", "")
    statement = BankStatement(line_id, account, on, on, fen(opening), fen(opening + minor), (line,))
    money.record_statement(s, proved(statement), now=MONDAY)
    leg = Leg(bank(account), suspense(account), fen(minor), line_id)
    ledger.post(s, Journal(line_id, on, "", "statement", line_id, (leg,)), now=MONDAY)
    money.open_difference(
        s,
        natural_key=f"line:{line_id}",
        kind="unmatched_line",
        amount=fen(minor),
        suspense_account=suspense(account),
        case_no=None,
        line_id=line_id,
        claim_no=None,
        opened_on=on,
        ask_on=on,
    )


def run(*arguments: str, typed: str = f"{DEMO_PASSWORD}\n") -> Result:
    return CliRunner().invoke(app, list(arguments), input=typed)


def state(parts: Parts) -> str:
    with parts.database.reading() as s:
        return periods.period_view(s, JAN).state


def test_a_month_is_checked_closed_and_opened_again_by_two_persons(parts: Parts) -> None:
    checked = run("period", "check", JAN)
    assert (checked.exit_code, "NO" in checked.output) == (0, False)

    assert run("period", "close", JAN, "--as", "li.finance").exit_code == 0
    assert state(parts) == "closed"

    asked = run("period", "reopen", JAN, "--as", "li.finance", "--why", "a late invoice")
    assert (asked.exit_code, state(parts)) == (0, "reopen_asked")
    alone = run("period", "reopen", JAN, "--as", "li.finance", "--why", "quick")
    assert (alone.exit_code, state(parts)) == (1, "reopen_asked")
    assert "needs a second person besides li.finance" in alone.output
    agreed = run("period", "reopen", JAN, "--as", "zhao.head", "--why", "seen")
    assert (agreed.exit_code, state(parts)) == (0, "open")


def test_a_second_person_may_refuse(parts: Parts) -> None:
    run("period", "close", JAN, "--as", "li.finance")
    run("period", "reopen", JAN, "--as", "li.finance", "--why", "a late invoice")
    assert run("period", "refuse", JAN, "--as", "zhao.head", "--why", "next month").exit_code == 0
    assert state(parts) == "closed"


def test_a_wrong_password_closes_nothing(parts: Parts) -> None:
    refused = run("period", "close", JAN, "--as", "li.finance", typed="guess\n")
    assert (refused.exit_code, state(parts)) == (1, "open")
    assert "The login or the password is wrong." in refused.output


def test_who_is_not_of_finance_closes_nothing(parts: Parts) -> None:
    refused = run("period", "close", JAN, "--as", "sun.auditor")
    assert (refused.exit_code, state(parts)) == (1, "open")
    assert "only finance closes months" in refused.output


def test_a_month_that_is_not_over_says_why_and_stays_open(parts: Parts) -> None:
    run("period", "close", JAN, "--as", "li.finance")
    refused = run("period", "close", "2026-02", "--as", "li.finance")
    assert refused.exit_code == 1
    assert "2026-02-28 is not over" in refused.output
    assert "BA-01: statements end on 2026-02-02" in refused.output


def test_a_month_waits_for_the_bills_of_every_channel_that_has_a_file(parts: Parts) -> None:
    with parts.database.transaction() as s:
        take(s, ["PAY-1"], channel="pay_xml")
    refused = run("period", "close", JAN, "--as", "li.finance")
    assert (refused.exit_code, state(parts)) == (1, "open")
    assert "pay_xml: money moved on 2026-01-05, and no bill of it is booked" in refused.output


def test_the_list_for_programs_names_each_check(parts: Parts) -> None:
    told = json.loads(run("period", "check", "2026-02", "--json").stdout)
    assert told["state"] == "open"
    assert [check["name"] for check in told["checks"]] == [
        "period_over",
        "earlier_closed",
        "statements_complete",
        "bills_booked",
        "bank_agrees",
        "trial_balances",
        "suspense_explained",
        "differences_small",
        "vouchers_with_erp",
    ]
    against = {c["name"]: c["against"] for c in told["checks"] if not c["holds"]}
    assert against["earlier_closed"] == [
        {
            "reason": "month_open",
            "month": "2026-01",
            "zh": "2026-01 尚未结账",
            "en": "2026-01 is open",
        }
    ]


def test_the_list_is_told_in_chinese_when_asked(parts: Parts) -> None:
    told = run("period", "check", "2026-02", "--lang", "zh")
    assert told.exit_code == 1
    assert "2026-02: 未结账" in told.output
    assert "2026-02-28 还没有过完" in told.output
    assert "BA-01：对账单只到 2026-02-02" in told.output


@pytest.mark.parametrize("command", ["check", "close"])
def test_what_is_no_month_ends_with_2(parts: Parts, command: str) -> None:
    who = ["--as", "li.finance"] if command == "close" else []
    refused = run("period", command, "2026-13", *who)
    assert refused.exit_code == 2
    assert "'2026-13' is no month like 2026-01." in refused.output


def test_every_check_has_words(parts: Parts) -> None:
    rules = closing.ClosingRules((), date(2026, 2, 3), fen(1), ())
    with parts.database.reading() as s:
        names = {f"period_check.{c.name}" for c in closing.checklist(s, JAN, rules)}
    assert len(names) == 9
    assert names <= set(TEXTS)


def test_the_books_are_exported_to_a_file_that_beancount_loads(
    parts: Parts, tmp_path: Path
) -> None:
    out = tmp_path / "books.beancount"
    assert run("books", "export", "--out", str(out)).exit_code == 0
    entries, errors, _ = loader.load_file(str(out))
    assert errors == []
    assert len([e for e in entries if type(e).__name__ == "Transaction"]) == 4
    assert run("books", "export").stdout == out.read_text(encoding="utf-8")


def test_the_funds_of_a_day_say_what_is_unclear_and_what_was_handed_over(
    parts: Parts,
) -> None:
    told = json.loads(run("books", "funds", "2026-01-30", "--json").stdout)
    assert told["vouchers"] == ["V-2026-01-30"]
    assert [(one["owner"], one["received"], one["suspense"]) for one in told["funds"]] == [
        ("?", "100.00", "100.00")
    ]
    assert run("books", "funds", "2026-02-04").exit_code == 2
    assert "vouchers: V-2026-01-30" in run("books", "funds", "2026-01-30").output
    assert "vouchers: none" in run("books", "funds", "2026-02-02").output


def test_expected_money_is_listed_by_payer_and_a_sum_that_nobody_expects_ends_with_1(
    parts: Parts,
) -> None:
    with parts.database.transaction() as s:
        open_case(s)
        leg = Leg(receivable("PA"), "revenue", fen(120_000), "SO-2026-0001")
        fact = Journal("invoice:1", date(2026, 1, 5), "", "invoice", "I-1", (leg,))
        ledger.post(s, fact, now=MONDAY)
        money.raise_item(
            s,
            item_no="CL-1",
            case_no="SO-2026-0001",
            payer="PA",
            kind="claim",
            amount=fen(120_000),
            due_on=date(2026, 2, 2),
        )
    listed = run("books", "expected")
    assert listed.exit_code == 0
    assert listed.output.split()[:4] == ["PA", "2026-02-02", "1,200.00", "overdue"]
    assert "CL-1" not in run("books", "expected", "--payer", "PB").output
    with parts.database.transaction() as s:
        ledger.reverse(
            s, "invoice:1", new_key="undo", effective=date(2026, 2, 3), by="li.na", now=MONDAY
        )
    refused = run("books", "expected")
    assert refused.exit_code == 1
    assert "receivable:PA: expected ¥1,200.00, books ¥0.00" in refused.output
