"""Whatever the snapshot: the order of its rows does not matter, and nothing is claimed twice."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.matching_set import MODELS, write_set
from domain.matching import MatchRule
from reconciliation.engine import Outcome, decide, outcome
from reconciliation.tables import Item, Line, Part
from tests.reconciliation.snapshots import DUE, RULES, claim, credit, matched, ref, transfer

pytestmark = pytest.mark.thorough

# Few values, so that references, amounts, payers and days meet, differ and repeat.
MINORS = st.sampled_from((10000, 10001, 5000, 9940, 15000, -10000))
PAYERS = st.sampled_from(("PA", "PB"))
DAYS = st.integers(0, 3).map(lambda days: DUE + timedelta(days=days))
REFERENCES = st.one_of(
    st.integers(1, 4).map(ref),
    st.integers(1, 4).map(lambda n: ref(n)[:12]),
    st.sampled_from(("", "TRN-1", "trn-1", "TRN-2")),
)
STATES = st.sampled_from(("open", "open", "open", "settled"))


@st.composite
def snapshots(draw: st.DrawFn) -> tuple[list[Item], list[Line], list[Part]]:
    """Claims, two transfers, one with a list, and up to seven lines."""
    items = [
        claim(n, draw(MINORS), payer=draw(PAYERS), state=draw(STATES), batch="B-1")
        for n in range(1, draw(st.integers(2, 7)))
    ]
    items += [transfer("RA-1", "TRN-1", draw(MINORS)), transfer("RA-2", "TRN-2", draw(MINORS))]
    parts = [Part("RA-1", item.item_id, item.minor) for item in items[:2] if item.kind == "claim"]
    lines = [
        credit(n, draw(REFERENCES), draw(MINORS), payer=draw(PAYERS), booked=draw(DAYS))
        for n in range(draw(st.integers(0, 7)))
    ]
    return items, lines, parts


FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(snapshots(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    snapshot: tuple[list[Item], list[Line], list[Part]], chance: Random
) -> None:
    items, lines, parts = snapshot
    found = matched(items, lines, parts=parts)
    for rows in (items, lines, parts):
        chance.shuffle(rows)
    assert matched(items, lines, parts=parts) == found


@FEW
@given(snapshots())
def test_every_line_ends_in_one_way_and_no_item_is_paid_twice(
    snapshot: tuple[list[Item], list[Line], list[Part]],
) -> None:
    items, lines, parts = snapshot
    found = matched(items, lines, parts=parts)
    explained = {e.line_id for e in found.explained}
    asked = [f.line_id for f in found.findings]
    assert explained | set(asked) == {line.line_id for line in lines}
    assert not explained & set(asked)
    assert len(asked) == len(set(asked))
    _check_sums(found, items, lines)


def _check_sums(found: Outcome, items: list[Item], lines: list[Line]) -> None:
    """Fen by fen: the lines of an item are its amount, less what its rule allows."""
    paid = {line.line_id: line.minor for line in lines}
    listed = {MatchRule.ADVICE, MatchRule.BATCH}
    claims_of = Counter(e.item_id for e in found.explained if e.rule in listed)
    assert all(count == 1 for count in claims_of.values())
    for item in items:
        mine = [e for e in found.explained if e.item_id == item.item_id]
        if undone := [e for e in mine if e.rule is MatchRule.OFFSET]:
            assert (undone, item.state) == (mine, "settled")
            assert sorted(paid[e.line_id] for e in undone) == sorted((-item.minor, item.minor))
            continue
        own = [e for e in mine if e.rule not in listed]
        if own:
            assert sum(paid[e.line_id] for e in own) + own[0].off_minor == item.minor
            assert len({e.rule for e in own}) == 1
            assert item.state == "open"


def test_five_hundred_labelled_rows_of_each_kind_have_no_false_match(tmp_path: Path) -> None:
    """The bench's set in small: what is matched by itself is right, and that is nearly all."""
    for model in MODELS:
        write_set(tmp_path / model, model=model, rows=500, seed=7)
        with duckdb.connect() as c:
            for name in ("item", "line", "part", "fee_rule", "truth"):
                read = f"SELECT * FROM '{tmp_path / model / name}.parquet'"
                c.execute(f"CREATE TABLE {name} AS {read}")
            c.execute("DELETE FROM part")
            decide(c, RULES, today=date(2026, 4, 20))
            found = outcome(c)
            truth = set(c.execute("SELECT line_id, item_id FROM truth").fetchall())
        assert {(e.line_id, e.item_id) for e in found.explained} - truth == set()
        assert len({e.item_id for e in found.explained}) >= 475
