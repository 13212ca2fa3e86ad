"""A pay channel's file: the shipped ones are whole, a faulty one says place, line and reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from domain.money import Money
from engine.counterparties import Counterparties
from engine.pay_channels import (
    NothingInForce,
    PayChannelUnreadable,
    load_pay_channel,
    load_pay_channels,
    pay_channel_of,
)
from engine.profiles import NoCredential

SHIPPED = Path(__file__).resolve().parents[2] / "counterparties"
JSON = (SHIPPED / "pay_json" / "paychannel.toml").read_text("utf-8")


def faults(text: str) -> list[str]:
    with pytest.raises(PayChannelUnreadable) as unreadable:
        pay_channel_of(text.encode(), Path("paychannel.toml"))
    return [str(fault) for fault in unreadable.value.faults]


def line_of(text: str, beginning: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(beginning))


def test_every_shipped_channel_is_whole_and_pays_into_an_account_of_ours() -> None:
    channels = load_pay_channels(SHIPPED)
    accounts = {bank.code for bank in Counterparties.load(SHIPPED).banks()}

    assert channels
    for code, channel in channels.items():
        assert (SHIPPED / code / "paychannel.toml").is_file()
        assert channel.pays_into in accounts
        assert channel.live.is_on_loopback


def test_the_hash_is_that_of_the_bytes() -> None:
    channel = load_pay_channel(SHIPPED / "pay_json" / "paychannel.toml")
    other = pay_channel_of(f"{JSON}# a comment\n".encode(), Path("paychannel.toml"))

    assert len(channel.hash) == 64
    assert channel.hash != other.hash
    assert channel.model_copy(update={"hash": ""}) == other.model_copy(update={"hash": ""})


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ('SUCCESS = "paid"', 'SUCCESS = "payed"', "payment.states.SUCCESS"),
        ('SUCCESS = "paid"', 'SUCCESS = "paying"', "payment.states: no word means paid"),
        ('SUCCESS = "refunded"', 'SUCCESS = "failed"', "refund.states: no word means refunded"),
        ('tier = "core"', 'tier = "best"', "tier"),
        ('amounts = "fen"', 'amounts = "dollars"', "amounts"),
        ('link = "download_url"', 'lnk = "download_url"', "calls.bill.lnk"),
        ('reason = "{reason}"', 'reason = "{why}"', "nothing is called {why}"),
        ('send.mchid = "{merchant}"', 'send.mchid = "{token}"', "nothing is called {token}"),
        ('rate = "0.006"', 'rate = "1"', "fees.0.rate"),
        ('rate = "0.006"', 'rate = "-0.001"', "fees.0.rate"),
        ("failures = 5", "failures = 0", "circuit.0.failures"),
        ("working_days = 1", "working_days = -1", "settlement.0.working_days"),
        ('ORDERPAID = "paid"', 'ORDERPAID = "done"', "errors.ORDERPAID"),
        ('scheme = "', 'schema = "', "wire"),
        ("paid_minor = 101", "paid_minor = 0", "self_test.paid_minor"),
        ('keys.notice = "', 'keys.mac = "', "json-rsa needs a key to notice"),
        ("[notice]", "[notices]", "notices"),
        ('pays_as = "', 'bill_merchant = "', "payout.bill_merchant: {merchant} must be in it"),
        ('pays_as = "', 'bill_merchant = "{merchant}{day}', "payout.bill_merchant: {merchant}"),
    ],
)
def test_a_fault_is_told_with_its_line(line: str, instead: str, told: str) -> None:
    text = JSON.replace(line, instead, 1)
    assert text != JSON

    found = [fault for fault in faults(text) if told in fault]

    assert found, faults(text)
    number = int(found[0].split("line ")[1].split(":")[0])
    changed = [
        n
        for n, (a, b) in enumerate(zip(JSON.splitlines(), text.splitlines(), strict=True), 1)
        if a != b
    ]
    # Either the line itself, or where the table begins that lacks something.
    assert number in changed or text.splitlines()[number - 1].startswith(("[", "keys."))


def test_a_value_that_must_be_sent_and_is_sent_nowhere_is_a_fault() -> None:
    text = JSON.replace('out_refund_no = "{refund_no}"\n', "", 1)

    assert faults(text) == [
        f"line {line_of(text, '[calls.refund]')}: calls.refund: {{refund_no}} is sent nowhere"
    ]


def test_a_real_channel_is_spoken_to_in_secret_only() -> None:
    text = JSON.replace(
        'url = "${HUIKUAN_ACQUIRER_URL:-http://127.0.0.1:18108}/json"',
        'url = "http://pay.example.test/json"',
        1,
    )

    (fault,) = faults(text)
    assert fault.endswith("live.url: must be https://, or on loopback")


def test_a_key_is_a_reference_and_its_value_comes_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert any("keys" in fault for fault in faults(JSON.replace('"file:', '"BEGIN ', 1)))
    monkeypatch.setenv("HUIKUAN_ACQUIRER_KEYS", str(tmp_path))
    channel = load_pay_channel(SHIPPED / "pay_json" / "paychannel.toml")
    with pytest.raises(NoCredential, match="pay_json"):
        channel.live.secret("notice", channel.code)

    (tmp_path / "notice").write_text("invented-word\n", "utf-8")

    assert channel.live.secret("notice", channel.code).get_secret_value() == "invented-word"
    assert "invented-word" not in repr(channel.live.secret("notice", channel.code))
    with pytest.raises(NoCredential, match=r"keys\.mac"):
        channel.live.secret("mac", channel.code)


def test_the_rule_in_force_is_the_latest_that_has_begun() -> None:
    later = (
        '\n[[fees]]\nfrom = 2026-07-01\nrate = "0.0038"\nmost_minor = 1300\n'
        'returned_on_refund = false\nsource = "amendment"\n'
        '[[settlement]]\nfrom = 2026-07-01\nworking_days = 2\nsource = "amendment"\n'
        "[[circuit]]\nfrom = 2026-07-01\nfailures = 3\nslow_ms = 900\nrest_s = 30\ntrials = 1\n"
        'source = "amendment"\n'
    )
    channel = pay_channel_of((JSON + later).encode(), Path("paychannel.toml"))

    assert channel.fee_rule(date(2026, 6, 30)).rate == Decimal("0.006")
    assert channel.fee_rule(date(2026, 7, 1)).rate == Decimal("0.0038")
    assert channel.fee_rule(date(2026, 7, 1)).most == Money(1300)
    assert channel.settles_after(date(2026, 6, 30)) == 1
    assert channel.settles_after(date(2026, 7, 1)) == 2
    assert channel.circuit_on(date(2026, 6, 30)).failures == 5
    assert channel.circuit_on(date(2026, 7, 1)).slow_ms == 900
    for ask in (channel.fee_rule, channel.settles_after, channel.circuit_on):
        with pytest.raises(NothingInForce, match="2025-12-31"):
            ask(date(2025, 12, 31))


def test_two_lines_from_the_same_day_are_a_fault() -> None:
    twice = JSON + '\n[[settlement]]\nfrom = 2026-01-01\nworking_days = 2\nsource = "twice"\n'

    (fault,) = faults(twice)
    assert fault.endswith("settlement: two lines hold from the same day")


def test_a_channel_that_pays_out_says_in_one_way_alone_how_its_bills_come() -> None:
    card = (SHIPPED / "pay_card" / "paychannel.toml").read_text("utf-8")
    begin, end = card.index("[bill_box]"), card.index("[[circuit]]")
    (neither,) = faults(card[:begin] + card[end:])
    (both,) = faults(JSON + f"\n{card[begin:end]}")
    for fault in (neither, both):
        assert fault.endswith("payout: either calls.bill or bill_box says how its bills come")


def test_a_file_in_a_box_is_named_by_day_and_merchant() -> None:
    card = (SHIPPED / "pay_card" / "paychannel.toml").read_text("utf-8")
    (fault,) = faults(card.replace("INN{day}00ZM", "INN00ZM", 1))
    assert fault.endswith("bill_box.file: {day} is not in it, so two bills would look alike")
