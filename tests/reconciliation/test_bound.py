"""What nobody can explain in a seeded set: counted from the truth, without the engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from bench.matching_bound import Bound, bound, interchangeable
from bench.matching_set import write_set
from reconciliation.engine import decide
from tests.reconciliation.snapshots import RULES

pytestmark = pytest.mark.thorough


def test_a_line_that_can_mean_an_unpaid_claim_as_well_is_a_guess() -> None:
    assert interchangeable([("A", "N")], {"A"}) == {"A"}


def test_two_lines_that_can_change_places_are_both_a_guess() -> None:
    assert interchangeable([("A", "B"), ("B", "A")], {"A", "B"}) == {"A", "B"}


def test_a_line_that_would_leave_another_without_a_claim_is_no_guess() -> None:
    """B's line can mean A, but then A's line, which can mean nothing else, pays nothing."""
    assert interchangeable([("B", "A")], {"A", "B"}) == set()


def test_a_chain_of_lines_that_ends_at_an_unpaid_claim_is_a_guess_all_along() -> None:
    chain = [("A", "B"), ("B", "C"), ("C", "N"), ("D", "A")]
    assert interchangeable(chain, {"A", "B", "C", "D"}) == {"A", "B", "C", "D"}
    assert interchangeable(chain[:2], {"A", "B", "C", "D"}) == set()


_ROWS = """
CREATE TABLE item AS SELECT 'CL' || n AS item_id, 'claim' AS kind, payer, reference,
    minor::BIGINT AS minor, DATE '2026-01-01' + due AS due, batch
FROM (VALUES
    (1, 'PA', 'RF111111111111111111', 100, 0, NULL),
    (2, 'PA', 'RF222222222222222222', 200, 0, NULL),
    (3, 'PA', 'RF333333333333333333', 300, 0, NULL),
    (4, 'PA', 'RF333333333333333344', 300, 0, NULL),
    (5, 'PA', 'RF555555555555555555', 500, 0, NULL),
    (6, 'PA', 'RF555555555555555566', 500, 20, NULL),
    (7, 'PB', 'RF777777777777777777', 700, 0, 'B-1'),
    (8, 'PB', 'RF888888888888888888', 800, 0, 'B-1'),
    (9, 'PB', 'RF999999999999999999', 700, 9, 'B-2'),
    (10, 'PB', 'RF101010101010101010', 800, 10, 'B-2')
) t(n, payer, reference, minor, due, batch);
CREATE TABLE line AS SELECT 'BK' || n AS line_id, reference, text,
    DATE '2026-01-01' + booked AS booked
FROM (VALUES
    (1, 'rf11 1111 1111 1111 1111', '', 5),
    (2, '', '货款', 5),
    (3, 'RF3333333333333333', '', 5),
    (5, 'RF5555555555555555', '', 19),
    (7, '', '批量付款', 9)
) t(n, reference, text, booked);
CREATE TABLE truth AS SELECT 'BK' || line AS line_id, 'CL' || item AS item_id
FROM (VALUES (1, 1), (2, 2), (3, 3), (5, 5), (7, 7), (7, 8)) t(line, item);
"""


def test_each_claim_is_counted_once_and_a_day_outside_the_window_is_no_other_truth(
    tmp_path: Path,
) -> None:
    """Unpaid are 4, 6, 9 and 10. 3 can be 4, and 7 can be 9; 6 and 10 are due a day too late."""
    with duckdb.connect() as c:
        for statement in c.extract_statements(_ROWS):
            c.execute(statement)
        for table in ("item", "line", "truth"):
            c.execute(f"COPY {table} TO '{tmp_path / table}.parquet'")
    found = bound(tmp_path)
    assert found == Bound(claims=10, unpaid=4, nameless=1, interchangeable=1, in_lumps=1)
    assert found.most(listed=True) == pytest.approx(0.4)
    assert found.most(listed=False) == pytest.approx(0.3)


@pytest.mark.parametrize("seed", [3, 4])
def test_the_engine_explains_nearly_all_that_can_be_explained_and_no_more(
    tmp_path: Path, seed: int
) -> None:
    write_set(tmp_path, model="dense", rows=20_000, seed=seed)
    with duckdb.connect() as c:
        for table, file in _LISTED.items():
            c.execute(f"CREATE TABLE {table} AS SELECT * FROM '{tmp_path / file}.parquet'")
        decide(c, RULES, today=date(2026, 5, 1))
        counted = c.execute(
            "SELECT count(DISTINCT item_id) FROM explained WHERE starts_with(item_id, 'CL')"
        ).fetchone()
    assert counted is not None
    most = bound(tmp_path).most(listed=True) * 20_000
    assert most - 20 < counted[0] <= most


_LISTED = {"item": "item_listed", "line": "line_listed", "part": "part", "fee_rule": "fee_rule"}
