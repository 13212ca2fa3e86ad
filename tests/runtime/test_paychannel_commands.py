"""`huikuan paychannel check`: a good channel passes, a bad one is told what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from runtime.cli import app
from sandbox.acquirer import service
from tests.connectors.invented import SECRET, house_open
from tests.connectors.paying import SHIPPED
from tests.sandbox.running import running


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUIKUAN_COUNTERPARTIES_FOLDER", str(SHIPPED))


def check(folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
    ended = CliRunner().invoke(app, ["paychannel", "check", str(folder), "--json", *more])
    told: dict[str, Any] = json.loads(ended.stdout)
    return ended.exit_code, told


def verdicts(told: dict[str, Any]) -> dict[str, bool | None]:
    return {step["name"]: step["passed"] for step in told["self_test"]}


def test_a_good_channel_passes_everything_and_its_score_says_of_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(service, tmp_path) as acquirer:
        monkeypatch.setenv("HUIKUAN_ACQUIRER_URL", str(acquirer.client.base_url).rstrip("/"))
        monkeypatch.setenv("HUIKUAN_ACQUIRER_KEYS", str(tmp_path / "acquirer-keys"))
        code, told = check(SHIPPED / "pay_json", "--probes", "5")
        books = acquirer.books()

    assert told["faults"] == []
    assert set(verdicts(told).values()) == {True}
    assert (len(verdicts(told)), told["code"]) == (11, "pay_json")
    marks = {mark["name"]: (mark["n"], mark["verdict"]) for mark in told["score"]}
    assert marks["availability"] == (19, "met")
    assert marks["errors"] == (19, "met")
    assert marks["settlement"] == (0, "unmeasured")
    assert marks["auto_match"] == (0, "unmeasured")
    assert marks["answer"][0] == 19
    assert told["admitted"] is (marks["answer"][1] == "met")
    assert code == (0 if told["admitted"] else 1)
    assert {one["merchant"] for one in books["payments"]} == {"TEST-1900000009"}


@pytest.mark.slow
def test_a_channel_that_gives_back_too_much_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_LANHE_SECRET", SECRET)
    with house_open(tmp_path) as (_, folder):
        code, told = check(folder, "--probes", "2")

    wrong = {step["name"]: step["told"] for step in told["self_test"] if step["passed"] is False}
    assert wrong == {"more than was paid does not go back": "more went back than was paid"}
    assert verdicts(told)["forged notices are refused"] is None
    assert (code, told["admitted"]) == (1, False)


def test_a_faulty_file_is_told_with_its_lines_and_nothing_is_tried(tmp_path: Path) -> None:
    text = (SHIPPED / "pay_json" / "paychannel.toml").read_text("utf-8")
    folder = tmp_path / "pay_json"
    folder.mkdir()
    (folder / "paychannel.toml").write_text(text.replace('"core"', '"best"'), "utf-8")

    code, told = check(folder)

    assert code == 1
    assert [(fault["line"], fault["where"]) for fault in told["faults"]] == [(5, "tier")]
    assert (told["self_test"], told["score"]) == ([], [])
    ended = CliRunner().invoke(app, ["paychannel", "check", str(folder)])
    assert f"{folder / 'paychannel.toml'}:5: fault: tier" in ended.stderr


def test_a_folder_of_another_name_and_a_missing_key_are_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_ACQUIRER_KEYS", str(tmp_path))
    folder = tmp_path / "other"
    folder.mkdir()
    text = (SHIPPED / "pay_json" / "paychannel.toml").read_text("utf-8")
    (folder / "paychannel.toml").write_text(text, "utf-8")

    _, told = check(folder, "--no-self-test")
    assert [fault["reason"] for fault in told["faults"]] == ["is not the folder's name 'other'"]
    code, told = check(folder)
    assert code == 1
    assert "no secret at file:" in told["faults"][1]["reason"]


def test_a_file_alone_can_be_checked_without_going_anywhere() -> None:
    code, told = check(SHIPPED / "pay_card", "--no-self-test")

    assert (code, told["faults"], told["self_test"]) == (0, [], [])
