"""Whatever the engine explains, a credit is taken at its word only if it adds up to its claims."""

from __future__ import annotations

from dataclasses import replace

import pytest

from activities.telling_credits import told_by_credits
from activities.world import World
from domain.matching import MatchRule
from domain.reference import payment_reference
from engine.counterparties import Counterparties
from reconciliation.engine import Explained, Outcome, Snapshot
from reconciliation.tables import Item, Line
from tests.activities.facts import CLAIM_NO, PAID_ON, claim_with_payer
from tests.activities.test_telling_credits import OTHER_NO, silent

__all__ = ["silent"]


@pytest.mark.parametrize(
    ("credits", "explained", "told"),
    [
        ({"A": 120000}, [("A", CLAIM_NO, 0)], {"A"}),
        ({"A": 119999}, [("A", CLAIM_NO, 0)], set()),
        ({"A": 119999}, [("A", CLAIM_NO, 1)], {"A"}),
        ({"A": 20000, "B": 100000}, [("A", CLAIM_NO, 0), ("B", CLAIM_NO, 0)], {"A", "B"}),
        ({"A": 240000}, [("A", CLAIM_NO, 0), ("A", OTHER_NO, 0)], {"A"}),
        ({"A": 239999}, [("A", CLAIM_NO, 0), ("A", OTHER_NO, 0)], set()),
        ({"A": 239999}, [("A", CLAIM_NO, 1), ("A", OTHER_NO, 0)], set()),
        ({"A": 240000}, [("A", CLAIM_NO, 0), ("A", OTHER_NO, 1)], set()),
        # Two credits that quarrel over one claim, whatever their sums are.
        (
            {"A": 20000, "B": 100000},
            [("A", CLAIM_NO, 0), ("B", CLAIM_NO, 0), ("B", OTHER_NO, 0)],
            set(),
        ),
        (
            {"A": 120000, "B": 240000},
            [("A", CLAIM_NO, 0), ("B", CLAIM_NO, 0), ("B", OTHER_NO, 0)],
            set(),
        ),
    ],
)
def test_whatever_the_engine_says_only_what_adds_up_is_told(
    silent: World,
    credits: dict[str, int],
    explained: list[tuple[str, str, int]],
    told: set[str],
) -> None:
    items = [
        Item(no, "claim", "PA", payment_reference(no), True, 120000, "CNY", PAID_ON)
        for no in (claim_with_payer(silent), claim_with_payer(silent, "SO-2026-0002"))
    ]
    lines = [Line(no, "PA", "", "", minor, "CNY", PAID_ON) for no, minor in credits.items()]
    said = tuple(
        Explained(line_id, item_id, MatchRule.EXACT, "printed", off, 1, None)
        for line_id, item_id, off in explained
    )
    with silent.database.reading() as s:
        snapshot = Snapshot(tuple(items), tuple(lines))
        found = told_by_credits(s, silent, snapshot, Outcome(said, (), (), {}))
    assert set(found) == told


def test_a_credit_for_claims_of_two_payers_is_not_told(silent: World) -> None:
    profiles = {p.code: p for p in silent.counterparties.all()}
    profiles["PB"] = profiles["PB"].model_copy(update={"sends_advices": False})
    both = replace(silent, counterparties=Counterparties(profiles))
    ours = (claim_with_payer(both), claim_with_payer(both, "SO-2026-0002", payers=("PB",)))
    items = [
        Item(no, "claim", payer, payment_reference(no), True, 120000, "CNY", PAID_ON)
        for no, payer in zip(ours, ("PA", "PB"), strict=True)
    ]
    said = [Explained("A", no, MatchRule.BATCH, "amount", 0, 1, 0) for no in ours]
    line = Line("A", "", "", "", 240000, "CNY", PAID_ON)
    with both.database.reading() as s:
        snapshot, outcome = Snapshot(tuple(items), (line,)), Outcome(tuple(said), (), (), {})
        assert told_by_credits(s, both, snapshot, outcome) == {}
