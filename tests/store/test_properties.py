"""What holds whatever is booked: debits equal credits, and no item is ever overdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from domain.ledger import REVENUE, WRITE_OFFS, Journal, Leg, bank, clearing, receivable, suspense
from domain.money import Money
from store import ledger, money
from store.database import Database
from tests.store.samples import MONDAY, TODAY, fen, open_case

pytestmark = pytest.mark.thorough

ACCOUNTS = (
    bank("BA-01"),
    receivable("PA"),
    clearing("PA"),
    suspense("BA-01"),
    suspense("PA"),
    REVENUE,
    WRITE_OFFS,
)
LEGS = st.builds(
    lambda pair, minor: Leg(pair[0], pair[1], fen(minor), "D-1"),
    st.permutations(ACCOUNTS),
    st.integers(1, 10**12),
)
BOOKS = st.lists(
    st.tuples(st.lists(LEGS, min_size=1, max_size=4), st.booleans()), min_size=1, max_size=5
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["allocate", "undo"]), st.integers(0, 5), st.integers(1, 60)),
    max_size=12,
)
# One database serves all examples: each works under keys of its own and is rolled back.
SHARED = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class _RolledBack(Exception):
    """Ends an example without keeping it."""


def _in_vain(database: Database, example: Callable[[Session], None]) -> None:
    try:
        with database.transaction() as s:
            example(s)
            raise _RolledBack
    except _RolledBack:
        return


@SHARED
@given(books=BOOKS)
def test_debits_equal_credits_whatever_is_posted(
    database: Database, books: list[tuple[list[Leg], bool]]
) -> None:
    def example(s: Session) -> None:
        for n, (legs, taken_back) in enumerate(books):
            ledger.post(s, Journal(f"j:{n}", TODAY, "", "test", str(n), tuple(legs)), now=MONDAY)
            if taken_back:
                ledger.reverse(s, f"j:{n}", new_key=f"u:{n}", effective=TODAY, by="x", now=MONDAY)
        rows = ledger.trial_balance(s)
        debits = sum(debit.minor for _, debit, _ in rows)
        assert debits == sum(credit.minor for _, _, credit in rows)
        moved = sum(leg.amount.minor * (1 + back) for legs, back in books for leg in legs)
        assert debits == moved
        unclear = [ledger.balance(s, code).minor for code in ACCOUNTS if "suspense" in code]
        assert ledger.suspense_total(s) == Money(-sum(unclear))

    _in_vain(database, example)


@SHARED
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 30), st.integers(1, 99)), max_size=12), max_size=4
    )
)
def test_batches_give_the_books_of_the_same_facts_one_by_one(
    database: Database, batches: list[list[tuple[int, int]]]
) -> None:
    facts: dict[int, Journal] = {}
    for n, minor in (pair for batch in batches for pair in batch):
        legs = (
            Leg(bank("BA-01"), suspense("BA-01"), fen(minor), str(n)),
            Leg(suspense("BA-01"), receivable(f"P{n % 3}"), fen(minor), str(n)),
        )
        facts.setdefault(n, Journal(f"b:{n}", TODAY, "", "test", str(n), legs))

    def at_once(s: Session) -> None:
        new = sum(ledger.post_all(s, [facts[n] for n, _ in batch], now=MONDAY) for batch in batches)
        assert new == len(facts)
        found.append(ledger.trial_balance(s))

    def one_by_one(s: Session) -> None:
        for fact in facts.values():
            ledger.post(s, fact, now=MONDAY)
        found.append(ledger.trial_balance(s))

    found: list[object] = []
    _in_vain(database, at_once)
    _in_vain(database, one_by_one)
    assert found[0] == found[1]


@SHARED
@given(steps=STEPS, owed=st.integers(1, 100))
def test_an_item_is_never_overdrawn_and_never_below_zero(
    database: Database, steps: list[tuple[str, int, int]], owed: int
) -> None:
    def example(s: Session) -> None:
        open_case(s)
        money.raise_item(
            s,
            item_no="I-1",
            case_no="SO-2026-0001",
            payer="PA",
            kind="claim",
            amount=fen(owed),
            due_on=date(2026, 2, 1),
        )
        held: dict[int, int] = {}
        for key, (what, n, minor) in enumerate(steps):
            still_open = owed - sum(held.values())
            if what == "undo" and held:
                undone = sorted(held)[n % len(held)]
                assert money.undo_allocation(s, f"A-{undone}", f"U-{key}")
                del held[undone]
            elif what == "allocate" and minor <= still_open:
                assert money.allocate(
                    s, key=f"A-{key}", item_no="I-1", amount=fen(minor), why="match"
                )
                held[key] = minor
            elif what == "allocate":
                assert _is_too_large(s, key, minor)
            item = money.item_of(s, "I-1")
            assert item.allocated == fen(sum(held.values()))
            assert 0 <= item.allocated.minor <= owed

    _in_vain(database, example)


def _is_too_large(s: Session, key: int, minor: int) -> bool:
    try:
        money.allocate(s, key=f"A-{key}", item_no="I-1", amount=fen(minor), why="match")
    except money.AllocationTooLarge:
        return True
    return False
