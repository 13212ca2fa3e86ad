"""What no bill tells of yet is found by an index: years of billed payments are not read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import event, insert, text
from sqlmodel import Session, select

from domain.channel_bill import BillKind, BillLine, ChannelBill
from domain.money import Money
from domain.proof import DocumentForm, Equation, ProofKind, Reading, prove
from engine.clock import business_zone
from store import channel_bills
from store.channel_moves import days_without_bill, moved, moved_on, states_of, without_bill
from store.database import Database
from store.migrating import upgrade
from store.tables_channels import ChannelBillRow
from store.tables_payments import PayAttemptRow, PaymentBillRow, PaymentPartRow, PayRefundRow
from tests.store.samples import MONDAY, TODAY, XorSealer, fen

OLD = 3000
TUESDAY = date(2026, 1, 6)


def take(
    s: Session, names: list[str], *, channel: str = "W", days_ago: int = 0, **more: Any
) -> None:
    """Captured payments of 1.00 each, straight into the tables."""
    at = MONDAY - timedelta(days=days_ago)
    bill = {"currency": "CNY", "minor": 100, "opened_by": "li", "place": "t", "opened_at": at}
    part = {"n": 1, "kind": "self_pay", "currency": "CNY", "minor": 100}
    attempt = {"n": 1, "channel": channel, "currency": "CNY", "minor": 100, "state": "captured"}
    attempt |= {"why": "", "channel_no": "", "asked_back": 0, "pay_url": "", "billed_back": -1}
    attempt |= {"paid_at": at, "asked_at": at, **more}
    rows: list[tuple[Any, list[dict[str, Any]]]] = [
        (PaymentBillRow, [bill | {"payment_no": n, "payer_ref": ""} for n in names]),
        (PaymentPartRow, [part | {"payment_no": n} for n in names]),
        (PayAttemptRow, [attempt | {"payment_no": n, "pay_no": n} for n in names]),
    ]
    for table, values in rows:
        s.connection().execute(insert(table), values)


def refund(s: Session, names: list[str], *, state: str = "refunded") -> None:
    """0.40 of each goes back."""
    row = {"currency": "CNY", "minor": 40, "state": state, "reason": "t", "asked_by": "li"}
    row |= {"channel_no": "", "asked_at": MONDAY, "returned_at": MONDAY}
    values = [row | {"refund_no": f"{n}-R1", "pay_no": n} for n in names]
    s.connection().execute(insert(PayRefundRow), values)


def book(s: Session, day: date, *lines: tuple[BillKind, str]) -> None:
    """A bill of a day, with these payments, or the first refunds of them."""
    found = tuple(
        BillLine(
            kind,
            day,
            no,
            f"C-{no}",
            f"{no}-R1" if kind is BillKind.REFUND else "",
            Money(-40) if kind is BillKind.REFUND else Money(100),
            Money(0),
        )
        for kind, no in lines
    )
    bill = ChannelBill(f"B-{day}", "W", day, day, "CNY", found, ("M-1",))
    total = Equation("its total", len(lines), len(lines), ProofKind.TOTAL)
    reading = Reading(f"{day:%d}" * 32, "test 1", "test", 1, DocumentForm.MESSAGE, (total,))
    ours = Equation("it is about us", 1, 1, ProofKind.IDENTITY)
    told = {"net": Money(0), "carried": Money(0), "advice_no": "", "settles_on": day}
    channel_bills.record_bill(s, prove(bill, reading).tied([ours]), day=day, now=MONDAY, **told)  # type: ignore[arg-type]


def numbers(s: Session, until: date = date.max) -> list[str]:
    return [one.number for one in without_bill(s, "W", until)]


def in_the_index(s: Session) -> list[str]:
    """The payments that the index of those without a bill holds still."""
    s.expire_all()
    rows = s.exec(select(PayAttemptRow).order_by(PayAttemptRow.pay_no)).all()
    return [row.pay_no for row in rows if row.billed_back < row.asked_back]


def test_a_payment_and_each_refund_of_it_is_without_a_bill_until_one_has_it(
    database: Database,
) -> None:
    with database.transaction() as s:
        take(s, ["P1", "P2"])
        take(s, ["P3"], channel="X")
        take(s, ["P4"], state="waiting")
        refund(s, ["P1"])
        assert numbers(s) == ["P1", "P2", "P1-R1"]
        assert numbers(s, TODAY - timedelta(days=1)) == []
        book(s, TODAY, (BillKind.PAYMENT, "P1"))
        assert numbers(s) == ["P2", "P1-R1"]
        assert in_the_index(s) == ["P1", "P2", "P3", "P4"]
        assert days_without_bill(s, "W", date.max) == []
        book(s, TUESDAY, (BillKind.REFUND, "P1"), (BillKind.PAYMENT, "P2"))
        assert numbers(s) == []
        assert in_the_index(s) == ["P3", "P4"]
        refund(s, ["P2"])
        assert numbers(s) == ["P2-R1"]
        assert in_the_index(s) == ["P2", "P3", "P4"]


def test_a_refund_that_failed_or_is_on_its_way_is_not_missed_in_a_bill(database: Database) -> None:
    with database.transaction() as s:
        take(s, ["P1", "P2"])
        book(s, TODAY, (BillKind.PAYMENT, "P1"), (BillKind.PAYMENT, "P2"))
        refund(s, ["P1"], state="failed")
        refund(s, ["P2"], state="processing")
        assert numbers(s) == []
        # A failed one asks for nothing any more; the other may be refunded yet.
        assert in_the_index(s) == ["P2"]
        row = s.get_one(PayRefundRow, "P2-R1")
        row.state = "refunded"
        s.flush()
        assert numbers(s) == ["P2-R1"]


def test_the_movements_of_some_days_are_those_from_midnight_to_midnight_in_shanghai(
    database: Database,
) -> None:
    first_second, last_second = (
        datetime.combine(TODAY, time(), business_zone),
        datetime.combine(TODAY, time(23, 59, 59), business_zone),
    )
    with database.transaction() as s:
        take(s, ["P1"], paid_at=first_second)
        take(s, ["P2"], paid_at=last_second)
        take(s, ["P3"], paid_at=first_second - timedelta(seconds=1))
        take(s, ["P4"], paid_at=last_second + timedelta(seconds=1))
        take(s, ["P5"], channel="X", paid_at=first_second)
        take(s, ["P6"], state="waiting", paid_at=None)
        refund(s, ["P3", "P5"])
        assert [(one.number, one.amount) for one in moved_on(s, "W", TODAY, TODAY)] == [
            ("P1", fen(100)),
            ("P2", fen(100)),
            ("P3-R1", fen(-40)),
        ]
        assert [one.number for one in moved_on(s, "W", TODAY, TUESDAY)] == [
            "P1", "P2", "P3-R1", "P4",
        ]  # fmt: skip
        assert states_of(s, ["P1", "P6", "P9"]) == {"P1": "captured", "P6": "waiting"}


def test_one_movement_is_found_by_its_number_when_its_money_moved_there(
    database: Database,
) -> None:
    with database.transaction() as s:
        take(s, ["P1"])
        take(s, ["P2"], state="waiting")
        refund(s, ["P1"])
        payment, back = (
            moved(s, "W", BillKind.PAYMENT, "P1"),
            moved(s, "W", BillKind.REFUND, "P1-R1"),
        )
        assert payment is not None
        assert back is not None
        assert (payment.on, payment.amount) == (TODAY, fen(100))
        assert (back.pay_no, back.amount) == ("P1", fen(-40))
        assert moved(s, "W", BillKind.PAYMENT, "P2") is None
        assert moved(s, "X", BillKind.PAYMENT, "P1") is None
        assert moved(s, "X", BillKind.REFUND, "P1-R1") is None
        assert moved(s, "W", BillKind.REFUND, "P2-R1") is None


@contextmanager
def said_to(s: Session) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that the database is asked meanwhile, with its values."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        found.append((statement, values))

    connection = s.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield found
    event.remove(connection, "before_cursor_execute", note)


def plan_of(s: Session, statement: str, values: Any) -> str:
    """How the database would answer."""
    how = "EXPLAIN QUERY PLAN " if s.connection().dialect.name == "sqlite" else "EXPLAIN "
    rows = s.connection().exec_driver_sql(how + statement, values).all()
    return "\n".join(" ".join(str(cell) for cell in row) for row in rows)


def test_thousands_of_billed_payments_and_refunds_are_not_read(database: Database) -> None:
    old = [f"OLD-{n:05}" for n in range(OLD)]
    with database.transaction() as s:
        take(s, old, days_ago=400, billed_back=40)
        refund(s, old)
        take(s, ["P1"])
        refund(s, ["P1"])
        if database.dialect == "postgresql":
            s.connection().execute(text("ANALYZE"))
        with said_to(s) as asked:
            assert numbers(s) == ["P1", "P1-R1"]
        plans = [plan_of(s, statement, values) for statement, values in asked]
    assert "ix_pay_attempt_unbilled" in plans[0]
    assert "ix_pay_refund_pay_no" in plans[1]
    for plan in plans:
        # Neither database goes through a whole table.
        assert "SCAN" not in plan
        assert "Seq Scan on pay_" not in plan


def test_what_was_billed_before_the_index_was_made_is_counted_then(empty_url: str) -> None:
    database = Database(empty_url, XorSealer())
    with database.transaction() as s:
        upgrade(s.connection(), "0023")
        s.connection().execute(text("SELECT 1"))
    database.dispose()
    _fill_before(empty_url)
    database = Database(empty_url, XorSealer())
    database.migrate()
    with database.reading() as s:
        rows = s.connection().execute(
            text("SELECT pay_no, billed_back, asked_back FROM pay_attempt ORDER BY pay_no")
        )
        assert [tuple(row) for row in rows] == [("P1", 40, 40), ("P2", -1, 0), ("P3", 0, 40)]
        assert numbers(s) == ["P2", "P3-R1"]
    database.dispose()


def _fill_before(url: str) -> None:
    """As the release before would have written it: it knew no such column."""
    database = Database(url, XorSealer())
    day, at = TODAY.isoformat(), "2026-01-05 00:00:00+00:00"
    line = "INSERT INTO channel_bill_line VALUES ('W', '{}', '{}', 1, '{}', 'C', '{}', {}, 0)"
    with database.transaction() as s:
        run = s.connection().exec_driver_sql
        for n in ("P1", "P2", "P3"):
            run(
                "INSERT INTO payment_bill (payment_no, currency, minor, opened_by, place, "
                f"payer_ref, opened_at) VALUES ('{n}', 'CNY', 100, 'li', 't', '', '{at}')"
            )
            run(f"INSERT INTO payment_part VALUES ('{n}', 1, 'self_pay', 'CNY', 100)")
            run(
                "INSERT INTO pay_attempt (pay_no, payment_no, n, channel, currency, minor, state, "
                f"why, channel_no, paid_at, asked_back, pay_url, asked_at) VALUES ('{n}', '{n}', "
                f"1, 'W', 'CNY', 100, 'captured', '', '', '{at}', 0, '', '{at}')"
            )
        for n in ("P1", "P3"):
            run(
                "INSERT INTO pay_refund VALUES "
                f"('{n}-R1', '{n}', 'CNY', 40, 'refunded', 't', 'li', '', '{at}', '{at}')"
            )
        _without_guards(s)
        run(
            "INSERT INTO channel_bill VALUES "
            f"('W', 1, '{day}', 'B', 'CNY', 0, 0, '', '{day}', 'h', 'd', '{at}')"
        )
        for kind, number, pay_no in (
            ("payment", "P1", "P1"),
            ("refund", "P1-R1", "P1"),
            ("payment", "P3", "P3"),
        ):
            run(line.format(kind, number, pay_no, day, 100))
    database.dispose()


def _without_guards(s: Session) -> None:
    """The bill's proof is not what this is about."""
    if s.connection().dialect.name == "sqlite":
        s.connection().exec_driver_sql("DROP TRIGGER channel_bill_is_proved")
    else:
        s.connection().exec_driver_sql("DROP TRIGGER channel_bill_is_proved ON channel_bill")


def test_a_bill_that_names_no_transfer_is_told_by_the_same_hash_as_before_any_did(
    database: Database,
) -> None:
    """What is booked already must not look like another bill: this hash was made before."""
    with database.transaction() as s:
        book(s, TODAY, (BillKind.PAYMENT, "P1"))
        found = s.exec(select(ChannelBillRow.content_hash)).one()
    assert found == "72f6f9293e3453fd3be6d02dd6ee8cbfe9e75b515f577fd346e1da0b7824ee7b"
