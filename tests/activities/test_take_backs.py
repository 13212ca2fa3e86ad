"""An insurer that takes money back before our return is done settles the repayment all the same."""

from __future__ import annotations

import pytest

from activities import differences
from activities.return_steps import ReturnActivities
from domain.facts import OpenDifference
from domain.ledger import INSURER_REFUNDS, WRITE_OFFS, receivable, repayable
from domain.pay_return import ReturnEvent, ReturnMove, ReturnRef
from domain.review import ReviewKind
from store import ledger, money, repayments
from store.pay_returns import ReturnView
from tests.activities.desk import ZHAO, clock_of, outside_of
from tests.activities.facts import CASE_NO, CLAIM_NO, decided
from tests.activities.test_repaying import Sale, pays_again, sale
from tests.store.goods import receipt
from tests.store.samples import fen

pytestmark = pytest.mark.thorough

__all__ = ["sale"]


def asked_back(sale: Sale) -> ReturnView:
    """One of two pieces, 500.00 of which are PA's; its goods are on their way."""
    view = sale.ask(1)
    sale.clear(view)
    return view


def done(sale: Sale, view: ReturnView, *, times: int = 1) -> None:
    outside_of(sale.world).receipts = [receipt(1)]
    assert sale.steps.send_back(ReturnRef(view.return_no, 1)).is_back
    for _ in range(times):
        move = ReturnMove(view.return_no, ReturnEvent.ALL_BACK)
        ReturnActivities(sale.world).move_return(move)


def decide(sale: Sale, outcome: str) -> None:
    """Two persons where it needs two: finance's head decides about the only take-back."""
    with sale.world.database.reading() as s:
        (taken,) = money.open_differences(s)
    question = differences.question_about(sale.world, OpenDifference(taken.no, f"{taken.no}:t"))
    assert question.kind is ReviewKind.TAKE_BACK
    differences.settle(sale.world, decided(sale.world, question, outcome, ZHAO))


def held(sale: Sale, account: str) -> int:
    with sale.world.database.reading() as s:
        return ledger.balance(s, account).minor


def due(sale: Sale) -> list[int]:
    """What of each repayment of the case is open."""
    with sale.world.database.reading() as s:
        return [one.open.minor for one in repayments.of_case(s, CASE_NO)]


@pytest.mark.parametrize(
    ("taken", "left_due", "asked"),
    [
        (49999, 1, []),
        (50000, 0, []),
        (50001, 0, [("take_back", -1)]),
    ],
)
def test_what_was_taken_back_too_early_is_no_question_any_more_once_the_return_is_done(
    sale: Sale, taken: int, left_due: int, asked: list[tuple[str, int]]
) -> None:
    view = asked_back(sale)
    pays_again(sale, taken)
    assert sale.questions() == [("take_back", -taken)]
    done(sale, view, times=2)
    # `balances` proves that suspense is the sum of the open questions.
    assert sale.balances()[repayable("PA")] == -left_due
    assert (sale.questions(), due(sale)) == (asked, [left_due])


def test_the_rest_that_came_with_a_later_advice_is_set_off_too(sale: Sale) -> None:
    view = asked_back(sale)
    pays_again(sale, 30000)
    done(sale, view)
    assert due(sale) == [20000]
    pays_again(sale, 20000, order_no="SO-2026-0003", number="RA-3")
    assert (due(sale), sale.questions()) == ([0], [])
    assert sale.balances()[repayable("PA")] == 0


def test_what_a_person_accepted_meanwhile_is_borne_by_nobody_twice(sale: Sale) -> None:
    view = asked_back(sale)
    pays_again(sale, 50000)
    decide(sale, "accept")
    assert held(sale, WRITE_OFFS) == 50000
    done(sale, view, times=2)
    assert (held(sale, WRITE_OFFS), held(sale, INSURER_REFUNDS)) == (0, 50000)
    assert (sale.balances()[repayable("PA")], due(sale)) == (0, [0])


def test_what_a_person_disputed_meanwhile_is_owed_by_the_insurer_no_more(sale: Sale) -> None:
    view = asked_back(sale)
    pays_again(sale, 60000)
    decide(sale, "dispute")
    assert held(sale, receivable("PA")) == 60000
    done(sale, view, times=2)
    # The repayment was 500.00; the insurer still owes what it took above that.
    assert (held(sale, receivable("PA")), due(sale)) == (10000, [0])
    with sale.world.database.reading() as s:
        disputed = [i.open for i in money.items_of(s, CASE_NO) if i.kind == "disputed"]
    assert disputed == [fen(10000)]


def test_what_was_accepted_before_anybody_asked_for_the_return_was_about_something_else(
    sale: Sale,
) -> None:
    pays_again(sale, 50000)
    decide(sale, "accept")
    clock_of(sale.world).moment = clock_of(sale.world).moment.replace(hour=9)
    done(sale, asked_back(sale))
    assert (held(sale, WRITE_OFFS), due(sale)) == (50000, [50000])


def test_a_take_back_of_another_claim_settles_nothing(sale: Sale) -> None:
    view = asked_back(sale)
    pays_again(sale, 50000, claim_no="CL-2026-0002-1")
    done(sale, view)
    assert (sale.questions(), due(sale)) == ([("take_back", -50000)], [50000])


def test_what_a_return_used_of_an_accepted_take_back_is_on_record(sale: Sale) -> None:
    """700.00 were taken and accepted: the return uses 500.00 of them, and 200.00 stay borne."""
    view = asked_back(sale)
    pays_again(sale, 70000)
    decide(sale, "accept")
    done(sale, view)
    assert held(sale, WRITE_OFFS) == 20000
    with sale.world.database.reading() as s:
        (taken,) = (d for d in money.differences_of_case(s, CASE_NO) if d.kind == "take_back")
        assert repayments.set_off_by(s, CLAIM_NO, taken.no) == fen(50000)
