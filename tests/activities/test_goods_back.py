"""Money for goods goes back only for what the ERP took in; what it took in wrongly, no money."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.goods_back import GoodsNotThere, GoodsOfNoSale, GoodsReceiptWrong
from activities.world import World
from connectors.http import Unreachable
from domain.goods_back import GoodsReceipt
from domain.pay_return import ReturnEvent, ReturnMove, ReturnStart
from domain.payment import PaymentStage
from tests.activities.conftest import reopened, steps_file, world
from tests.activities.desk import clock_of, outside_of
from tests.activities.test_return_steps import Desk, desk
from tests.store.goods import receipt
from tests.store.samples import fen
from tests.workflows.bills import till_of

__all__ = ["desk", "reopened", "steps_file", "world"]

HOUR_S = 3600


def came(desk: Desk, *receipts: GoodsReceipt) -> None:
    outside_of(desk.till.world).receipts = list(receipts)


def test_nothing_is_sent_before_the_goods_came_and_the_erp_is_asked_again(desk: Desk) -> None:
    came(desk)
    view = desk.ask((1, fen(5000)))
    desk.clear(view)
    told = desk.steps.send_back(desk.ref(view, 1))
    assert (told.is_back, told.look_again_s, told.waits_for_goods) == (False, HOUR_S, True)
    assert desk.asked_of("wallet") == []
    came(desk, receipt(1))
    assert desk.send(view, 1)
    assert desk.losses() == 5000


def test_once_the_goods_came_the_erp_is_asked_no_more(desk: Desk) -> None:
    view = desk.ask((1, fen(5000)), (2, fen(100)))
    desk.clear(view)
    assert desk.send(view, 2)
    outside_of(desk.till.world).refuses["goods_receipts"] = Unreachable(
        "erp", "GET /goods-receipts"
    )
    assert desk.send(view, 1)
    wanted = desk.steps.open_return(ReturnStart(view.return_no))
    assert wanted.stage == "sending"


@pytest.mark.parametrize(("asked", "is_back"), [(32500, True), (32501, False)])
def test_of_a_share_of_650_one_of_two_pieces_brings_325_back_and_not_a_fen_more(
    desk: Desk, asked: int, is_back: bool
) -> None:
    came(desk, receipt(1))
    view = desk.ask((3, fen(30000)), (2, fen(asked - 30000)))
    desk.clear(view)
    assert desk.send(view, 3) is is_back


def test_goods_that_money_went_back_for_are_not_good_for_a_second_return(desk: Desk) -> None:
    came(desk, receipt(1))
    first = desk.ask((3, fen(30000)))
    desk.clear(first)
    assert desk.send(first, 3)
    desk.steps.move_return(ReturnMove(first.return_no, ReturnEvent.ALL_BACK))
    second = desk.ask((2, fen(2501)))
    desk.clear(second)
    assert not desk.send(second, 2)
    came(desk, receipt(1), receipt(1, number="RC-2"))
    assert desk.send(second, 2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (receipt(1, lot_no="LOT-9"), "line 1, lot LOT-9: 1 came, 0 were sold"),
        (receipt(3), "line 1, lot LOT-1: 3 came, 2 were sold"),
        (receipt(1, item_code="IT-2"), "RC-1, line 1: IT-2, sold was IT-1"),
        (receipt(0), "RC-1, line 1: 0 pieces"),
    ],
)
def test_a_receipt_of_what_was_never_sold_goes_to_a_person(
    desk: Desk, wrong: GoodsReceipt, said: str
) -> None:
    came(desk, wrong)
    view = desk.ask((1, fen(100)))
    desk.clear(view)
    with pytest.raises(GoodsReceiptWrong, match=said):
        desk.send(view, 1)
    assert desk.asked_of("wallet") == []


def test_goods_that_are_missing_after_ten_days_go_to_a_person(desk: Desk) -> None:
    came(desk)
    view = desk.ask((1, fen(5000)))
    desk.clear(view)
    clock = clock_of(desk.till.world)
    clock.moment = view.asked_at + timedelta(days=10)
    assert not desk.send(view, 1)
    clock.moment += timedelta(seconds=1)
    with pytest.raises(GoodsNotThere, match=r"after 10 days .* 0\.00 CNY, while 50\.00 CNY"):
        desk.send(view, 1)
    # A person found them: tried again it goes on.
    came(desk, receipt(2))
    assert desk.send(view, 1)


def test_a_bill_of_no_order_goes_to_a_person(world: World) -> None:
    till = till_of(world)
    assert till.run() is PaymentStage.PAID
    here = Desk.of(till)
    view = here.ask((1, fen(100)))
    here.clear(view)
    with pytest.raises(GoodsOfNoSale):
        here.send(view, 1)


def test_money_that_is_not_for_goods_asks_no_erp(desk: Desk) -> None:
    came(desk)
    view = desk.ask((1, fen(100)), reason="overcharged")
    assert desk.send(view, 1), "whether it may go is the rules' business, and none of the ERP's"
    assert not [one for one in outside_of(desk.till.world).asked if "goods_receipts" in one]
