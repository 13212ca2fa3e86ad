"""`huikuan paychannel propose`, `approve`, `stop`, `probe`: from a file to a live channel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connectors.http import Caller
from connectors.pay_channels.traces import Trace
from domain.review import Role
from engine.pay_channels import load_pay_channels
from engine.profiles import Profile
from engine.settings import load_settings
from runtime.cli import app
from runtime.pay_ways import pay_ways_of
from runtime.paychannel_live import ChannelJournal
from runtime.wiring import Parts, parts_of
from sandbox.acquirer import service
from store import circuits, pay_channel_answers, pay_channel_versions, people
from tests.connectors.paying import SHIPPED
from tests.sandbox.running import Running, running
from tests.store.test_channel_money import bill
from tests.templates import copy_database

pytestmark = pytest.mark.thorough

PASSWORD = "correct horse 1"


@pytest.fixture
def acquirer(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path / "sandbox") as there:
        yield there


@pytest.fixture
def parts(
    migrated_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, acquirer: Running
) -> Iterator[Parts]:
    """A house whose only pay channel is the JSON one, behind a running acquirer."""
    folder = tmp_path / "counterparties"
    for name in ("pay_json", "pay_card"):
        (folder / name).mkdir(parents=True)
        text = (SHIPPED / name / "paychannel.toml").read_text("utf-8")
        (folder / name / "paychannel.toml").write_text(text, "utf-8")
    (folder / "own").mkdir()
    for file in (SHIPPED / "own").iterdir():
        (folder / "own" / file.name).write_text(file.read_text("utf-8"), "utf-8")
    # How quick this machine is today decides nothing here.
    rules = folder / "own" / "admission.toml"
    slow = rules.read_text("utf-8").replace("answer_ms = 500", "answer_ms = 600000")
    rules.write_text(slow, "utf-8")
    for name in ("calendar", "BA-01"):
        (folder / name).symlink_to(SHIPPED / name)
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))
    copy_database(migrated_file, tmp_path / "home" / "huikuan.sqlite")
    monkeypatch.setenv("HUIKUAN_COUNTERPARTIES_FOLDER", str(folder))
    url, port = str(acquirer.client.base_url).rstrip("/"), acquirer.get("/_sandbox/card-port")
    monkeypatch.setenv("HUIKUAN_ACQUIRER_URL", url)
    monkeypatch.setenv("HUIKUAN_ACQUIRER_CARD_URL", f"tcp://127.0.0.1:{port['port']}")
    monkeypatch.setenv("HUIKUAN_ACQUIRER_KEYS", str(tmp_path / "sandbox" / "acquirer-keys"))
    parts = parts_of(load_settings())
    with parts.database.transaction() as s:
        for login in ("it-zhao", "fin-wang"):
            people.add_person(s, login, Role.FINANCE, PASSWORD, login)
    yield parts
    parts.database.dispose()


def said(*words: str, password: str = PASSWORD) -> Result:
    return CliRunner().invoke(app, ["paychannel", *words], input=f"{password}\n")


def journal(parts: Parts) -> ChannelJournal:
    return ChannelJournal(parts.database, parts.clock.now)


def takes_money(parts: Parts) -> list[str]:
    """The channels that a new payment may be sent over, as a running worker sees it."""
    folder = parts.settings.counterparties_folder
    ways, close = pay_ways_of(folder, parts.counterparties, no_caller, journal(parts))
    found = [way.channel.code for way in ways.by_tier(["pay_card", "pay_json"])]
    assert ways.of("pay_json").code == "pay_json"
    close()
    return found


def no_caller(profile: Profile) -> Caller:
    raise AssertionError(f"no insurer is reached here: {profile.code}")


def live(parts: Parts) -> tuple[list[str], list[str]]:
    files, missing = journal(parts).live_channels(parts.settings.counterparties_folder)
    return [file.code for file in files], missing


def test_a_channel_goes_live_by_two_persons_and_is_asked_how_it_does(parts: Parts) -> None:
    folder = parts.settings.counterparties_folder / "pay_json"
    proposed = said("propose", str(folder), "--login", "it-zhao")
    assert proposed.exit_code == 0, proposed.output
    with parts.database.reading() as s:
        (version,) = pay_channel_versions.versions(s, "pay_json")
    assert [mark["name"] for mark in version.shown] == [
        "answer", "availability", "errors", "settlement", "auto_match",
    ]  # fmt: skip
    assert live(parts) == ([], [])
    assert takes_money(parts) == []

    alone = said("approve", version.version_no, "--login", "it-zhao")
    assert (alone.exit_code, "second person" in alone.stderr) == (1, True)
    wrong = said("approve", version.version_no, "--login", "fin-wang", password="wrong")
    assert (wrong.exit_code, "wrong" in wrong.stderr) == (1, True)
    assert said("approve", version.version_no, "--login", "fin-wang").exit_code == 0
    assert live(parts) == (["pay_json"], [])
    assert takes_money(parts) == ["pay_json"]

    probed = said("probe", "--times", "2")
    assert (probed.exit_code, "pay_json: 2 of 2 answered" in probed.output) == (0, True)
    with parts.database.reading() as s:
        health = pay_channel_answers.health_of(s, "pay_json", of_the_last=9, shown=9)
    assert [(one.call, one.outcome, one.word) for one in health.last] == [
        ("query", "refused", "ORDER_NOT_EXIST")
    ] * 2

    (folder / "paychannel.toml").write_text(
        (folder / "paychannel.toml").read_text("utf-8") + "# changed\n", "utf-8"
    )
    assert live(parts) == ([], ["pay_json"])
    assert said("probe").exit_code == 1
    assert said("stop", version.version_no, "--login", "it-zhao").exit_code == 0
    assert live(parts) == ([], [])


def test_a_probe_finds_a_channel_that_is_down_before_a_payer_does_and_uses_it_again(
    parts: Parts, acquirer: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("2026-02-02T09:00:00+08:00", "ascii")
    monkeypatch.setenv("HUIKUAN_CLOCK", f"file:{clock}")
    folder = parts.settings.counterparties_folder / "pay_json"
    said("propose", str(folder), "--login", "it-zhao")
    with parts.database.reading() as s:
        (version,) = pay_channel_versions.versions(s, "pay_json")
    assert said("approve", version.version_no, "--login", "fin-wang").exit_code == 0

    def is_left_alone() -> bool:
        with parts.database.reading() as s:
            return circuits.down_since(s, "pay_json") is not None

    acquirer.put("faults", [{"match": "GET /json/v3", "times": 5, "how": "503"}])
    assert said("probe", "--times", "4").exit_code == 1
    assert not is_left_alone(), "five failures in a row are too many, four are not"
    assert said("probe", "--times", "1").exit_code == 1
    assert is_left_alone()
    clock.write_text("2026-02-02T09:01:00+08:00", "ascii")
    assert said("probe", "--times", "2").exit_code == 0
    assert is_left_alone(), "three good answers after a minute's rest are wanted"
    assert said("probe", "--times", "1").exit_code == 0
    assert not is_left_alone()


def test_a_channel_that_is_not_admitted_is_not_proposed(parts: Parts) -> None:
    folder = parts.settings.counterparties_folder / "pay_json"
    text = (folder / "paychannel.toml").read_text("utf-8")
    late = text.replace("working_days = 1", "working_days = 3")
    (folder / "paychannel.toml").write_text(late, "utf-8")

    refused = said("propose", str(folder), "--login", "it-zhao")

    assert (refused.exit_code, "not admitted" in refused.stderr) == (1, True)
    with parts.database.reading() as s:
        assert pay_channel_versions.versions(s, "pay_json") == []


def test_a_card_channel_takes_its_trace_numbers_from_the_store(parts: Parts) -> None:
    file = load_pay_channels(parts.settings.counterparties_folder)["pay_card"]
    traces = journal(parts)
    channel, close = traces.opened(file)
    channel.close("P-2026-0001")
    close()

    assert traces.known("pay_card", "pay:P-2026-0001") is None
    known = traces.known("pay_card", "close:P-2026-0001")
    assert isinstance(known, Trace)
    assert known.number == 2
    assert traces.of("pay_card", "close:P-2026-0001") == known


def test_a_channel_whose_money_came_late_misses_a_mark_and_may_be_proposed_all_the_same(
    parts: Parts, tmp_path: Path
) -> None:
    folder, home = parts.settings.counterparties_folder / "pay_json", str(tmp_path / "home")
    with parts.database.transaction() as s:
        bill(s, parts.clock.today() - timedelta(days=30), "P1", "P2", channel="pay_json")

    checked = said("check", str(folder), "--probes", "2", "--json", "--home", home)
    marks = {mark["name"]: mark for mark in json.loads(checked.stdout)["score"]}
    assert (checked.exit_code, json.loads(checked.stdout)["admitted"]) == (1, False)
    assert [marks["settlement"][one] for one in ("found", "n", "verdict")] == [
        "2 late", 2, "missed",
    ]  # fmt: skip
    assert [marks["auto_match"][one] for one in ("found", "n", "verdict")] == ["100 %", 2, "met"]

    proposed = said("propose", str(folder), "--login", "it-zhao", "--home", home)
    assert proposed.exit_code == 0, proposed.output
    with parts.database.reading() as s:
        (version,) = pay_channel_versions.versions(s, "pay_json")
    assert [mark["verdict"] for mark in version.shown[3:]] == ["missed", "met"]
