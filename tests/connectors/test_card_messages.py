"""Card messages: traces, reversals that come first, late purchases, and proofs that do not fit."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from connectors.http import (
    AnswerUnreadable,
    NotDone,
    OutcomeUnknown,
    Refused,
    TemporarilyDown,
    Unreachable,
)
from connectors.pay_channels.building import channel_at
from connectors.pay_channels.interface import BillNotThere, CallNotDescribed, NotGenuine
from connectors.pay_channels.traces import MOST, RememberedTraces
from domain.money import Money
from domain.pay_channel import PayStatus
from tests.connectors.paying import Desk, desk_of

PAY_NO = "P-2026-0001"
NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def card(tmp_path: Path, acquirer_keys: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_of("pay_card", tmp_path, acquirer_keys, monkeypatch) as desk:
        yield desk


def test_a_purchase_is_answered_at_once(card: Desk) -> None:
    paid = card.channel.pay(card.request(minor=10_000))

    assert (paid.status, paid.amount) == (PayStatus.PAID, Money(10_000))
    assert card.payments() == [(PAY_NO, "100.00", "paid")]
    with pytest.raises(Refused) as refused:
        card.channel.pay(card.request("P-2026-0002", minor=102))
    assert refused.value.error == "51"


def test_a_purchase_sent_again_carries_the_number_that_it_had(card: Desk) -> None:
    card.strike(("pay", "drop_after_commit"))
    card.channel.pay(card.request())
    card.channel.pay(card.request())
    card.channel.pay(card.request("P-2026-0002"))

    first, second = (one["stan"] for one in card.acquirer.books()["payments"])
    assert first != second
    assert first == "000001"


def test_a_reversal_that_comes_first_keeps_the_late_purchase_from_being_done(card: Desk) -> None:
    closed = card.channel.close(PAY_NO)
    assert closed.status is PayStatus.CLOSED

    with pytest.raises(Refused) as refused:
        card.channel.pay(card.request())
    assert refused.value.error == "40"
    assert card.payments() == []
    assert [one["pay_no"] for one in card.acquirer.books()["reversals"]] == [PAY_NO]


def test_a_purchase_of_unknown_end_is_asked_about_and_never_reversed_when_it_is_paid(
    card: Desk,
) -> None:
    card.strike(("pay", "drop_after_commit"), ("query", "drop_before_commit"))
    with pytest.raises(OutcomeUnknown):
        card.channel.pay(card.request())

    assert card.channel.close(PAY_NO).status is PayStatus.PAID
    assert card.acquirer.books()["reversals"] == []


def test_a_reversal_whose_answer_is_lost_is_asked_about_and_may_be_sent_again(card: Desk) -> None:
    card.strike(("close", "drop_after_commit"))
    with pytest.raises(NotDone):
        card.channel.close(PAY_NO)

    assert card.channel.close(PAY_NO).status is PayStatus.CLOSED
    assert len(card.acquirer.books()["reversals"]) == 1


def test_nobody_there_means_that_nothing_was_sent(card: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    place = card.file.sandbox.model_copy(update={"url": f"tcp://127.0.0.1:{port}"})
    channel, _ = channel_at(card.file, place)

    with pytest.raises(Unreachable):
        channel.pay(card.request())


@pytest.mark.parametrize(
    "answer", [b"", b"\x00", b"\x00\x04ab", b"\x00\x14" + b"0" * 20, b"\xff\xff"]
)
def test_an_answer_that_is_no_message_proves_nothing(card: Desk, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        url = f"tcp://127.0.0.1:{there.getsockname()[1]}"
        place = card.file.sandbox.model_copy(update={"url": url, "timeout_s": 2})
        channel, _ = channel_at(card.file, place)

        def once() -> None:
            line, _where = there.accept()
            with line:
                line.recv(4096)
                line.sendall(answer)

        thread = Thread(target=once)
        thread.start()
        with pytest.raises((AnswerUnreadable, TemporarilyDown)):
            channel.query(PAY_NO)
        thread.join(5)


def test_a_wrong_key_is_refused_by_the_host_and_its_refusal_is_not_believed(
    card: Desk, tmp_path: Path
) -> None:
    (tmp_path / "other").write_text("00" * 16, "ascii")
    keys = {"mac": f"file:{tmp_path / 'other'}"}
    place = card.file.sandbox.model_copy(update={"keys": keys})
    channel, _ = channel_at(card.file, place)

    with pytest.raises(AnswerUnreadable, match="signature"):
        channel.pay(card.request())
    assert card.payments() == []


def test_card_messages_bring_no_notices_and_bills_come_from_the_box(card: Desk) -> None:
    with pytest.raises(NotGenuine):
        card.channel.notice({}, b"anything")
    with pytest.raises(BillNotThere):
        card.channel.bill(NOON.date())
    # Without its box nothing says how a bill is asked for.
    file = card.file.model_copy(update={"bill_box": None})
    channel, close = channel_at(file, file.sandbox)
    with pytest.raises(CallNotDescribed):
        channel.bill(NOON.date())
    close()


def test_a_trace_number_is_given_once_and_begins_anew_after_the_last() -> None:
    traces = RememberedTraces(lambda: NOON, first=MOST)

    assert traces.known("pay_card", "pay:P-1") is None
    first, second = traces.of("pay_card", "pay:P-1"), traces.of("pay_card", "pay:P-2")
    assert (first.number, second.number) == (999_999, 1)
    assert traces.of("pay_card", "pay:P-1") == traces.known("pay_card", "pay:P-1") == first
