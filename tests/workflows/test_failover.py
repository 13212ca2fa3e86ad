"""The backup is taken when the core is down, at once and only then; an unknown result never."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.pay_ways import NoSuchPayWay
from activities.world import World
from domain.payment import PaymentStage
from store import audit, circuits
from tests.activities.desk import clock_of
from tests.store.samples import fen
from tests.workflows.bills import NUMBER, till_of
from tests.workflows.pretend_channels import Trouble

pytestmark = pytest.mark.thorough


def numbered(n: int) -> str:
    return f"PM-20260105-1{n:03d}"


def test_a_core_that_cannot_be_reached_costs_no_payment_its_try(world: World) -> None:
    till = till_of(world)
    till.channels["wallet"].pays[:] = [Trouble.AWAY]
    assert till.pay_at_the_wallet(numbered(1)) is PaymentStage.PAID
    assert till.channels_of(numbered(1)) == [("wallet", "refused"), ("backup", "captured")]
    assert till.pay_at_the_wallet(numbered(2)) is PaymentStage.PAID
    assert till.channels_of(numbered(2)) == [("wallet", "captured")]


def test_the_auxiliary_channel_is_tried_after_the_core_and_before_the_backup(world: World) -> None:
    till = till_of(world, more=("second",))
    for code in ("wallet", "second"):
        till.channels[code].pays[:] = [Trouble.AWAY]
    assert till.pay_at_the_wallet(numbered(1)) is PaymentStage.PAID
    assert till.channels_of(numbered(1)) == [
        ("wallet", "refused"),
        ("second", "refused"),
        ("backup", "captured"),
    ]
    till.channels["wallet"].pays[:] = [Trouble.AWAY]
    assert till.pay_at_the_wallet(numbered(2)) is PaymentStage.PAID
    assert till.channels_of(numbered(2)) == [("wallet", "refused"), ("second", "captured")]


def test_a_core_and_an_auxiliary_that_rest_leave_the_backup_alone_to_be_asked(
    world: World,
) -> None:
    till = till_of(world, more=("second",))
    for code in ("wallet", "second"):
        till.channels[code].pays[:] = [Trouble.AWAY] * 3
    for n in range(3):
        till.pay_at_the_wallet(numbered(n))
    till.pay_at_the_wallet(numbered(3))
    assert till.channels_of(numbered(3)) == [("backup", "captured")]


def test_a_channel_whose_key_is_not_there_holds_up_no_other(world: World) -> None:
    ways = till_of(world).world.pay_ways
    asked = [way.channel.code for way in ways.by_tier(["backup", "second", "wallet"])]
    assert asked == ["wallet", "backup"]
    with pytest.raises(NoSuchPayWay, match="'second'"):
        ways.by_tier(["second"])
    with pytest.raises(NoSuchPayWay, match="'walet'"):
        ways.by_tier(["walet", "backup"])


def test_a_core_that_failed_three_times_is_left_alone_and_comes_back_by_itself(
    world: World,
) -> None:
    till = till_of(world)
    wallet, clock = till.channels["wallet"], clock_of(world)
    wallet.pays[:] = [Trouble.AWAY] * 3
    for n in range(3):
        till.pay_at_the_wallet(numbered(n))
    asked_before = len(wallet.asked)
    till.pay_at_the_wallet(numbered(3))
    assert till.channels_of(numbered(3)) == [("backup", "captured")]
    assert len(wallet.asked) == asked_before
    clock.moment += timedelta(seconds=59)
    till.pay_at_the_wallet(numbered(4))
    assert till.channels_of(numbered(4)) == [("backup", "captured")]
    clock.moment += timedelta(seconds=1)
    for n in (5, 6):
        till.pay_at_the_wallet(numbered(n))
        assert till.channels_of(numbered(n)) == [("wallet", "captured")]
    with till.world.database.reading() as session:
        assert circuits.circuit_of(session, "wallet").open_since is None
        trail = [(e.action, e.detail) for e in audit.audit_of(session, "pay-channel/wallet")]
    assert trail[0] == ("circuit_opened", "3 failures in a row, the last: Unreachable")
    assert [action for action, _ in trail] == ["circuit_opened", "circuit_closed"]


def test_a_bad_trial_rests_the_core_anew(world: World) -> None:
    till = till_of(world)
    wallet, clock = till.channels["wallet"], clock_of(world)
    wallet.pays[:] = [Trouble.AWAY] * 4
    for n in range(3):
        till.pay_at_the_wallet(numbered(n))
    clock.moment += timedelta(seconds=60)
    till.pay_at_the_wallet(numbered(3))
    assert till.channels_of(numbered(3)) == [("wallet", "refused"), ("backup", "captured")]
    clock.moment += timedelta(seconds=59)
    till.pay_at_the_wallet(numbered(4))
    assert till.channels_of(numbered(4)) == [("backup", "captured")]


def test_a_time_out_is_asked_about_and_never_sent_elsewhere(world: World) -> None:
    till = till_of(world)
    till.channels["wallet"].pays[:] = [Trouble.LOST_AFTER]
    till.channels["backup"].pays[:] = [Trouble.REFUSED]
    assert till.pay_at_the_wallet(numbered(1)) is PaymentStage.PAID
    assert till.channels_of(numbered(1)) == [("wallet", "captured")]
    assert till.channels["backup"].asked == []
    number = f"{numbered(1)}-1-1"
    assert till.channels["wallet"].asked == [f"pay {number}", f"query {number}"]


def test_an_attempt_whose_sending_nobody_saw_end_waits_for_its_own_channel(world: World) -> None:
    """A worker was killed after the attempt was on record: it may have been sent or not."""
    till = till_of(world)
    wallet = till.channels["wallet"]
    wallet.pays[:] = [Trouble.LOST_BEFORE, Trouble.AWAY, Trouble.AWAY]
    assert till.pay_at_the_wallet(numbered(1)) is PaymentStage.PAID
    assert till.channels_of(numbered(1)) == [("wallet", "captured")]
    assert till.channels["backup"].asked == []
    assert wallet.took() == fen(20000)


def test_a_refusal_is_an_answer_and_no_reason_to_go_elsewhere(world: World) -> None:
    till = till_of(world)
    till.channels["wallet"].pays[:] = [Trouble.REFUSED]
    assert till.pay_at_the_wallet(numbered(1)) is PaymentStage.UNDONE
    assert till.channels_of(numbered(1)) == [("wallet", "refused")]
    assert till.channels["backup"].asked == []


@pytest.mark.slow
def test_when_nobody_can_be_reached_the_bill_is_tried_until_its_time_is_over(
    world: World,
) -> None:
    till = till_of(world)
    began = world.now()
    for code in ("wallet", "backup"):
        till.channels[code].pays[:] = [Trouble.AWAY] * 1000
    assert till.run() is PaymentStage.UNDONE
    assert (world.now() - began).total_seconds() >= 900
    assert till.held() == dict.fromkeys(till.channels, fen(0))
    assert {state for _code, state in till.channels_of(NUMBER)} == {"captured", "refused"}
