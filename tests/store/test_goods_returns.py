"""Money for goods by the piece: counted for each who paid, and never above what was paid."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from domain.goods_back import Goods
from domain.money import Money
from domain.order import claim_no_of
from domain.pay_return import ReturnEvent
from domain.payment import Part, PartKind
from domain.remittance import ProviderAdjustment, RemittanceAdvice
from store import goods_returns, money, pay_returns, payments, repayments
from store.database import Database
from store.goods_returns import GoodsNotNamed, InsurerTookItBack, MorePiecesThanWereSold
from store.pay_returns import ReturnStillOpen, ReturnView
from tests.store.goods import INSURED, NUMBER, sell_insured
from tests.store.samples import MONDAY, TODAY, fen, proved

pytestmark = pytest.mark.thorough


def ask(s: Session, *pieces: int) -> ReturnView:
    """Ask for so many pieces of the first line, of the second, and so on."""
    goods = [Goods(line_no, quantity) for line_no, quantity in enumerate(pieces, 1)]
    return goods_returns.ask_goods_return(
        s, NUMBER, goods, by="li.finance", place="till-1", now=MONDAY
    )


def end(s: Session, view: ReturnView, *events: ReturnEvent) -> None:
    for event in events or (ReturnEvent.CLEARED, ReturnEvent.ALL_BACK):
        pay_returns.move_return(s, view.return_no, event, now=MONDAY)


def told(view: ReturnView) -> dict[int, int]:
    return {part.n: part.amount.minor for part in view.parts}


def owed(s: Session) -> list[tuple[str, int, int, bool]]:
    return [
        (one.payer, one.amount.minor, one.open.minor, one.is_due)
        for one in repayments.of_case(s, INSURED)
    ]


def test_one_of_two_pieces_is_divided_as_the_sale_was_paid(database: Database) -> None:
    with database.transaction() as s:
        sell_insured(s)
        view = ask(s, 1)
        assert told(view) == {1: 5000, 2: 2500}
        assert goods_returns.goods_of(s, view.return_no) == [Goods(1, 1)]
        assert owed(s) == [("P1", 50000, 50000, False)]
        end(s, view)
        assert owed(s) == [("P1", 50000, 50000, True)]


def test_the_same_goods_again_are_the_same_return_while_it_is_open_and_others_wait(
    database: Database,
) -> None:
    with database.transaction() as s:
        sell_insured(s)
        view = ask(s, 1)
        assert ask(s, 1).return_no == view.return_no
        with pytest.raises(ReturnStillOpen):
            ask(s, 2)
        assert len(owed(s)) == 1


@pytest.mark.parametrize("pieces", [(0,), (3,), (-1,), (1, 1)])
def test_no_more_pieces_come_back_than_were_sold(
    database: Database, pieces: tuple[int, ...]
) -> None:
    with database.transaction() as s:
        sell_insured(s)
        with pytest.raises(MorePiecesThanWereSold):
            ask(s, *pieces)


def test_pieces_that_came_back_do_not_come_back_again_but_those_of_a_blocked_return_do(
    database: Database,
) -> None:
    with database.transaction() as s:
        sell_insured(s)
        end(s, ask(s, 2), ReturnEvent.BLOCKED)
        end(s, ask(s, 1))
        with pytest.raises(MorePiecesThanWereSold):
            ask(s, 2)
        assert told(ask(s, 1)) == {1: 5000, 2: 2500}


def test_of_what_the_insurer_settled_at_the_counter_the_part_of_the_pieces_goes_back(
    database: Database,
) -> None:
    pool = (Part(1, PartKind.POOL_FUND, fen(10000)), Part(2, PartKind.CASH, fen(5000)))
    with database.transaction() as s:
        sell_insured(s, parts=pool)
        view = ask(s, 1)
        assert told(view) == {1: 5000, 2: 2500}
        # The settlement is cancelled whole, of the cash a half is handed out.
        assert [refund.amount.minor for refund in view.refunds] == [10000, 2500]
        assert owed(s) == [("P1", 50000, 50000, False)]


def test_goods_that_an_insurer_paid_too_are_named_by_the_piece(database: Database) -> None:
    with database.transaction() as s:
        sell_insured(s)
        with pytest.raises(GoodsNotNamed):
            goods_returns.refuse_by_amount(s, NUMBER)


def test_where_goods_went_back_by_amount_they_are_not_counted_by_the_piece(
    database: Database,
) -> None:
    with database.transaction() as s:
        sell_insured(s, insured=())
        goods_returns.refuse_by_amount(s, NUMBER)
        by_amount = pay_returns.ask_return(
            s,
            NUMBER,
            [(1, fen(100))],
            reason="goods_returned",
            by="li",
            place="t",
            has_return=True,
            now=MONDAY,
        )
        end(s, by_amount)
        with pytest.raises(GoodsNotNamed):
            ask(s, 1)


@pytest.mark.parametrize(("minor", "may_go"), [(50000, True), (50001, False)])
def test_an_insurer_never_gets_back_what_it_took_back_already(
    database: Database, minor: int, may_go: bool
) -> None:
    taken = ProviderAdjustment(claim_no_of(INSURED, 1), "WO", fen(-minor))
    advice = RemittanceAdvice("RA-1", "P1", TODAY, "TRN-1", fen(-minor), (), (taken,))
    with database.transaction() as s:
        sell_insured(s)
        money.record_remittance(s, proved(advice), now=MONDAY)
        if may_go:
            assert told(ask(s, 1)) == {1: 5000, 2: 2500}
            return
        with pytest.raises(InsurerTookItBack, match=r"500\.00 CNY would go back, of 499\.99 CNY"):
            ask(s, 1)


def test_what_is_taken_back_is_set_off_once_the_oldest_return_first(database: Database) -> None:
    with database.transaction() as s:
        sell_insured(s)
        first = ask(s, 1)
        claim_no = claim_no_of(INSURED, 1)
        assert repayments.offset(s, claim_no, fen(100), by="RA-1") == [], "it is not due yet"
        end(s, first)
        end(s, ask(s, 1))
        taken = repayments.offset(s, claim_no, fen(70000), by="RA-2")
        assert [part.minor for _, part in taken] == [50000, 20000]
        assert repayments.offset(s, claim_no, fen(70000), by="RA-2") == []
        assert sorted(open_ for _, _, open_, _ in owed(s)) == [0, 30000]
        rest = repayments.offset(s, claim_no, fen(30001), by="RA-3")
        assert [part.minor for _, part in rest] == [30000], "the last fen is a question"
        assert repayments.offset(s, claim_no, fen(-5), by="RA-4") == []


ATTACKS = {
    "a repayment made larger": "UPDATE insurer_repayment SET minor = 60000",
    "an offset taken away": "UPDATE insurer_repayment SET offset_minor = 0",
    "an offset above the whole": "UPDATE insurer_repayment SET offset_minor = 50001",
    "another insurer": "UPDATE insurer_repayment SET payer = 'PX'",
    "a repayment forgotten": "DELETE FROM insurer_repayment",
    "an offset changed": "UPDATE repayment_offset SET minor = 1",
    "an offset forgotten": "DELETE FROM repayment_offset",
    "goods changed": "UPDATE pay_return_goods SET quantity = 2",
    "goods forgotten": "DELETE FROM pay_return_goods",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_tables_refuse_what_no_honest_code_does(database: Database, attack: str) -> None:
    with database.transaction() as s:
        sell_insured(s)
        end(s, ask(s, 1))
        repayments.offset(s, claim_no_of(INSURED, 1), fen(100), by="RA-1")
    with pytest.raises(DatabaseError), database.transaction() as s:
        s.connection().execute(text(ATTACKS[attack]))
    with database.reading() as s:
        assert owed(s) == [("P1", 50000, 49900, True)]


def test_what_was_taken_before_it_was_due_is_set_off_once_and_never_above_the_repayment(
    database: Database,
) -> None:
    with database.transaction() as s:
        sell_insured(s)
        end(s, ask(s, 1))
        (due,) = repayments.of_case(s, INSURED)
        assert repayments.set_off(s, due, fen(0), by="DF-1") == fen(0)
        assert repayments.set_off(s, due, fen(20000), by="DF-1") == fen(20000)
        assert repayments.set_off(s, due, fen(20000), by="DF-1") == fen(0), "it was set off before"
        assert repayments.set_off(s, due, fen(30001), by="DF-10") == fen(30000)
        assert owed(s) == [("P1", 50000, 0, True)]
        claim_no = due.claim_no
        assert repayments.set_off_by(s, claim_no, "DF-1") == fen(20000), "DF-10 is another one"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    insured=st.lists(st.integers(1, 3000), max_size=2),
    patient=st.integers(100, 3000),
    lots=st.lists(st.integers(1, 3), min_size=1, max_size=4),
)
def test_whatever_comes_back_in_parts_adds_up_to_what_each_paid(
    database: Database, insured: list[int], patient: int, lots: list[int]
) -> None:
    parts = (Part(1, PartKind.SELF_PAY, fen(patient)),)
    pieces = sum(lots)
    back, repaid = Money(0), Money(0)
    with database.transaction() as s:
        sell_insured(s, insured=tuple(insured), parts=parts, pieces=pieces, price=10007)
        for lot in lots:
            view = ask(s, lot)
            back += view.total
            end(s, view)
        repaid = Money.total(one.amount for one in repayments.of_case(s, INSURED))
        assert payments.attempts_of(s, NUMBER)[0].kept == fen(0)
        s.rollback()
    assert (back, repaid) == (fen(patient), fen(sum(insured)))
