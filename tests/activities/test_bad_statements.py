"""Statements that are sound in themselves and wrong for our books: nothing of them is booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from activities import fetching
from activities.document_steps import DocumentActivities
from activities.world import World
from domain.facts import BookingFacts
from engine.counterparties import Counterparties
from engine.profiles import Bank
from store import documents, money, proofs
from tests.activities.facts import balances
from tests.golden.bad_files import CMB, data_of
from tests.golden.reading import GOLDEN
from tests.store.samples import fen

ACCOUNT = Bank(
    code="BA-04",
    kind="bank",
    name_zh="测试银行账户四",
    name_en="Pretend bank account 4",
    format="table",
    layout="cmb-detail",
    account_no="622001000012345",
    statement_lag_days=1,
)
NEXT = """单位：元,账号：622001000012345,币种：人民币,,,,,,
起始日期：{first},,截止日期：{last},,,,,,
期初余额：,"{opening}",,期末余额：,"{closing}",,,,
交易日,流水号,借方金额,贷方金额,余额,摘要,用途,收(付)方名称,业务参考号
{last},K9,,10.00,"{closing}",转账,,,
借方合计：0笔，0.00,,,,,,,,
贷方合计：1笔，10.00,,,,,,,,
"""


@pytest.fixture
def at_bank(world: World) -> World:
    """The world with one more account, whose statements are tables."""
    profiles = {profile.code: profile for profile in world.counterparties.all()}
    return replace(world, counterparties=Counterparties({**profiles, "BA-04": ACCOUNT}))


def book(world: World, data: bytes, number: str = "F-1", source: str = "BA-04") -> BookingFacts:
    document = fetching.keep(world, source, fetching.STATEMENT_TABLE, number, data)
    assert document is not None
    return DocumentActivities(world).book_document(document)


def following(first: str, last: str, opening: str, closing: str) -> bytes:
    return NEXT.format(first=first, last=last, opening=opening, closing=closing).encode()


def test_a_table_is_booked_with_its_layout_and_places_on_record(at_bank: World) -> None:
    assert book(at_bank, data_of(CMB)) == BookingFacts(True)
    with at_bank.database.reading() as s:
        (document,) = documents.list_documents(s, "booked")
        (kept,) = proofs.proofs_of(s, document.sha256)
        assert money.last_closing(s, "BA-04") == fen(5118005)
        assert money.last_day(s, "BA-04") == date(2026, 1, 14)
    assert (kept.layout_id, kept.layout_version, kept.reader) == ("cmb-detail", 1, "table 1")
    assert kept.provenance["rows.2"].line == 7
    assert kept.provenance["header.sum.paid_out"].line == 11
    assert {e.kind.value for e in kept.equations} == {
        "unit", "total", "order", "running", "second", "identity",
    }  # fmt: skip


def test_the_statement_after_it_is_booked(at_bank: World) -> None:
    book(at_bank, data_of(CMB))
    data = following("20260115", "20260116", "51,180.05", "51,190.05")
    assert book(at_bank, data, "F-2") == BookingFacts(True)
    assert balances(at_bank)["bank:BA-04"] == 5119005


@pytest.mark.parametrize(
    ("why", "data", "problem"),
    [
        (
            "it overlaps",
            following("20260113", "20260115", "51,180.05", "51,190.05"),
            "Bank statement BA-04-20260113-20260115: begins on 2026-01-13, the last one ends on "
            "2026-01-14.",
        ),
        (
            "days are missing",
            following("20260116", "20260116", "51,185.05", "51,195.05"),
            "Bank statement BA-04-20260116-20260116: begins on 2026-01-16 with 51,185.05, the last "
            "one ends on 2026-01-14 with 51,180.05 CNY.",
        ),
        (
            "it opens with another balance",
            following("20260115", "20260115", "51,180.04", "51,190.04"),
            "Bank statement BA-04-20260115-20260115: opening 51,180.04, should be 51,180.05 CNY.",
        ),
        (
            "it is in units of ten thousand, but its label says yuan",
            following("20260115", "20260115", "5.12", "15.12"),
            "Bank statement BA-04-20260115-20260115: opening 5.12, should be 51,180.05 CNY.",
        ),
        (
            "it is of another account",
            following("20260115", "20260115", "51,180.05", "51,190.05").replace(
                b"12345,", b"12346,"
            ),
            "account: 622001000012346 is not BA-04",
        ),
        (
            "it is the same statement with another content",
            data_of(CMB).replace("退款".encode(), "退货".encode()),
            "Bank statement BA-04-20260112-20260114 of BA-04: it is imported with another content.",
        ),
    ],
)
def test_a_statement_is_refused_whole_when(
    at_bank: World, why: str, data: bytes, problem: str
) -> None:
    book(at_bank, data_of(CMB))
    before = balances(at_bank)
    assert book(at_bank, data, "F-2") == BookingFacts(False, (problem,)), why
    assert balances(at_bank) == before
    with at_bank.database.reading() as s:
        assert len(money.lines_of(s, "BA-04")) == 5
        (refused,) = documents.list_documents(s, "refused")
        assert refused.problems == [problem]
        assert proofs.proofs_of(s, refused.sha256) == []


def test_the_same_file_under_another_name_is_not_taken_up_again(at_bank: World) -> None:
    book(at_bank, data_of(CMB))
    kind = fetching.STATEMENT_TABLE
    assert fetching.keep(at_bank, "BA-04", kind, "F-2", data_of(CMB)) is None
    with at_bank.database.reading() as s:
        assert len(documents.list_documents(s)) == 1


def test_a_notice_is_kept_proved_and_books_nothing(world: World) -> None:
    data = (GOLDEN / "messages" / "notice.camt054.xml").read_bytes()
    document = fetching.keep(world, "BA-01", fetching.NOTICE_CAMT, "NT-1", data)
    assert document is not None
    assert DocumentActivities(world).book_document(document) == BookingFacts(True)
    assert balances(world) == {}
    with world.database.reading() as s:
        (kept,) = proofs.proofs_of(s, document.sha256)
    assert kept.subject == "notice BA-01 NT-20260112-1"


def test_a_notice_of_another_account_is_refused(world: World) -> None:
    data = (GOLDEN / "messages" / "interim.mt942").read_bytes()
    document = fetching.keep(world, "BA-01", fetching.NOTICE_MT942, "IN-1", data)
    assert document is not None
    facts = DocumentActivities(world).book_document(document)
    assert facts == BookingFacts(False, ("account: BA-03 is not BA-01",))


def test_days_without_movement_may_lie_between_two_statements(at_bank: World) -> None:
    book(at_bank, data_of(CMB))
    data = following("20260120", "20260120", "51,180.05", "51,190.05")
    assert book(at_bank, data, "F-2") == BookingFacts(True)


def test_a_day_may_be_stated_in_parts(at_bank: World) -> None:
    book(at_bank, data_of(CMB))
    data = following("20260114", "20260114", "51,180.05", "51,190.05")
    assert book(at_bank, data, "F-2") == BookingFacts(True)
