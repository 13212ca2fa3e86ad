"""Money of a paid bill on its way back: weighed first, sent once, whatever the channel does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from activities.return_steps import ReturnActivities
from activities.returning import RefundFailed
from activities.weighing import NotReleased
from activities.world import World
from connectors.http import Unreachable
from domain.ledger import PATIENT_REFUNDS, PREPAYMENTS, clearing
from domain.money import Money
from domain.pay_return import ReturnEvent, ReturnMove, ReturnRef, ReturnStage, ReturnStart
from domain.payment import PaymentStage
from domain.risk import Verdict
from store import ledger, pay_returns
from store.pay_returns import ReturnView
from tests.activities.conftest import reopened, steps_file, world
from tests.activities.desk import outside_of
from tests.store.goods import CASE_NO, receipt, sell
from tests.store.samples import fen
from tests.workflows.bills import NUMBER, Till, till_of
from tests.workflows.pretend_channels import Trouble

__all__ = ["reopened", "steps_file", "world"]


@dataclass
class Desk:
    """A bill of 650.00 that was paid in four parts, goods that are back, and a return's steps."""

    till: Till
    steps: ReturnActivities

    @classmethod
    def of(cls, till: Till) -> Desk:
        return cls(till, ReturnActivities(till.world))

    def ask(
        self, *asked: tuple[int, Money], reason: str = "goods_returned", by: str = "li.finance"
    ) -> ReturnView:
        with self.till.world.writing() as session:
            return pay_returns.ask_return(
                session,
                NUMBER,
                asked,
                reason=reason,
                by=by,
                place="till-1",
                has_return=reason == "goods_returned",
                now=self.till.world.now(),
            )

    def clear(self, view: ReturnView) -> None:
        assert self.steps.weigh_return(view.return_no).verdict is Verdict.ALLOW
        self.steps.move_return(ReturnMove(view.return_no, ReturnEvent.CLEARED))

    def send(self, view: ReturnView, n: int) -> bool:
        return self.steps.send_back(self.ref(view, n)).is_back

    def ref(self, view: ReturnView, n: int) -> ReturnRef:
        return ReturnRef(view.return_no, n)

    def send_until_back(self, view: ReturnView, n: int, tries: int = 10) -> int:
        """How many steps it took; what may pass is taken again."""
        for taken in range(1, tries + 1):
            try:
                if self.send(view, n):
                    return taken
            except (Unreachable, RefundFailed):
                continue
        raise AssertionError(f"part {n} is not back after {tries} steps")

    def losses(self) -> int:
        with self.till.world.database.reading() as session:
            assert ledger.balance(session, PREPAYMENTS) == fen(0)
            for code, channel in self.till.channels.items():
                assert ledger.balance(session, clearing(code)) == channel.holds()
            return ledger.balance(session, PATIENT_REFUNDS).minor

    def asked_of(self, code: str) -> Sequence[str]:
        return [one for one in self.till.channels[code].asked if one.startswith("refund")]


@pytest.fixture
def desk(world: World) -> Desk:
    with world.writing() as session:
        sell(session, fen(65000))
    outside_of(world).receipts = [receipt(2)]
    till = till_of(world, case_no=CASE_NO)
    assert till.run() is PaymentStage.PAID
    return Desk.of(till)


def test_a_return_tells_its_parts_with_the_insurer_s_first(desk: Desk) -> None:
    view = desk.ask((1, fen(2500)), (3, fen(30000)))
    wanted = desk.steps.open_return(ReturnStart(view.return_no))
    assert [(part.n, part.amount) for part in wanted.parts] == [(3, fen(30000)), (1, fen(2500))]
    assert (wanted.total, wanted.stage) == (fen(32500), ReturnStage.ASKED)


def test_a_part_goes_back_once_however_often_the_step_runs(desk: Desk) -> None:
    view = desk.ask((1, fen(2500)))
    desk.clear(view)
    assert [desk.send(view, 1) for _ in range(3)] == [True, True, True]
    assert desk.asked_of("wallet") == [f"refund {view.return_no}-1-1"]
    assert desk.till.channels["wallet"].holds() == fen(7500)
    assert desk.losses() == 2500


@pytest.mark.thorough
@pytest.mark.parametrize("trouble", sorted(Trouble))
def test_a_channel_in_trouble_sends_back_once_in_the_end(desk: Desk, trouble: Trouble) -> None:
    view = desk.ask((1, fen(2500)))
    desk.clear(view)
    desk.till.channels["wallet"].refunds[:] = [trouble]
    desk.send_until_back(view, 1)
    assert desk.till.channels["wallet"].holds() == fen(7500)
    assert desk.losses() == 2500


def test_a_refused_sending_is_tried_anew_under_its_own_number(desk: Desk) -> None:
    view = desk.ask((1, fen(2500)))
    desk.clear(view)
    desk.till.channels["wallet"].refunds[:] = [Trouble.REFUSED]
    with pytest.raises(RefundFailed, match=f"{view.return_no}-1-1"):
        desk.send(view, 1)
    assert desk.send(view, 1)
    assert desk.asked_of("wallet") == [
        f"refund {view.return_no}-1-1",
        f"refund {view.return_no}-1-2",
    ]
    assert desk.losses() == 2500


def test_nothing_is_cleared_that_nobody_weighed(desk: Desk) -> None:
    view = desk.ask((1, fen(2500)))
    with pytest.raises(NotReleased):
        desk.steps.move_return(ReturnMove(view.return_no, ReturnEvent.CLEARED))


def test_money_without_goods_is_held_and_moves_by_a_decision_only(desk: Desk) -> None:
    view = desk.ask((1, fen(2500)), reason="overcharged")
    weighed = desk.steps.weigh_return(view.return_no)
    assert weighed.verdict is Verdict.HOLD
    assert weighed.why == "REF-06: no goods came back"
    assert weighed.question is not None
    assert weighed.question.subject == view.return_no
    with pytest.raises(LookupError):
        desk.steps.move_return(ReturnMove(view.return_no, ReturnEvent.CLEARED))


def test_a_return_after_hours_is_held(desk: Desk) -> None:
    desk.till.driver.clock.moment += timedelta(hours=10)
    view = desk.ask((1, fen(2500)))
    assert desk.steps.weigh_return(view.return_no).why.startswith("REF-04: at 18:")


def test_the_sixth_return_of_one_operator_on_one_day_is_held(desk: Desk) -> None:
    for n in range(1, 7):
        view = desk.ask((2, fen(100 + n)))
        weighed = desk.steps.weigh_return(view.return_no)
        expected = Verdict.ALLOW if n < 6 else Verdict.HOLD
        assert weighed.verdict is expected, n
        desk.steps.move_return(ReturnMove(view.return_no, ReturnEvent.BLOCKED))
    assert weighed.why == "REF-01: 6 by li.finance on one day, more than 5"


def test_a_blocked_return_frees_its_money_and_sends_nothing(desk: Desk) -> None:
    view = desk.ask((1, fen(10000)))
    stage = desk.steps.move_return(ReturnMove(view.return_no, ReturnEvent.BLOCKED, "no"))
    assert stage is ReturnStage.BLOCKED
    assert desk.asked_of("wallet") == []
    assert desk.losses() == 0
    assert desk.ask((1, fen(10000))).return_no != view.return_no
