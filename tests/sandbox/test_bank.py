"""The bank's promises: each transfer booked once, each day stated once, balances without gaps."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pdfplumber
import pytest

from sandbox.bank import service
from sandbox.bank_documents import CAMT_NAMESPACE
from tests.sandbox.running import Running, running

CAMT = {"c": CAMT_NAMESPACE}


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as client:
        yield client


def transfer(bank: Running, key: str, amount: str, account: str = "BA-01", **more: str) -> None:
    body = {"key": key, "account": account, "amount": amount, "trace_number": f"T-{key}"}
    body |= {"text": f"赔款支付 <{key}> & 其他", "counterparty": "测试商业医疗保险甲", **more}
    bank.post("/_sandbox/transfers", body, 200)


def statements(bank: Running, account: str = "BA-01") -> list[str]:
    found = bank.get(f"/accounts/{account}/statements")
    return [one["statement_no"] for one in found]


def file(bank: Running, account: str, statement_no: str) -> bytes:
    answer = bank.client.get(f"/accounts/{account}/statements/{statement_no}")
    assert answer.status_code == 200
    return answer.content


def camt(bank: Running, statement_no: str) -> Any:
    document = ElementTree.fromstring(file(bank, "BA-01", statement_no))
    return document.find("c:BkToCstmrStmt/c:Stmt", CAMT)


def texts(element: Any, path: str) -> list[str]:
    prefixed = "/".join(f"c:{tag}" for tag in path.split("/"))
    return [found.text or "" for found in element.findall(prefixed, CAMT)]


def test_a_transfer_with_the_same_key_is_booked_once(bank: Running) -> None:
    transfer(bank, "a", "10.00")
    transfer(bank, "a", "10.00")
    assert bank.get("/accounts/BA-01/balance") == {"balance": "100010.00", "as_of": "2026-01-05"}


def test_a_statement_is_there_at_six_the_next_morning(bank: Running) -> None:
    transfer(bank, "a", "10.00")
    bank.move_clock("2026-01-06 05:59")
    assert statements(bank) == []
    bank.move_clock("2026-01-06 06:00")
    assert statements(bank) == ["BA-01-20260105"]
    assert bank.get("/accounts/BA-01/statements", since="2026-01-06") == []


def test_a_day_without_movement_has_no_statement(bank: Running) -> None:
    transfer(bank, "a", "10.00")
    bank.move_clock("2026-01-07 08:00")
    transfer(bank, "b", "20.00")
    bank.move_clock("2026-01-09 08:00")
    assert statements(bank) == ["BA-01-20260105", "BA-01-20260107"]
    assert statements(bank, "BA-02") == []


def test_each_statement_opens_where_the_last_one_closed(bank: Running) -> None:
    transfer(bank, "a", "10.00")
    bank.move_clock("2026-01-06 08:00")
    transfer(bank, "b", "-4.50")
    bank.move_clock("2026-01-07 08:00")
    statements(bank)
    told = [(one["opening"], one["closing"]) for one in bank.books()["statements"]]
    assert told == [("100000.00", "100010.00"), ("100010.00", "100005.50")]


def test_a_camt_statement_tells_each_movement_and_both_balances(bank: Running) -> None:
    transfer(bank, "a", "1234.50")
    transfer(bank, "b", "-4.50", trace_number="")
    bank.move_clock("2026-01-06 08:00")
    statement = camt(bank, "BA-01-20260105")
    assert texts(statement, "Bal/Tp/CdOrPrtry/Cd") == ["OPBD", "CLBD"]
    assert texts(statement, "Bal/Amt") == ["100000.00", "101230.00"]
    assert texts(statement, "Ntry/Amt") == ["1234.50", "4.50"]
    assert texts(statement, "Ntry/CdtDbtInd") == ["CRDT", "DBIT"]
    assert texts(statement, "Ntry/BookgDt/Dt") == ["2026-01-05", "2026-01-05"]
    assert texts(statement, "Ntry/AcctSvcrRef") == ["BK20260105000001", "BK20260105000002"]
    assert texts(statement, "Ntry/NtryDtls/TxDtls/Refs/EndToEndId") == ["T-a", "NOTPROVIDED"]
    assert texts(statement, "Ntry/NtryDtls/TxDtls/RmtInf/Ustrd")[0] == "赔款支付 <a> & 其他"
    assert texts(statement, "Ntry/NtryDtls/TxDtls/RltdPties/Cdtr/Pty/Nm") == ["测试商业医疗保险甲"]


def test_a_printed_statement_shows_balances_sums_and_every_row(bank: Running) -> None:
    transfer(bank, "a", "1234.50", "BA-02")
    transfer(bank, "b", "-4.50", "BA-02", trace_number="")
    bank.move_clock("2026-01-06 08:00")
    with pdfplumber.open(io.BytesIO(file(bank, "BA-02", "BA-02-20260105"))) as document:
        page = document.pages[0]
        text = page.extract_text()
        table = page.extract_tables()[0]
    assert "起止日期：2026-01-05 至 2026-01-05 期初余额：50,000.00" in text
    assert "期末余额：51,230.00" in text
    assert [cell.replace("\n", "") for cell in table[0] if cell] == [
        "序号",
        "交易日期",
        "摘要",
        "对方户名",
        "流水号",
        "借方发生额(支出)",
        "贷方发生额(收入)",
        "余额",
    ]
    assert [row[4:] for row in table[1:]] == [
        ["T-a", "", "1,234.50", "51,234.50"],
        ["BK20260105000002", "4.50", "", "51,230.00"],
        ["", "4.50", "1,234.50", ""],
    ]
    assert "<a> & 其他" in (table[1][2] or "").replace("\n", "")


def test_a_long_statement_repeats_its_heading_and_counts_its_pages(bank: Running) -> None:
    for number in range(90):
        transfer(bank, f"k{number}", "999999.99", "BA-02", trace_number=f"PB20260105{number:06d}")
    bank.move_clock("2026-01-06 08:00")
    with pdfplumber.open(io.BytesIO(file(bank, "BA-02", "BA-02-20260105"))) as document:
        pages = [page.extract_text() for page in document.pages]
        tables = [page.extract_tables()[0] for page in document.pages]
    assert "第1页 共3页" in pages[0]
    assert "第3页 共3页" in pages[2]
    assert [table[0][0] for table in tables] == ["序号", "序号", "序号"]
    assert tables[2][-1][6:] == ["89,999,999.10", ""]
    # No amount is broken over two lines within its cell.
    assert not any("\n" in (row[7] or "") for table in tables for row in table[1:])


def test_money_that_comes_after_a_statement_is_booked_today(bank: Running) -> None:
    bank.move_clock("2026-01-08 05:00")
    transfer(bank, "a", "10.00", at="2026-01-06T08:00:00+08:00")
    transfer(bank, "b", "10.00", at="2026-01-07T08:00:00+08:00")
    booked = [entry["booked_on"] for entry in bank.books()["entries"]]
    assert booked == ["2026-01-08", "2026-01-07"]


def test_money_sent_with_a_later_date_waits_for_that_day(bank: Running) -> None:
    transfer(bank, "a", "10.00", at="2026-01-07T08:00:00+08:00")
    assert bank.get("/accounts/BA-01/balance")["balance"] == "100000.00"
    bank.move_clock("2026-01-08 08:00")
    assert statements(bank) == ["BA-01-20260107"]


def test_in_instant_mode_each_look_states_only_what_is_new(bank: Running) -> None:
    bank.put("instant", {"on": True})
    transfer(bank, "a", "10.00")
    transfer(bank, "b", "20.00")
    assert statements(bank) == ["BA-01-20260105-1"]
    transfer(bank, "c", "30.00")
    assert statements(bank) == ["BA-01-20260105-1", "BA-01-20260105-2"]
    assert texts(camt(bank, "BA-01-20260105-2"), "Ntry/Amt") == ["30.00"]
    assert texts(camt(bank, "BA-01-20260105-2"), "Bal/Amt") == ["100030.00", "100060.00"]


@pytest.mark.parametrize(
    ("account", "amount", "field"), [("BA-03", "1.00", "account"), ("BA-01", "0.00", "amount")]
)
def test_an_impossible_transfer_is_refused(
    bank: Running, account: str, amount: str, field: str
) -> None:
    body = {"key": "a", "account": account, "amount": amount}
    assert bank.post("/_sandbox/transfers", body, 422)["field"] == field


def test_an_unknown_account_or_statement_is_not_found(bank: Running) -> None:
    assert bank.get("/accounts/BA-03/statements", 404)["error"] == "not_found"
    assert bank.get("/accounts/BA-01/statements/BA-01-20260105", 404)["error"] == "not_found"


def test_a_statement_is_handed_over_again_as_it_was_or_with_another_text(bank: Running) -> None:
    transfer(bank, "a", "10.00")
    bank.move_clock("2026-01-06 06:00")
    number = "BA-01-20260105"
    assert statements(bank) == [number]
    for file_no, text in (("COPY-1", None), ("COPY-2", "别的用途")):
        body = {"file_no": file_no, "statement_no": number, "text": text}
        bank.post("/_sandbox/copies", body, 200)
    assert statements(bank) == [number, "COPY-1", "COPY-2"]
    assert file(bank, "BA-01", "COPY-1") == file(bank, "BA-01", number)
    changed = camt(bank, "COPY-2")
    assert texts(changed, "Id") == [number]
    assert "别的用途" in file(bank, "BA-01", "COPY-2").decode()
    unknown = {"file_no": "COPY-3", "statement_no": "BA-01-20260199"}
    assert bank.post("/_sandbox/copies", unknown, 422)["field"] == "statement_no"
