"""A part of what the national insurer settled goes back: cancelled whole, settled anew, once."""

from __future__ import annotations

import pytest

from activities.renewing import SettlementNotRenewed
from domain.pay_return import ReturnEvent, ReturnMove, ReturnStage
from domain.payment import AttemptState
from domain.risk import Verdict
from store import payments
from store.pay_refunds import MoreThanWasTaken
from store.pay_returns import ReturnView
from tests.activities.conftest import reopened, steps_file, world
from tests.activities.desk import outside_of
from tests.activities.test_return_steps import Desk, desk
from tests.store.goods import receipt
from tests.store.samples import fen
from tests.workflows.bills import NUMBER
from tests.workflows.pretend_channels import Trouble

pytestmark = pytest.mark.thorough

__all__ = ["desk", "reopened", "steps_file", "world"]

SETTLED = 35000
"""What the insurer bears of the bill: 300.00 of its fund, 50.00 of the personal account."""
WILL_NOT_SETTLE = (Trouble.REFUSED, Trouble.UNKNOWN_NOT_DONE)


def asked(desk: Desk, minor: int = 10000) -> ReturnView:
    """So much of the fund's 300.00, which is part 3."""
    view = desk.ask((3, fen(minor)))
    desk.clear(view)
    return view


def done(desk: Desk, view: ReturnView) -> None:
    move = ReturnMove(view.return_no, ReturnEvent.ALL_BACK)
    assert desk.steps.move_return(move) is ReturnStage.DONE


def writes(desk: Desk) -> list[str]:
    """What the insurer was told since the bill was paid, questions left out."""
    told = desk.till.channels["insurer"].asked
    return [one for one in told if one.startswith(("refund", "pay", "close"))][2:]


def send_some_times(desk: Desk, view: ReturnView) -> None:
    """Until the insurer says what became of it."""
    for _ in range(6):
        assert not desk.send(view, 3)


def attempts(desk: Desk) -> list[tuple[str, int, int, AttemptState]]:
    with desk.till.world.database.reading() as s:
        found = [one for one in payments.attempts_of(s, NUMBER) if one.n == 3]
    return [(one.pay_no[-3:], one.amount.minor, one.kept.minor, one.state) for one in found]


def test_a_part_of_a_settlement_goes_back_by_cancelling_it_and_settling_the_rest(
    desk: Desk,
) -> None:
    view = asked(desk)
    assert [desk.send(view, 3) for _ in range(3)] == [True, True, True]
    assert writes(desk) == [f"refund {view.return_no}-3-1", f"pay {NUMBER}-3-2"]
    assert attempts(desk) == [
        ("3-1", 30000, 0, AttemptState.CAPTURED),
        ("3-2", 20000, 20000, AttemptState.CAPTURED),
    ]
    assert desk.till.channels["insurer"].holds() == fen(SETTLED - 10000)
    assert desk.losses() == 10000


def test_the_whole_of_a_settlement_goes_back_and_nothing_is_settled_anew(desk: Desk) -> None:
    view = asked(desk, 30000)
    assert desk.send(view, 3)
    assert writes(desk) == [f"refund {view.return_no}-3-1"]
    assert desk.losses() == 30000


def test_what_was_settled_anew_goes_back_in_part_again_and_then_whole(desk: Desk) -> None:
    left = SETTLED
    for minor in (10000, 5000, 15000):
        view = asked(desk, minor)
        assert desk.send(view, 3)
        done(desk, view)
        left -= minor
        assert desk.till.channels["insurer"].holds() == fen(left)
    assert desk.losses() == 30000
    with pytest.raises(MoreThanWasTaken):
        desk.ask((3, fen(1)))


def test_no_more_goes_back_than_was_settled_anew(desk: Desk) -> None:
    view = asked(desk)
    assert desk.send(view, 3)
    done(desk, view)
    with pytest.raises(MoreThanWasTaken, match=r"200\.01 CNY is asked back of 200\.00"):
        desk.ask((3, fen(20001)))
    assert desk.ask((3, fen(20000))).total == fen(20000)


IN_TROUBLE = [
    *((trouble, None) for trouble in sorted(Trouble)),
    *((None, trouble) for trouble in sorted(Trouble) if trouble not in WILL_NOT_SETTLE),
    (Trouble.LOST_AFTER, Trouble.LOST_AFTER),
]


@pytest.mark.parametrize(("cancelling", "settling"), IN_TROUBLE)
def test_an_insurer_in_trouble_cancels_and_settles_once_in_the_end(
    desk: Desk, cancelling: Trouble | None, settling: Trouble | None
) -> None:
    insurer = desk.till.channels["insurer"]
    view = asked(desk)
    insurer.refunds[:] = [cancelling] if cancelling else []
    insurer.pays[:] = [settling] if settling else []
    desk.send_until_back(view, 3, tries=20)
    assert insurer.holds() == fen(SETTLED - 10000)
    assert all(entry.taken <= 1 for entry in insurer.payments.values())
    assert desk.losses() == 10000


@pytest.mark.parametrize("trouble", WILL_NOT_SETTLE)
def test_an_insurer_that_will_not_settle_anew_goes_to_a_person_and_is_asked_under_a_new_number(
    desk: Desk, trouble: Trouble
) -> None:
    view = asked(desk)
    desk.till.channels["insurer"].pays[:] = [trouble]
    with pytest.raises(SettlementNotRenewed, match=rf"{NUMBER}-3-2: insurer .* 200\.00 CNY anew"):
        send_some_times(desk, view)
    assert desk.losses() == 30000, "it is cancelled, and what stays is not settled yet"
    assert desk.send(view, 3)
    assert [one[0] for one in attempts(desk)] == ["3-1", "3-2", "3-3"]
    assert desk.losses() == 10000


def test_the_next_part_waits_until_what_stays_is_settled(desk: Desk) -> None:
    view = desk.ask((1, fen(2500)), (3, fen(10000)))
    assert desk.steps.weigh_return(view.return_no).verdict is Verdict.ALLOW
    desk.steps.move_return(ReturnMove(view.return_no, ReturnEvent.CLEARED))
    desk.till.channels["insurer"].pays[:] = [Trouble.LOST_BEFORE]
    assert [desk.send(view, 3), desk.send(view, 3), desk.send(view, 1)] == [False, True, True]
    assert desk.losses() == 12500


def test_goods_are_needed_for_what_goes_back_and_not_for_what_was_cancelled(desk: Desk) -> None:
    """One of two pieces is back, so 325.00 of the 650.00 may go: three times 100.00, not more."""
    outside_of(desk.till.world).receipts = [receipt(1)]
    for _ in range(3):
        view = asked(desk)
        assert desk.send(view, 3)
        done(desk, view)
    view = desk.ask((1, fen(2501)))
    desk.clear(view)
    assert not desk.send(view, 1)
