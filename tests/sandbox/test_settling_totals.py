"""The pretend insurer's own totals: by kind and day, each move once; wrong days are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sandbox.payer_a
from tests.sandbox.running import Running, running

MONDAY = {"from": "2026-01-05", "to": "2026-01-05"}


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Running]:
    with running(sandbox.payer_a.service, tmp_path) as there:
        there.move_clock("2026-01-05 09:00")
        yield there


def settle(there: Running, key: str, amount: str, kind: str = "pool_fund") -> None:
    there.post("/settlements", {"key": key, "kind": kind, "amount": amount}, 201)


def asked(there: Running, path: str, **query: str) -> Any:
    answer = there.client.get(f"/settlements/{path}", params={"kind": "pool_fund", **query})
    return answer.json() if answer.status_code == 200 else (answer.status_code, answer.json())


def test_totals_count_what_is_settled_and_what_is_cancelled_on_its_own_day(there: Running) -> None:
    settle(there, "A", "300.00")
    settle(there, "B", "20.01")
    settle(there, "C", "5.00", "personal_account")
    there.move_clock("2026-01-06 09:00")
    there.post("/settlements/cancel", {"key": "A", "cancel_key": "A-R1"}, 200)
    assert asked(there, "totals", **MONDAY) == {
        "kind": "pool_fund",
        "settled": {"count": 2, "amount": "320.01"},
        "cancelled": {"count": 0, "amount": "0.00"},
    }
    tuesday = {"from": "2026-01-06", "to": "2026-01-06"}
    assert asked(there, "totals", **tuesday)["cancelled"] == {"count": 1, "amount": "300.00"}
    both = asked(there, "moves", **(MONDAY | {"to": "2026-01-06"}))
    assert [(row["what"], row["key"], row["cancel_key"], row["amount"]) for row in both] == [
        ("settled", "A", "", "300.00"),
        ("settled", "B", "", "20.01"),
        ("cancelled", "A", "A-R1", "300.00"),
    ]


def test_a_key_that_was_only_closed_is_in_no_total(there: Running) -> None:
    there.post("/settlements/close", {"key": "A"}, 200)
    assert asked(there, "totals", **MONDAY)["settled"] == {"count": 0, "amount": "0.00"}


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({"to": "2026-01-05"}, 400, "from"),
        ({"from": "5 January", "to": "2026-01-05"}, 422, "from"),
        ({"from": "2026-01-06", "to": "2026-01-05"}, 422, "to"),
    ],
)
def test_a_question_without_proper_days_is_refused_by_the_field(
    there: Running, query: dict[str, str], status: int, field: str
) -> None:
    answered, told = asked(there, "totals", **query)
    assert answered == status
    assert field in str(told)


def test_the_door_for_spoiling_knows_only_what_is_there(there: Running) -> None:
    there.post("/_sandbox/settlements", {"key": "A"}, 404)
    settle(there, "A", "300.00")
    there.post("/_sandbox/settlements", {"key": "A", "amount": "0.00"}, 422)
    there.post("/_sandbox/settlements", {"key": "A"}, 200)
    assert asked(there, "moves", **MONDAY) == []
