"""What an auditor gets is read by a tool that we did not write, and it comes to the same sums."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger import Journal, Leg, bank, receivable, suspense
from domain.money import Money
from domain.plain_text_books import (
    AccountNamesCollide,
    account_name,
    account_names,
    journal_lines,
    open_lines,
    quoted,
)
from domain.statement import BankStatement, StatementLine
from store import books_export, closing, ledger, money, periods
from store.database import Database
from tests.store.samples import MONDAY, TODAY, fen, proved
from tests.store.test_periods import JAN, LI


def load(text: str) -> tuple[list[Any], list[Any]]:
    """What beancount makes of it: its entries and its complaints."""
    entries, errors, _ = loader.load_string(text)
    return entries, errors


def sums(entries: list[Any]) -> dict[str, Decimal]:
    """Each account's sum as beancount's entries have it, by our own code."""
    codes = {e.account: e.meta["code"] for e in entries if type(e).__name__ == "Open"}
    found: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if type(entry).__name__ == "Transaction":
            for posting in entry.postings:
                found[codes[posting.account]] += posting.units.number
    return dict(found)


def books(database: Database) -> str:
    with database.reading() as s:
        return "\n".join(books_export.plain_text_books(s, title="Huikuan 回款"))


OWED, UNCLEAR = receivable("PA"), suspense("BA-01")
FACTS = [
    Journal(
        "statement:S-1",
        TODAY,
        'Bank "statement" \\ S-1\nof BA-01',
        "statement",
        "S-1",
        (Leg(bank("BA-01"), UNCLEAR, fen(120_000), "BK-1"),),
    ),
    Journal(
        "invoice:1",
        date(2026, 1, 2),
        "开票",
        "invoice",
        "INV-1",
        (
            Leg(OWED, "revenue", fen(106_195), "SO-1"),
            Leg(OWED, "output_vat", fen(13_805), "SO-1"),
        ),
        approved_by="li.na",
    ),
    Journal(
        "match:1",
        date(2026, 1, 9),
        "",
        "match",
        "R-1",
        (Leg(UNCLEAR, OWED, fen(119_999), "R-1"),),
    ),
]


def fill(database: Database) -> None:
    """A bank line that the statement proves, an invoice, a match, its reversal after a closing."""
    line = StatementLine("BK-1", TODAY, fen(120_000), "", "", "")
    statement = BankStatement("S-1", "BA-01", TODAY, TODAY, fen(0), fen(120_000), (line,))
    with database.transaction() as s:
        money.record_statement(s, proved(statement), now=MONDAY)
        ledger.post_all(s, FACTS, now=MONDAY)
        periods.write_closing(s, JAN, LI, closing.closing_figures(s, JAN), MONDAY)
        ledger.reverse(
            s, "match:1", new_key="undo:1", effective=date(2026, 1, 9), by="li.na", now=MONDAY
        )


def test_beancount_reads_the_books_without_a_complaint_and_comes_to_our_trial_balance(
    database: Database,
) -> None:
    fill(database)
    entries, errors = load(books(database))
    assert errors == []
    with database.reading() as s:
        ours = {
            code: Decimal((debit - credit).plain())
            for code, debit, credit in ledger.trial_balance(s)
        }
    assert sums(entries) == ours
    assert ours == {
        "bank:BA-01": Decimal("1200.00"),
        "output_vat": Decimal("-138.05"),
        "receivable:PA": Decimal("1200.00"),
        "revenue": Decimal("-1061.95"),
        "suspense:BA-01": Decimal("-1200.00"),
    }


def test_every_journal_is_told_with_its_key_its_month_and_its_papers(database: Database) -> None:
    fill(database)
    entries, _ = load(books(database))
    told = {e.meta["key"]: e for e in entries if type(e).__name__ == "Transaction"}
    assert {(key, str(e.date), e.meta["period"]) for key, e in told.items()} == {
        ("invoice:1", "2026-01-02", "2026-01"),
        ("statement:S-1", "2026-01-05", "2026-01"),
        ("match:1", "2026-01-09", "2026-01"),
        ("undo:1", "2026-01-09", "2026-02"),
    }
    assert told["undo:1"].meta["reverses"] == "match:1"
    assert told["invoice:1"].meta["approved-by"] == "li.na"
    assert [p.meta["doc"] for p in told["match:1"].postings] == ["R-1", "R-1"]
    assert told["statement:S-1"].narration == 'Bank "statement" \\ S-1 of BA-01'


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("  Assets:Receivable:PA  1061.95 CNY", "  Assets:Receivable:PA  1061.96 CNY"),
        ("balance Assets:Bank:BA-01  1200.00", "balance Assets:Bank:BA-01  1200.01"),
        ("balance Income:Revenue  -1061.95", "balance Income:Revenue  -1061.94"),
    ],
)
def test_one_changed_figure_is_noticed_by_the_reader(
    database: Database, said: str, instead: str
) -> None:
    fill(database)
    text = books(database)
    assert said in text
    _, errors = load(text.replace(said, instead, 1))
    assert errors


def test_the_bank_s_own_closing_stands_as_an_assertion(database: Database) -> None:
    fill(database)
    text = books(database)
    assert "2026-01-06 balance Assets:Bank:BA-01  1200.00 ~ 0.00 CNY" in text
    assert "2026-01-10 balance Assets:Bank:BA-01  1200.00 ~ 0.00 CNY" in text


def test_empty_books_are_an_empty_file_that_still_loads(database: Database) -> None:
    entries, errors = load(books(database))
    assert (entries, errors) == ([], [])


def test_accounts_are_named_in_the_reader_s_way() -> None:
    codes = ["pay_fees", "clearing:pay_channel", "suspense:BA-01", "receivable:patient"]
    assert account_names(codes) == {
        "pay_fees": "Expenses:Pay-fees",
        "clearing:pay_channel": "Assets:Clearing:Pay-channel",
        "suspense:BA-01": "Liabilities:Suspense:BA-01",
        "receivable:patient": "Assets:Receivable:Patient",
    }
    assert account_name("bank:_x") == "Assets:Bank:X-x"


def test_two_accounts_never_share_a_name() -> None:
    with pytest.raises(AccountNamesCollide, match="bank:a-b and bank:a_b"):
        account_names(["bank:a_b", "bank:a-b"])


@pytest.mark.thorough
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(), st.integers(1, 10**12)), min_size=1, max_size=5))
def test_any_words_and_amounts_are_read_back(facts: list[tuple[str, int]]) -> None:
    names = account_names([bank("BA-01"), suspense("BA-01")])
    lines = list(open_lines(names, TODAY))
    for n, (words, minor) in enumerate(facts):
        leg = Leg(bank("BA-01"), suspense("BA-01"), Money(minor), words)
        fact = Journal(f"k:{n}", TODAY, words, "test", words, (leg,))
        lines += journal_lines(fact, period="2026-01", names=names)
    entries, errors = load("\n".join(lines))
    assert errors == []
    assert sums(entries)["bank:BA-01"] == Decimal(sum(minor for _, minor in facts)) / 100


def test_a_string_stays_on_its_line() -> None:
    assert quoted('a"b\\c\nd') == '"a\\"b\\\\c d"'
