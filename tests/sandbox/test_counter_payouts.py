"""The pretend insurer pays out what it settled at the counter: each day and kind once, by terms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sandbox.bank
import sandbox.payer_a
from tests.sandbox.running import Running, running

TERMS = {"account": "BA-01", "working_days": 2, "holidays": ["2026-01-06"], "worked": []}
MONDAY = "JS-TEST-H-3201-0001-POOL-20260105"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Running]:
    with running(sandbox.bank.service, tmp_path / "bank") as bank:
        url = str(bank.client.base_url).rstrip("/")
        with running(sandbox.payer_a.service, tmp_path, bank_url=url) as there:
            there.move_clock("2026-01-05 09:00")
            yield there


def settle(there: Running, key: str, amount: str, kind: str = "pool_fund") -> None:
    there.post("/settlements", {"key": key, "kind": kind, "amount": amount}, 201)


def cancel(there: Running, key: str) -> None:
    there.post("/settlements/cancel", {"key": key, "cancel_key": f"{key}-R1"}, 200)


def plant(there: Running, **more: Any) -> None:
    there.post("/_sandbox/seed", {"counter": TERMS | more}, 200)


def paid(there: Running) -> list[tuple[str, str, str]]:
    found = there.books()["counter_payouts"]
    return [(one["payout_no"], one["amount"], one["at"][:10]) for one in found]


def owed(there: Running) -> dict[str, str]:
    found: dict[str, str] = there.books()["counter_owed"]
    return found


def test_a_day_is_announced_on_the_morning_after_and_paid_two_working_days_later(
    there: Running,
) -> None:
    plant(there)
    settle(there, "A", "300.00")
    settle(there, "B", "20.00")
    cancel(there, "B")
    settle(there, "C", "5.00", "personal_account")
    there.move_clock("2026-01-06 07:59")
    there.get("/settlements/payouts/pool_fund/2026-01-05", 404)
    there.move_clock("2026-01-06 08:00")
    told = there.get("/settlements/payouts/pool_fund/2026-01-05")
    assert (told["trace_number"], told["total"]) == (MONDAY, "300.00")
    assert told["settled"] == {"count": 2, "amount": "320.00"}
    assert told["cancelled"] == {"count": 1, "amount": "20.00"}
    assert [(row["what"], row["key"]) for row in told["rows"]] == [
        ("settled", "A"),
        ("settled", "B"),
        ("cancelled", "B"),
    ]
    # Tuesday is a holiday: the second working day is Thursday.
    there.move_clock("2026-01-08 10:59")
    assert paid(there) == []
    there.move_clock("2026-01-08 11:00")
    assert paid(there) == [
        ("JS-TEST-H-3201-0001-ACCOUNT-20260105", "5.00", "2026-01-08"),
        (MONDAY, "300.00", "2026-01-08"),
    ]
    assert owed(there) == {"pool_fund": "0.00", "personal_account": "0.00"}


def test_what_is_cancelled_after_it_was_paid_comes_off_the_next_credit(there: Running) -> None:
    plant(there, holidays=[])
    settle(there, "A", "300.00")
    there.move_clock("2026-01-08 09:00")
    cancel(there, "A")
    there.move_clock("2026-01-12 12:00")
    assert [amount for _, amount, _ in paid(there)] == ["300.00"]
    assert owed(there)["pool_fund"] == "-300.00"
    settle(there, "B", "500.00")
    there.move_clock("2026-01-14 12:00")
    assert [amount for _, amount, _ in paid(there)] == ["300.00", "200.00"]
    assert owed(there)["pool_fund"] == "0.00"


def test_without_terms_nothing_is_announced_or_paid(there: Running) -> None:
    settle(there, "A", "300.00")
    there.move_clock("2026-01-12 12:00")
    there.get("/settlements/payouts/pool_fund/2026-01-05", 404)
    assert (paid(there), owed(there)["pool_fund"]) == ([], "300.00")


def test_what_is_withheld_is_announced_and_not_paid(there: Running) -> None:
    plant(there, withheld=["A"], holidays=[])
    settle(there, "A", "300.00")
    settle(there, "B", "20.00")
    there.move_clock("2026-01-07 12:00")
    assert there.get("/settlements/payouts/pool_fund/2026-01-05")["total"] == "320.00"
    assert [amount for _, amount, _ in paid(there)] == ["20.00"]
    assert owed(there)["pool_fund"] == "300.00"
