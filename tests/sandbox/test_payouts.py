"""The pretend acquirer pays out what it took, less refunds and fees, and keeps books of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.acquirer import service
from sandbox.acquiring import bills, books
from sandbox.kit import Fields, instant
from sandbox.options import DEFAULTS
from sandbox.world import World

MERCHANT = "TEST-1900000001"
TERMS = {"account": "BA-01", "working_days": {"json": 1, "xml": 2}, "holidays": ["2026-01-13"]}


class Acquirer:
    """The acquirer without its web server."""

    def __init__(self, folder: Path) -> None:
        at = instant("2026-01-05T08:00:00+08:00")
        settings = {**DEFAULTS, "bank_url": "http://bank"}
        self.world = World(folder / "acquirer.sqlite", service.schema, at, settings)
        self.plant({"payouts": {MERCHANT: TERMS}})

    def plant(self, body: dict[str, Any]) -> None:
        with self.world.moment() as moment:
            service._seed(moment, Fields(body))

    def at(self, text: str) -> None:
        """Time goes on to "01-06 12:00" of the year 2026, and what is due happens."""
        moment_then: datetime = instant(f"2026-{text.replace(' ', 'T')}:00+08:00")
        with self.world.moment() as moment:
            moment.keep("clock", moment_then.isoformat())
        self.world.run_due(service.happenings)

    def pays(self, pay_no: str, minor: int, door: str = "json") -> None:
        with self.world.moment() as moment:
            books.open_payment(moment, door, MERCHANT, pay_no, minor)
            books.take_money(moment, MERCHANT, pay_no)
        self.world.run_due(service.happenings)

    def refunds(self, refund_no: str, pay_no: str, minor: int) -> None:
        with self.world.moment() as moment:
            books.refund(moment, MERCHANT, refund_no, pay_no, minor)
        self.world.run_due(service.happenings)

    def credits(self) -> list[tuple[str, str, str]]:
        """Day, amount and reference of what was sent to the bank."""
        with self.world.moment() as moment:
            sent = [json.loads(one["body"]) for one in moment.rows("select body from _outbox")]
        return [(one["at"][5:16], one["amount"], one["trace_number"]) for one in sent]

    def owed(self) -> dict[str, str]:
        with self.world.moment() as moment:
            told: dict[str, Any] = service._books(moment)
        return {one["door"]: one["amount"] for one in told["owed"]}

    def bill(self, day: str, door: str = "json") -> list[tuple[str, int]]:
        with self.world.moment() as moment:
            rows = bills.bill_rows(moment, MERCHANT, door, day)
        return [(row["refund_no"] or row["pay_no"], row["fee"]) for row in rows]


@pytest.fixture
def acquirer(tmp_path: Path) -> Iterator[Acquirer]:
    found = Acquirer(tmp_path)
    yield found
    found.world.db.close()


def test_a_day_is_paid_out_on_the_next_working_day_less_the_fee(acquirer: Acquirer) -> None:
    acquirer.pays("P-1", 10_000)
    acquirer.pays("P-2", 5_000)
    acquirer.at("01-06 10:59")
    assert (acquirer.credits(), acquirer.owed()) == ([], {"json": "149.10"})
    acquirer.at("01-06 11:00")
    assert acquirer.credits() == [("01-06T11:00", "149.10", f"PO-{MERCHANT}-JSON-20260105")]
    assert acquirer.owed() == {"json": "0.00"}


def test_each_day_of_a_weekend_is_a_credit_of_its_own_on_monday(acquirer: Acquirer) -> None:
    for day, number in (("01-09", "P-1"), ("01-10", "P-2"), ("01-11", "P-3")):
        acquirer.at(f"{day} 12:00")
        acquirer.pays(number, 1_000)
    acquirer.at("01-12 11:00")
    days = [reference[-4:] for _, _, reference in acquirer.credits()]
    assert [(at, amount) for at, amount, _ in acquirer.credits()] == [("01-12T11:00", "9.94")] * 3
    assert days == ["0109", "0110", "0111"]


def test_a_holiday_is_no_working_day_and_each_door_has_its_own_days(acquirer: Acquirer) -> None:
    acquirer.at("01-12 09:00")
    acquirer.pays("P-1", 10_000)
    acquirer.pays("P-2", 10_000, door="xml")
    acquirer.at("01-31 09:00")
    assert [(at, amount) for at, amount, _ in acquirer.credits()] == [
        ("01-14T11:00", "99.40"),
        ("01-15T11:00", "99.62"),
    ]


def test_a_day_below_nought_is_carried_over_to_the_next(acquirer: Acquirer) -> None:
    acquirer.pays("P-1", 10_000)
    acquirer.at("01-06 12:00")
    acquirer.refunds("R-1", "P-1", 4_000)
    acquirer.at("01-07 12:00")
    assert (len(acquirer.credits()), acquirer.owed()) == (1, {"json": "-39.76"})
    acquirer.pays("P-2", 5_000)
    acquirer.at("01-08 12:00")
    assert acquirer.credits()[1][:2] == ("01-08T11:00", "9.94")
    assert acquirer.owed() == {"json": "0.00"}


def test_the_fee_comes_back_with_a_refund_where_the_contract_says_so(acquirer: Acquirer) -> None:
    acquirer.pays("P-1", 100)
    acquirer.pays("P-2", 10_000, door="xml")
    acquirer.refunds("R-1", "P-1", 50)
    acquirer.refunds("R-2", "P-1", 50)
    acquirer.refunds("R-3", "P-2", 10_000)
    acquirer.at("01-06 10:00")
    # 0.6 percent of 1.00 is a fen, and of 0.50 nought: the fen comes back with the first half.
    assert acquirer.bill("2026-01-05") == [("P-1", 1), ("R-1", -1), ("R-2", 0)]
    assert acquirer.bill("2026-01-05", door="xml") == [("P-2", 38), ("R-3", 0)]


def test_what_is_withheld_is_in_the_bill_and_never_in_a_credit(acquirer: Acquirer) -> None:
    acquirer.plant({"scripts": {"P-1": {"withheld": True}, "P-2": {"billed_on": ""}}})
    acquirer.pays("P-1", 10_000)
    acquirer.pays("P-2", 5_000)
    acquirer.at("01-06 12:00")
    assert acquirer.bill("2026-01-05") == [("P-1", 60)]
    assert acquirer.credits()[0][1] == "49.70"
    assert acquirer.owed() == {"json": "99.40"}


def test_a_bill_may_be_late_and_a_fee_wrong(acquirer: Acquirer) -> None:
    acquirer.plant({"scripts": {"P-1": {"fee_minor": 90}}})
    acquirer.plant({"late_bills": {MERCHANT: {"2026-01-05": 24}}})
    acquirer.pays("P-1", 10_000)
    acquirer.at("01-07 09:59")
    assert acquirer.bill("2026-01-05") == []
    acquirer.at("01-07 10:00")
    assert acquirer.bill("2026-01-05") == [("P-1", 90)]
    assert acquirer.credits()[0][1] == "99.10"


def test_who_has_no_terms_is_not_paid_out(acquirer: Acquirer) -> None:
    acquirer.pays("P-1", 10_000, door="card")
    acquirer.at("01-31 12:00")
    assert (acquirer.credits(), acquirer.owed()) == ([], {"card": "99.48"})
