"""What was handed to the ERP stands as it was sent, whoever reaches the tables with SQL."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from domain.ledger import WRITE_OFFS, Journal, Leg, bank, clearing, receivable, suspense
from domain.payment_bookings import bill_journal, captured_journal, returned_journal
from store import fund_vouchers, ledger
from store.database import Database
from tests.store.samples import MONDAY, TODAY, fen, open_case

AT = "'2026-01-05 00:00:00'"
SENT, WAITING = "funds:2026-01-05:1", "funds:2026-01-05:2"

ATTACKS = {
    "another number": f"UPDATE fund_voucher SET voucher_no = 'V-9' WHERE key = '{SENT}'",
    "no number any more": f"UPDATE fund_voucher SET voucher_no = NULL WHERE key = '{SENT}'",
    "another amount": f"UPDATE fund_voucher SET legs = '[]' WHERE key = '{SENT}'",
    "another amount while it waits": (
        f"UPDATE fund_voucher SET legs = '[]', voucher_no = 'V-2' WHERE key = '{WAITING}'"
    ),
    "another day": f"UPDATE fund_voucher SET day = '2026-01-06' WHERE key = '{WAITING}'",
    "another key": f"UPDATE fund_voucher SET key = 'k', voucher_no = 'V' WHERE key = '{WAITING}'",
    "frozen at another time": f"UPDATE fund_voucher SET frozen_at = {AT} WHERE key = '{WAITING}'",
    "a voucher forgotten": "DELETE FROM fund_voucher",
    "a journal set free": f"DELETE FROM fund_voucher_journal WHERE key = '{SENT}'",
    "a journal moved": f"UPDATE fund_voucher_journal SET key = '{WAITING}'",
    "a journal in two": f"INSERT INTO fund_voucher_journal VALUES (1, '{WAITING}')",
    "a journal put into what is sent": f"INSERT INTO fund_voucher_journal VALUES (3, '{SENT}')",
}
REPLACES = {
    "a voucher pushed out": (
        f"INSERT OR REPLACE INTO fund_voucher VALUES ('{SENT}', '2026-01-05', '[]', {AT}, 'V-1')"
    ),
    "a journal pushed out": f"INSERT OR REPLACE INTO fund_voucher_journal VALUES (1, '{WAITING}')",
}


def book(database: Database, key: str, source: str, debit: str, credit: str, minor: int) -> None:
    with database.transaction() as s:
        leg = Leg(debit, credit, fen(minor), "D")
        ledger.post(s, Journal(key, TODAY, "", source, key, (leg,)), now=MONDAY)


@pytest.fixture
def handed(database: Database) -> Database:
    """A voucher of 12.00 that the ERP has, one of 3.00 that waits, and 0.50 in neither."""
    with database.transaction() as s:
        open_case(s)
    for n, minor in enumerate((1200, 300), start=1):
        book(database, f"line:BK-{n}", "statement", bank("BA-01"), suspense("BA-01"), minor)
        with database.transaction() as s:
            frozen = fund_vouchers.freeze(s, TODAY, now=MONDAY)
            assert frozen is not None
            if n == 1:
                fund_vouchers.note_sent(s, frozen.key, "V-1")
    book(database, "line:BK-3", "statement", bank("BA-01"), suspense("BA-01"), 50)
    return database


def stands(database: Database) -> list[tuple[str, int, str]]:
    with database.reading() as s:
        found = fund_vouchers.vouchers_of(s, TODAY)
    return [(one.key, one.legs[0].amount.minor, one.voucher_no) for one in found]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_frozen_survives(handed: Database, attack: str) -> None:
    with pytest.raises(DatabaseError), handed.transaction() as s:
        s.connection().execute(text(ATTACKS[attack]))
    assert stands(handed) == [(SENT, 1200, "V-1"), (WAITING, 300, "")]


@pytest.mark.parametrize("attack", REPLACES)
def test_sqlite_replace_pushes_out_no_voucher(handed: Database, attack: str) -> None:
    if handed.dialect != "sqlite":
        assert handed.dialect == "postgresql", "PostgreSQL has no REPLACE"
        return
    with pytest.raises(DatabaseError, match=r"is frozen|only grows"), handed.transaction() as s:
        s.connection().execute(text(REPLACES[attack]))
    assert stands(handed) == [(SENT, 1200, "V-1"), (WAITING, 300, "")]


@pytest.mark.parametrize("table", ["fund_voucher", "fund_voucher_journal"])
def test_postgres_refuses_to_truncate_the_vouchers(handed: Database, table: str) -> None:
    if handed.dialect != "postgresql":
        assert handed.dialect == "sqlite", "SQLite has no TRUNCATE"
        return
    with pytest.raises(DatabaseError, match=r"is frozen|only grows"), handed.transaction() as s:
        s.connection().execute(text(f"TRUNCATE {table} CASCADE"))


def test_the_number_of_a_waiting_voucher_comes_once(handed: Database) -> None:
    for _ in range(2):
        with handed.transaction() as s:
            fund_vouchers.note_sent(s, WAITING, "V-2")
    assert stands(handed) == [(SENT, 1200, "V-1"), (WAITING, 300, "V-2")]


def test_announced_money_that_is_given_up_is_handed_over_and_a_receivable_is_not(
    database: Database,
) -> None:
    # A case hands its receivables over itself when it closes.
    book(database, "write_off:RV-1:RA-1", "review", WRITE_OFFS, clearing("PA"), 700)
    book(database, "write_off:RV-2:CL-1", "review", WRITE_OFFS, receivable("PA"), 900)
    with database.transaction() as s:
        assert fund_vouchers.days_waiting(s, TODAY) == [TODAY]
        frozen = fund_vouchers.freeze(s, TODAY, now=MONDAY)
        assert frozen is not None
        fund_vouchers.note_sent(s, frozen.key, "V-1")
        assert fund_vouchers.days_waiting(s, TODAY) == []
    assert [(leg.credit, leg.amount) for leg in frozen.legs] == [(clearing("PA"), fen(700))]


def test_what_a_channel_took_and_gave_back_is_handed_over_and_the_share_that_it_settles_is_not(
    database: Database,
) -> None:
    took = captured_journal(pay_no="PM-1-1-1", channel="wallet", amount=fen(60000), on=TODAY)
    settles = bill_journal(payment_no="PM-1", order_no="SO-2026-0001", amount=fen(60000), on=TODAY)
    back, undone = (
        returned_journal(
            refund_no=number, channel="wallet", amount=fen(minor), on=TODAY, of_a_paid_bill=is_paid
        )
        for number, minor, is_paid in (("RT-1-1-1", 2500, True), ("PM-2-1-1-R1", 700, False))
    )
    with database.transaction() as s:
        for journal in (took, settles, back, undone):
            ledger.post(s, journal, now=MONDAY)
        frozen = fund_vouchers.freeze(s, TODAY, now=MONDAY)
        assert frozen is not None
        fund_vouchers.note_sent(s, frozen.key, "V-1")
        assert fund_vouchers.days_waiting(s, TODAY) == []
    # The case hands the share over itself when it closes.
    assert [(leg.debit, leg.credit, leg.amount) for leg in frozen.legs] == [
        ("clearing:wallet", "prepayments", fen(60000)),
        ("patient_refunds", "clearing:wallet", fen(2500)),
        ("prepayments", "clearing:wallet", fen(700)),
    ]
