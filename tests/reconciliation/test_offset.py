"""Two lines of one settled item that undo each other are explained by each other, and no third."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.matching import DifferenceClass as D
from reconciliation.tables import Line
from tests.reconciliation.snapshots import DUE, claim, classes, credit, matched, pairs, ref

pytestmark = pytest.mark.thorough

SETTLED = [claim(1, 10000, state="settled"), claim(2, 5000, state="settled")]
BOTH = [("BK-1", "CL-1", "offset"), ("BK-2", "CL-1", "offset")]


@pytest.mark.parametrize("days", [-1, 0, 90])
def test_a_credit_taken_back_and_one_that_comes_for_the_same_cancel_out(days: int) -> None:
    out = credit(1, ref(1), -10000)
    again = credit(2, "", 10000, text=f"again {ref(1)}", booked=DUE + timedelta(days=days))
    found = matched(SETTLED, [out, again])
    assert (pairs(found), classes(found)) == (BOTH, [])
    assert [(e.read, e.off_minor, e.alternatives) for e in found.explained] == [
        ("printed", 0, 1),
        ("in_text", 0, 1),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [credit(1, ref(1), -10000), credit(2, ref(1), 9999)],
        [credit(1, ref(1), -10000), credit(2, ref(2), 5000)],
        [credit(1, ref(1), -10000), credit(2, ref(1), 10000, payer="PB")],
        [credit(1, ref(1), -10000), credit(2, ref(1), 10000, currency="USD")],
        [credit(1, ref(1), -10000), credit(2, "", 10000, text=f"{ref(1)} {ref(2)}")],
        [credit(1, ref(1), -10000), *(credit(n, ref(1), 10000) for n in (2, 3))],
        [*(credit(n, ref(1), -10000) for n in (1, 2)), credit(3, ref(1), 10000)],
        [*(credit(n, ref(1), -10000) for n in (1, 2)), credit(3, ref(1), 20000)],
        [credit(1, ref(1), -10000), credit(2, ref(1), 4000), credit(3, ref(1), 6000)],
    ],
    ids=[
        "another amount",
        "another item",
        "another payer",
        "another currency",
        "two items named",
        "two that come",
        "two that go",
        "two that go and their sum that comes",
        "parts",
    ],
)
def test_what_is_not_plainly_one_pair_is_asked_about(lines: list[Line]) -> None:
    found = matched(SETTLED, lines)
    assert pairs(found) == []
    assert len(classes(found)) == len(lines)


def test_what_is_still_open_is_paid_and_not_cancelled_out() -> None:
    found = matched([claim(1, 10000)], [credit(1, ref(1), 10000), credit(2, ref(1), -10000)])
    assert pairs(found) == [("BK-1", "CL-1", "exact")]
    assert classes(found) == [("BK-2", D.DIRECTION, "direction")]
