"""Failover as it is shipped: two channels of the shipped files, live by two persons, over real
connections, by the shipped rules of payments."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from activities.payment_steps import PaymentActivities
from activities.world import World
from connectors.http import Caller
from domain.payment import Bill, Part, PartKind, PaymentEvent, PaymentStage
from domain.payment_facts import PaymentMove, PaymentStart
from domain.review import Role
from engine.counterparties import Counterparties
from engine.pay_channels import load_pay_channels
from engine.payment_rules import load_payment_rules
from engine.profiles import Profile
from runtime.pay_ways import pay_ways_of
from runtime.paychannel_live import ChannelJournal
from sandbox.acquirer import service
from store import circuits, pay_channel_answers, pay_channel_versions, payments
from store.people import PersonView
from tests.activities.desk import clock_of
from tests.connectors.paying import SHIPPED, acquirer_keys
from tests.sandbox.running import Running, running
from tests.store.samples import fen
from tests.workflows.driving import Driver
from workflows.paying import Paying

__all__ = ["acquirer_keys"]

pytestmark = pytest.mark.slow

NOBODY = "http://127.0.0.1:9"
"""The discard port: nobody listens there."""
LI, ZHAO = PersonView("li", Role.FINANCE, "Li"), PersonView("zhao", Role.FINANCE, "Zhao")
SLOW_MS = 1500


@dataclass
class Two:
    """The core and the auxiliary channel, an acquirer behind each, and our own books."""

    world: World
    folder: Path
    acquirer: Running
    bills: int = 0
    closing: ExitStack = field(default_factory=ExitStack)

    def open(self, core_at: str, *, keys: str = "") -> None:
        """Plug both in, the core at this address, and let two persons put them live; `keys` is
        where those of the auxiliary one lie, when elsewhere."""
        for code in ("pay_json", "pay_form", "pay_xml"):
            text = (SHIPPED / code / "paychannel.toml").read_text("utf-8")
            if code == "pay_json":
                text = text.replace("${HUIKUAN_ACQUIRER_URL:-http://127.0.0.1:18108}", core_at)
                text = text.replace("failures = 5", "failures = 2")
                text = text.replace("slow_ms = 2000", f"slow_ms = {SLOW_MS}")
            if code == "pay_form" and keys:
                text = text.replace("${HUIKUAN_ACQUIRER_KEYS:-var/up/sandbox/acquirer-keys}", keys)
            (self.folder / code).mkdir(parents=True, exist_ok=True)
            (self.folder / code / "paychannel.toml").write_text(text, "utf-8")
        shutil.copytree(SHIPPED / "own", self.folder / "own", dirs_exist_ok=True)
        journal = ChannelJournal(self.world.database, self.world.now)
        ways, close = pay_ways_of(self.folder, Counterparties({}), no_caller, journal)
        self.closing.callback(close)
        files, now = load_pay_channels(self.folder), self.world.now()
        for code in ("pay_json", "pay_form"):
            if not ways.is_live(code):
                with self.world.writing() as s:
                    version = pay_channel_versions.propose(s, code, files[code].hash, [], LI, now)
                    pay_channel_versions.approve(s, version.version_no, ZHAO, now)
        rules = load_payment_rules(SHIPPED)
        self.world = replace(self.world, pay_ways=ways, payment_rules=rules)

    def pay(self) -> list[tuple[str, str]]:
        """A patient pays 1.01; which channels were asked, and how each attempt ended."""
        self.bills += 1
        number = f"PM-20260105-2{self.bills:03d}"
        bill = Bill(number, fen(101), (Part(1, PartKind.SELF_PAY, fen(101)),))
        with self.world.writing() as s:
            # Each at a till of its own: many small ones at one of them would be held.
            by, place = f"clerk-{self.bills}", f"till-{self.bills}"
            payments.open_bill(s, bill, opened_by=by, place=place, now=self.world.now())
        assert lived(self.world, number) is PaymentStage.PAID
        with self.world.database.reading() as s:
            return [(a.channel, a.state) for a in payments.attempts_of(s, number)]

    def rests(self) -> bool:
        with self.world.database.reading() as s:
            return circuits.circuit_of(s, "pay_json").open_since is not None

    def asked_of_the_core(self) -> int:
        with self.world.database.reading() as s:
            health = pay_channel_answers.health_of(s, "pay_json", of_the_last=999, shown=999)
        return sum(one.call == "pay" for one in health.last)

    def paid_at_the_acquirer(self) -> int:
        """How many payments it took, whatever door they came through."""
        return sum(one["state"] == "paid" for one in self.acquirer.books()["payments"])


def lived(world: World, number: str) -> PaymentStage:
    """Live a bill's life to its end; no rule may hold it."""
    steps = PaymentActivities(world)
    driver = Driver(steps, clock_of(world))

    async def live() -> PaymentStage:
        facts = await driver.take(steps.open_payment, PaymentStart(number), summary="")
        await driver.take(steps.weigh_payment, number, summary="")
        cleared = PaymentMove(number, PaymentEvent.CLEARED)
        await driver.take(steps.move_payment, cleared, summary="")
        paying = Paying(facts, taking=driver.take, waiting=driver.wait, helping=driver.help)
        return await paying.pay()

    return asyncio.run(live())


def no_caller(profile: Profile) -> Caller:
    raise AssertionError(f"no insurer is reached here: {profile.code}")


@pytest.fixture
def two(
    world: World, tmp_path: Path, acquirer_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Two]:
    with running(service, tmp_path / "sandbox", keys=str(acquirer_keys)) as acquirer:
        monkeypatch.setenv("HUIKUAN_ACQUIRER_URL", str(acquirer.client.base_url).rstrip("/"))
        monkeypatch.setenv("HUIKUAN_ACQUIRER_KEYS", str(acquirer_keys))
        found = Two(world, tmp_path / "counterparties", acquirer)
        with found.closing:
            yield found


def test_a_core_where_nobody_listens_is_left_alone_and_comes_back_by_itself(two: Two) -> None:
    two.open(NOBODY)
    for _ in range(2):
        assert two.pay() == [("pay_json", "refused"), ("pay_form", "captured")]
    assert (two.rests(), two.asked_of_the_core()) == (True, 2)
    assert two.pay() == [("pay_form", "captured")]
    assert two.asked_of_the_core() == 2

    two.open(str(two.acquirer.client.base_url).rstrip("/"))
    clock_of(two.world).moment += timedelta(seconds=60)
    for trial in (1, 2, 3):
        assert two.pay() == [("pay_json", "captured")]
        assert two.rests() is (trial < 3)
    assert two.paid_at_the_acquirer() == two.bills == 6


def test_a_core_that_answers_too_slowly_is_left_alone_although_it_was_paid_there(two: Two) -> None:
    two.open(str(two.acquirer.client.base_url).rstrip("/"))
    slow = {"match": "POST /json/v3/pay/native", "times": 2, "how": f"latency:{SLOW_MS + 100}"}
    two.acquirer.put("faults", [slow])
    for _ in range(2):
        assert two.pay() == [("pay_json", "captured")]
    assert two.pay() == [("pay_form", "captured")]
    assert two.paid_at_the_acquirer() == two.bills == 3


def test_a_core_whose_answer_is_lost_is_asked_and_nobody_pays_twice(two: Two) -> None:
    two.open(str(two.acquirer.client.base_url).rstrip("/"))
    two.acquirer.strike("POST /json/v3/pay/native", "drop_after_commit")
    assert two.pay() == [("pay_json", "captured")]
    assert two.paid_at_the_acquirer() == 1


def test_an_auxiliary_channel_without_its_key_keeps_nobody_from_paying_at_the_core(
    two: Two, tmp_path: Path
) -> None:
    two.open(str(two.acquirer.client.base_url).rstrip("/"), keys=str(tmp_path / "nowhere"))
    assert two.world.pay_ways.left_out == {"pay_form"}
    assert two.pay() == [("pay_json", "captured")]
