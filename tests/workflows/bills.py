"""One bill of 650.00 in four parts over four channels, driven to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from activities.pay_ways import PayWay, PayWays
from activities.payment_steps import PaymentActivities
from activities.world import World
from domain.ledger import PREPAYMENTS, clearing
from domain.money import Money
from domain.pay_channel import RefundStatus
from domain.payment import Bill, Part, PartKind, PaymentEvent, PaymentStage
from domain.payment_facts import PaymentMove, PaymentStart
from engine.pay_channels import DatedCircuit, Tier
from engine.payment_rules import DatedGoods, DatedWaits, DatedWay, PaymentRules
from store import ledger, pay_refunds, payments
from store.payment_views import AttemptView
from tests.activities.desk import clock_of
from tests.store.samples import fen
from tests.workflows.driving import Driver
from tests.workflows.pretend_channels import PretendChannel
from workflows.paying import Paying

NUMBER = "PM-20260105-0001"
PARTS = (
    Part(1, PartKind.SELF_PAY, fen(10000)),
    Part(2, PartKind.COMMERCIAL, fen(20000)),
    Part(3, PartKind.POOL_FUND, fen(30000)),
    Part(4, PartKind.PERSONAL_ACCOUNT, fen(5000)),
)
TOTAL = fen(65000)
CHANNEL_OF = {1: "wallet", 2: "cover", 3: "insurer", 4: "insurer"}


def rules() -> PaymentRules:
    """A quarter of an hour to pay, asked every 5 s, late money looked for ten minutes."""
    day = date(2026, 1, 1)
    waits = DatedWaits.model_validate(
        {
            "from": day,
            "source": "test",
            "pay_within_minutes": 15,
            "look_again_s": 5,
            "late_money_minutes": 10,
        }
    )
    channels = {
        PartKind.POOL_FUND: ["insurer"],
        PartKind.PERSONAL_ACCOUNT: ["insurer"],
        PartKind.COMMERCIAL: ["cover"],
        PartKind.SELF_PAY: ["backup", "second", "wallet"],
    }
    ways = tuple(
        DatedWay.model_validate({"from": day, "source": "test", "kind": kind, "channels": codes})
        for kind, codes in channels.items()
    )
    goods = DatedGoods.model_validate(
        {"from": day, "source": "test", "wait_days": 10, "look_again_minutes": 60}
    )
    return PaymentRules(waits=(waits,), goods=(goods,), ways=ways)


CIRCUIT = DatedCircuit.model_validate(
    {
        "from": date(2026, 1, 1),
        "source": "test",
        "failures": 3,
        "slow_ms": 60_000,
        "rest_s": 60,
        "trials": 2,
    }
)


def ways_of(channels: dict[str, PretendChannel]) -> dict[str, PayWay]:
    """The wallet is core, the backup is backup, and a second one is between them where it is there;
    insurers have nobody beside them."""
    ways = {code: PayWay(channel) for code, channel in channels.items()}
    tiers: dict[str, Tier] = {"wallet": "core", "second": "auxiliary", "backup": "backup"}
    for code in tiers.keys() & channels.keys():
        ways[code] = PayWay(channels[code], tiers[code], (CIRCUIT,))
    return ways


@dataclass
class Till:
    """A bill on record, its channels, and whoever drives its life."""

    world: World
    channels: dict[str, PretendChannel]
    driver: Driver

    def of(self, n: int) -> PretendChannel:
        return self.channels[CHANNEL_OF[n]]

    def run(self, number: str = NUMBER) -> PaymentStage:
        """Live the bill's life to its end."""
        return asyncio.run(self._live(number))

    def pay_at_the_wallet(self, number: str) -> PaymentStage:
        """Open and live a bill of 200.00 that the patient alone pays."""
        bill = Bill(number, fen(20000), (Part(1, PartKind.SELF_PAY, fen(20000)),))
        with self.world.writing() as session:
            payments.open_bill(
                session, bill, opened_by="wang.cashier", place="till-1", now=self.world.now()
            )
        return self.run(number)

    def channels_of(self, number: str) -> list[tuple[str, str]]:
        """Which channels were asked for a bill, in turn, and how each attempt ended."""
        with self.world.database.reading() as session:
            return [(a.channel, a.state) for a in payments.attempts_of(session, number)]

    async def _live(self, number: str) -> PaymentStage:
        steps, driver = self.driver.steps, self.driver
        facts = await driver.take(steps.open_payment, PaymentStart(number), summary="")
        await driver.take(steps.weigh_payment, number, summary="")
        cleared = PaymentMove(number, PaymentEvent.CLEARED)
        await driver.take(steps.move_payment, cleared, summary="")
        paying = Paying(facts, taking=driver.take, waiting=driver.wait, helping=driver.help)
        return await paying.pay()

    def held(self) -> dict[str, Money]:
        """What each channel's own books say that it took and did not give back."""
        return {code: channel.holds() for code, channel in self.channels.items()}

    def check_books_agree(self) -> None:
        """Our rows and the channels' own books tell the same, number by number."""
        with self.world.database.reading() as session:
            attempts = payments.attempts_of(session, NUMBER)
            refunds = pay_refunds.refunds_of(session, NUMBER)
        back = [r for r in refunds if r.status is RefundStatus.REFUNDED]
        ours = {
            code: Money.total(a.amount for a in attempts if a.channel == code and a.paid_at)
            - Money.total(r.amount for r in back if _channel(attempts, r.pay_no) == code)
            for code in self.channels
        }
        assert ours == self.held()
        self._check_the_ledger()
        for channel in self.channels.values():
            assert all(entry.taken <= 1 for entry in channel.payments.values())
            assert all(entry.taken <= 1 for entry in channel.returned.values())

    def _check_the_ledger(self) -> None:
        """What a channel holds is on its clearing account, and all of it may still go back."""
        with self.world.database.reading() as session:
            cleared = {code: ledger.balance(session, clearing(code)) for code in self.channels}
            prepaid = ledger.balance(session, PREPAYMENTS)
        assert cleared == self.held()
        assert prepaid == -Money.total(self.held().values())


def _channel(attempts: list[AttemptView], pay_no: str) -> str:
    return next(one.channel for one in attempts if one.pay_no == pay_no)


def till_of(
    world: World,
    *,
    twice: bool = False,
    answers: Callable[[str], str] = lambda what: "retry",
    case_no: str | None = None,
    more: tuple[str, ...] = (),
) -> Till:
    """Open the bill; nothing is asked for yet. Of the patient's channels only those are plugged in
    that are here: the second one is, when `more` names it."""
    clock = clock_of(world)
    codes = ("insurer", "cover", "wallet", "backup", *more)
    channels = {code: PretendChannel(code, world.now) for code in codes}
    left_out = {"second"} - channels.keys()
    ways = PayWays(ways_of(channels), left_out=left_out)
    outfitted = replace(world, payment_rules=rules(), pay_ways=ways)
    with world.writing() as session:
        payments.open_bill(
            session,
            Bill(NUMBER, TOTAL, PARTS),
            opened_by="wang.cashier",
            place="till-1",
            now=world.now(),
            case_no=case_no,
        )
    driver = Driver(PaymentActivities(outfitted), clock, twice=twice, answers=answers)
    return Till(outfitted, channels, driver)
