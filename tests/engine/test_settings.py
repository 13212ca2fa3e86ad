"""Settings that work without preparation, and refuse what would be unsafe."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from engine.clock import ClockNotReadable, FileClock, SystemClock, clock_of
from engine.keys import new_key
from engine.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "DATABASE_URL", "PAYLOAD_KEYS", "API_HOST", "API_URL"):
        monkeypatch.delenv(f"HUIKUAN_{name}", raising=False)
    monkeypatch.delenv("HUIKUAN_SECRETS_FOLDER", raising=False)


def test_everything_follows_from_the_home_folder(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)

    assert settings.database_url == f"sqlite:///{tmp_path}/huikuan.sqlite"
    assert settings.evidence == tmp_path / "evidence"
    assert settings.api_url == "http://127.0.0.1:18090"
    assert settings.codec_url == "http://127.0.0.1:18090/codec"
    assert (tmp_path / "secrets" / "payload_keys").is_file()


def test_the_ui_may_ask_the_codec_under_both_names_of_loopback(tmp_path: Path) -> None:
    assert Settings(home=tmp_path).ui_origins == (
        "http://127.0.0.1:8233",
        "http://localhost:8233",
    )


def test_secrets_may_come_as_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = new_key("2026")
    (tmp_path / "huikuan_payload_keys").write_text(key + "\n")
    (tmp_path / "huikuan_database_url").write_text("postgresql+psycopg://x:secret@db/huikuan\n")
    monkeypatch.setenv("HUIKUAN_SECRETS_FOLDER", str(tmp_path))
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))

    settings = load_settings()

    assert settings.payload_keys.get_secret_value() == key
    assert settings.database_url == "postgresql+psycopg://x:secret@db/huikuan"
    assert not (tmp_path / "home").exists()


def test_no_secret_shows_when_settings_are_printed(tmp_path: Path) -> None:
    key = new_key("2026")
    shown = repr(
        Settings(
            home=tmp_path,
            payload_keys=key,
            database_url="postgresql+psycopg://x:hidden@db/huikuan",
        )
    )
    assert key.split(":")[1] not in shown
    assert "hidden" not in shown


@pytest.mark.parametrize("clock", ["", "file:", "sundial"])
def test_an_unknown_clock_is_refused(clock: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="clock"):
        Settings(home=tmp_path, clock=clock)


def test_a_browser_that_is_not_there_is_not_taken_from_the_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUIKUAN_BROWSER_PATH", raising=False)
    monkeypatch.chdir(tmp_path)
    settings = Settings(home=tmp_path, browser_path=None)
    assert settings.found_browser() is None

    (tmp_path / "browser.path").write_text(f"{tmp_path}/gone\n")
    assert settings.found_browser() is None

    (tmp_path / "gone").write_text("#!/bin/sh\n")
    (tmp_path / "gone").chmod(0o755)
    assert settings.found_browser() == f"{tmp_path}/gone"
    assert Settings(home=tmp_path / "demo").found_browser() == f"{tmp_path}/gone"


def test_a_fictional_clock_says_the_business_day_of_shanghai(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, clock=f"file:{tmp_path}/clock")
    clock = clock_of(settings)
    assert isinstance(clock, FileClock)

    clock.set(datetime(2026, 1, 5, 15, 59, tzinfo=UTC))
    assert clock.now().isoformat() == "2026-01-05T23:59:00+08:00"
    assert clock.today() == date(2026, 1, 5)

    clock.set(datetime(2026, 1, 5, 16, 0, tzinfo=UTC))
    assert clock.today() == date(2026, 1, 6)
    assert [file.name for file in tmp_path.glob("clock*")] == ["clock"]


def test_a_clock_without_a_time_or_without_a_zone_is_no_clock(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock")
    with pytest.raises(ClockNotReadable):
        clock.now()
    (tmp_path / "clock").write_text("2026-01-05T08:00:00")
    with pytest.raises(ClockNotReadable, match="no zone"):
        clock.now()
    with pytest.raises(ClockNotReadable, match="no zone"):
        clock.set(datetime(2026, 1, 5, 8, 0))  # noqa: DTZ001


def test_the_machines_clock_speaks_shanghai_time(tmp_path: Path) -> None:
    clock = clock_of(Settings(home=tmp_path))
    assert isinstance(clock, SystemClock)
    assert clock.now().strftime("%z") == "+0800"
