"""Notices of pay channels at our door: genuine ones wake their life once, all others nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from connectors.pay_channels.building import channel_at
from domain.money import Money
from domain.pay_channel import PayRequest, PayState, PayStatus, RefundRequest
from domain.payment import Bill, Part, PartKind, PaymentEvent
from runtime.notices import Notices
from runtime.paychannel_live import ChannelJournal
from store import audit, outbox, pay_notices, pay_refunds, payments
from tests.api.office import MONDAY, Office
from tests.connectors.paying import SHIPPED, Desk, acquirer_keys, desk_of

__all__ = ["acquirer_keys"]
NUMBER, PAY_NO, REFUND_NO = "PM-0123456789AB", "PM-0123456789AB-1-1", "PM-0123456789AB-1-1-R1"
PART = Part(1, PartKind.SELF_PAY, Money(101))
EXPIRES = datetime.fromisoformat("2026-01-05T20:00:00+08:00")
FAMILIES = ("pay_json", "pay_form", "pay_xml")
Letter = tuple[dict[str, str], bytes]


@dataclass
class Door:
    """Our door, and a channel behind which a bill of 1.01 waits for its payer."""

    office: Office
    desk: Desk
    looked_again: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.desk.file.code

    async def look_again(self, payment_no: str) -> None:
        self.looked_again.append(payment_no)

    def letters(self) -> list[Letter]:
        """What the acquirer sent so far, as it sent it."""
        self.desk.acquirer.post("/_sandbox/flush", {}, 200)
        return [(headers, body) for _, headers, body in self.desk.receiver.letters]

    def pay(self, *, live: bool = True) -> None:
        """Ask for 1.01 at the live merchant or the other one; it is paid by itself."""
        place = self.desk.file.live if live else self.desk.file.sandbox
        channel, close = channel_at(self.desk.file, place)
        url = self.desk.notify_url
        channel.pay(PayRequest(PAY_NO, Money(101), "test", EXPIRES, url, token="8601"))
        close()

    def refund(self) -> None:
        channel, close = channel_at(self.desk.file, self.desk.file.live)
        channel.refund(RefundRequest(REFUND_NO, PAY_NO, Money(50), Money(101), "test"))
        close()

    async def tell(self, letter: Letter, code: str = "") -> tuple[int, str]:
        headers, body = letter
        kept = {n: v for n, v in headers.items() if n.lower() not in ("host", "content-length")}
        async with self.office.visitor() as visitor:
            url = f"/webhooks/pay-channels/{code or self.code}"
            answer = await visitor.post(url, content=body, headers=kept)
        return answer.status_code, answer.text

    def woken(self) -> list[tuple[str, str]]:
        return [(workflow_id, name) for workflow_id, name, _ in self.office.wakes.sent]

    def state(self) -> str:
        with self.office.database.reading() as s:
            return payments.attempts_of(s, NUMBER)[0].state

    def kept(self, number: str = PAY_NO) -> list[tuple[str, str, str]]:
        with self.office.database.reading() as s:
            found = pay_notices.notices_about(s, number)
        return [(one.about, one.status, one.amount.plain()) for one in found]

    def events(self) -> list[tuple[str, str]]:
        with self.office.database.reading() as s:
            return [(event.kind, event.subject) for event in audit.security_events(s)]


@pytest.fixture(
    params=[FAMILIES[0], *(pytest.param(f, marks=pytest.mark.thorough) for f in FAMILIES[1:])]
)
def door(
    request: pytest.FixtureRequest,
    office: Office,
    tmp_path: Path,
    acquirer_keys: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Door]:
    with desk_of(request.param, tmp_path / "outside", acquirer_keys, monkeypatch) as desk:
        journal = ChannelJournal(office.database, office.clock.now)
        opened = Door(office, desk)
        office.app.state.parts = replace(
            office.app.state.parts,
            read_notice=Notices(SHIPPED, journal, lambda: MONDAY).read,
            look_again=opened.look_again,
        )
        with office.database.transaction() as s:
            payments.open_bill(
                s,
                Bill(NUMBER, Money(101), (PART,)),
                opened_by="ops-li",
                place="till-1",
                now=MONDAY,
            )
            payments.move_payment(s, NUMBER, PaymentEvent.CLEARED, now=MONDAY)
            payments.begin_attempt(s, NUMBER, PART, channel=request.param, now=MONDAY)
        yield opened


async def test_a_genuine_notice_is_kept_and_wakes_its_life_and_decides_nothing(door: Door) -> None:
    door.pay()
    (letter,) = door.letters()
    status, answer = await door.tell(letter)
    assert (status, answer) == (200, door.desk.file.notice and door.desk.file.notice.answer)
    assert door.kept() == [("payment", "paid", "1.01")]
    assert door.woken() == [(f"payment-{NUMBER}", "look")]
    assert door.state() == "asked"
    assert door.events() == []


async def test_the_same_notice_again_is_answered_alike_and_wakes_nobody(door: Door) -> None:
    door.pay()
    (letter,) = door.letters()
    assert (await door.tell(letter)) == (await door.tell(letter))
    assert door.kept() == [("payment", "paid", "1.01")]
    assert door.woken() == [(f"payment-{NUMBER}", "look")]


async def test_a_notice_with_another_byte_is_refused_and_reported(door: Door) -> None:
    door.pay()
    ((headers, body),) = door.letters()
    place = len(body) // 2
    forged = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    status, _ = await door.tell((headers, forged))
    assert status == 401
    assert (door.kept(), door.woken()) == ([], [])
    assert door.events() == [("pay-channel-not-genuine", door.code)]


async def test_an_empty_notice_is_refused(door: Door) -> None:
    assert (await door.tell(({}, b"")))[0] == 401
    assert (door.kept(), door.woken()) == ([], [])


async def test_a_notice_to_another_merchant_of_the_same_channel_is_refused(door: Door) -> None:
    door.pay(live=False)
    (letter,) = door.letters()
    status, _ = await door.tell(letter)
    assert status == 401
    assert (door.kept(), door.woken()) == ([], [])


async def test_a_notice_at_the_door_of_another_channel_is_refused(door: Door) -> None:
    door.pay()
    (letter,) = door.letters()
    other = next(code for code in FAMILIES if code != door.code)
    assert (await door.tell(letter, other))[0] in (401, 404)
    assert (await door.tell(letter, "pay_card"))[0] == 404
    assert (await door.tell(letter, "nobody"))[0] == 404
    assert (door.kept(), door.woken()) == ([], [])


async def test_a_refund_s_notice_that_comes_before_the_payment_s_is_kept_and_wakes(
    door: Door,
) -> None:
    door.pay()
    door.letters()
    with door.office.database.transaction() as s:
        told = PayState(PAY_NO, PayStatus.PAID, Money(101))
        payments.note_told(s, PAY_NO, told, MONDAY)
        pay_refunds.ask_refund(
            s,
            refund_no=REFUND_NO,
            pay_no=PAY_NO,
            amount=Money(50),
            reason="test",
            by="fin-wang",
            now=MONDAY,
        )
    door.refund()
    paid, refunded = door.letters()
    assert (await door.tell(refunded))[0] == 200
    assert (await door.tell(paid))[0] == 200
    assert door.kept(REFUND_NO) == [("refund", "refunded", "0.50")]
    assert door.kept() == [("payment", "paid", "1.01")]
    assert door.woken() == [(f"payment-{NUMBER}", "look")] * 2


async def test_a_number_that_we_never_sent_there_is_reported_and_not_kept(door: Door) -> None:
    door.pay()
    (letter,) = door.letters()
    with door.office.database.transaction() as s:
        payments.note_unsent(s, PAY_NO, "test", MONDAY)
        second, _ = payments.begin_attempt(s, NUMBER, PART, channel="elsewhere", now=MONDAY)
    channel, close = channel_at(door.desk.file, door.desk.file.live)
    url = door.desk.notify_url
    channel.pay(PayRequest(second.pay_no, Money(101), "test", EXPIRES, url, token="8601"))
    close()
    strange = next(one for one in door.letters() if one != letter)
    assert (await door.tell(strange))[0] == 404
    assert (door.kept(second.pay_no), door.woken()) == ([], [])
    assert door.events() == [("pay-channel-stranger", door.code)]


async def test_money_that_comes_after_the_bill_has_ended_brings_its_life_back(door: Door) -> None:
    door.pay()
    (letter,) = door.letters()
    with door.office.database.transaction() as s:
        closed = PayState(PAY_NO, PayStatus.CLOSED, Money(0))
        payments.note_told(s, PAY_NO, closed, MONDAY)
        for event in (PaymentEvent.PART_FAILED, PaymentEvent.ALL_RETURNED):
            payments.move_payment(s, NUMBER, event, now=MONDAY)
    assert (await door.tell(letter))[0] == 200
    assert door.looked_again == [NUMBER]


async def test_a_notice_that_came_while_the_engine_was_away_wakes_later(door: Door) -> None:
    door.pay()
    (letter,) = door.letters()
    door.office.wakes.fails = OSError("away")
    assert (await door.tell(letter))[0] == 200
    assert door.woken() == []
    with door.office.database.reading() as s:
        assert [row.workflow_id for row in outbox.due(s)] == [f"payment-{NUMBER}"]


async def test_forgeries_are_noted_twenty_times_a_minute_at_most(door: Door) -> None:
    for _ in range(21):
        await door.tell(({}, b"x"))
    assert len(door.events()) == 20
