"""What is owed is settled exactly, and never more than once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from domain.money import CurrenciesDiffer, Money
from store import money
from store.database import Database
from store.rows import FactDiffers
from tests.store.samples import TODAY, fen, later, open_case


@pytest.fixture
def s(database: Database) -> Iterator[Session]:
    """A transaction with one open item of 1,000.00."""
    with database.transaction() as session:
        open_case(session)
        _raise(session)
        yield session


def test_an_item_is_raised_once(s: Session) -> None:
    assert _raise(s).open == fen(100000)
    assert len(money.open_items(s)) == 1


def test_an_item_is_not_raised_with_another_amount(s: Session) -> None:
    with pytest.raises(FactDiffers):
        _raise(s, fen(99999))


def test_an_allocation_under_the_same_key_counts_once(s: Session) -> None:
    first = money.allocate(s, key="A-1", item_no="I-1", amount=fen(40000), why="match")
    again = money.allocate(s, key="A-1", item_no="I-1", amount=fen(40000), why="match")
    assert (first, again) == (True, False)
    assert money.item_of(s, "I-1").open == fen(60000)


def test_the_same_allocation_key_with_another_amount_is_refused(s: Session) -> None:
    money.allocate(s, key="A-1", item_no="I-1", amount=fen(40000), why="match")
    with pytest.raises(FactDiffers):
        money.allocate(s, key="A-1", item_no="I-1", amount=fen(40001), why="match")


def test_an_item_is_settled_to_the_last_fen_and_no_further(s: Session) -> None:
    money.allocate(s, key="A-1", item_no="I-1", amount=fen(99999), why="match")
    with pytest.raises(money.AllocationTooLarge):
        money.allocate(s, key="A-2", item_no="I-1", amount=fen(2), why="match")
    money.allocate(s, key="A-3", item_no="I-1", amount=fen(1), why="match")
    assert money.open_items(s) == []


def test_an_undone_allocation_is_open_again(s: Session) -> None:
    money.allocate(s, key="A-1", item_no="I-1", amount=fen(40000), why="match")
    assert money.undo_allocation(s, "A-1", "U-1") is True
    assert money.undo_allocation(s, "A-1", "U-1") is False
    assert money.item_of(s, "I-1").open == fen(100000)


def test_an_allocation_is_undone_once(s: Session) -> None:
    money.allocate(s, key="A-1", item_no="I-1", amount=fen(40000), why="match")
    money.undo_allocation(s, "A-1", "U-1")
    with pytest.raises(FactDiffers):
        money.undo_allocation(s, "A-1", "U-2")


def test_an_undoing_is_not_undone(s: Session) -> None:
    money.allocate(s, key="A-1", item_no="I-1", amount=fen(40000), why="match")
    money.undo_allocation(s, "A-1", "U-1")
    with pytest.raises(money.NoSuchAllocation):
        money.undo_allocation(s, "U-1", "U-2")


@pytest.mark.parametrize("minor", [0, -1])
def test_an_allocation_is_above_zero(s: Session, minor: int) -> None:
    with pytest.raises(money.AmountNotAboveZero):
        money.allocate(s, key="A-1", item_no="I-1", amount=fen(minor), why="match")


def test_an_item_is_settled_in_its_own_currency(s: Session) -> None:
    with pytest.raises(CurrenciesDiffer):
        money.allocate(s, key="A-1", item_no="I-1", amount=Money(1, "USD"), why="match")


def test_nothing_is_allocated_to_an_unknown_item(s: Session) -> None:
    with pytest.raises(money.NoSuchItem):
        money.allocate(s, key="A-1", item_no="I-9", amount=fen(1), why="match")


def test_a_payment_reported_twice_is_one(s: Session) -> None:
    def report(minor: int) -> bool:
        return money.record_payment(
            s,
            payment_no="P-1",
            link_no="L-1",
            case_no="SO-2026-0001",
            amount=fen(minor),
            paid_at=later(3),
        )

    assert (report(20000), report(20000)) == (True, False)
    with pytest.raises(FactDiffers):
        report(20001)
    (payment,) = money.payments_of(s, "SO-2026-0001")
    assert (payment.amount, payment.paid_at) == (fen(20000), later(3))


def _raise(s: Session, amount: Money | None = None) -> money.ItemView:
    return money.raise_item(
        s,
        item_no="I-1",
        case_no="SO-2026-0001",
        payer="PA",
        kind="claim",
        amount=amount or fen(100000),
        due_on=TODAY,
    )
