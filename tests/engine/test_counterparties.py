"""Profiles: the shipped ones are whole, a faulty one says file, field and reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.money import Money
from engine.calendar import CalendarNotReadable, alarm, load_working_days, table_text
from engine.counterparties import (
    Counterparties,
    NoLimitInForce,
    NoSuchCounterparty,
    ProfileNotUsable,
)
from engine.profiles import NoCredential

SHIPPED = Path(__file__).resolve().parents[2] / "counterparties"
PA = (SHIPPED / "PA" / "profile.toml").read_text("utf-8")


def folder_with(tmp_path: Path, text: str, code: str = "PA") -> Path:
    (tmp_path / code).mkdir()
    (tmp_path / code / "profile.toml").write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Counterparties:
    for name in ("ERP_URL", "ERP_TOKEN", "PAYER_B_URL", "PAYER_B_PASSWORD", "SECRETS_FOLDER"):
        monkeypatch.delenv(f"HUIKUAN_{name}", raising=False)
    return Counterparties.load(SHIPPED)


def test_the_shipped_profiles_name_every_counterparty(shipped: Counterparties) -> None:
    assert [profile.code for profile in shipped.all()] == [
        "BA-01", "BA-02", "PA", "PB", "PC", "PD", "carrier", "erp", "own", "pay_channel", "tax",
    ]  # fmt: skip
    assert [payer.code for payer in shipped.payers()] == ["PA", "PB"]
    assert [payer.code for payer in shipped.on_trial()] == ["PC", "PD"]
    assert shipped.erp.url == "http://127.0.0.1:18101"
    assert shipped.payer("PB").status_poll_days == 2
    assert {payer.pays_into for payer in shipped.payers()} == {"BA-01", "BA-02"}
    assert {account.code: account.format for account in shipped.banks()} == {
        "BA-01": "camt.053",
        "BA-02": "pdf",
    }


def test_a_payer_that_pays_into_an_account_pays_into_one_that_is_there(
    shipped: Counterparties,
) -> None:
    accounts = {account.code for account in shipped.banks()}
    assert {payer.pays_into for payer in shipped.payers()} <= accounts
    assert shipped.pay_channel.pays_into in accounts


def test_a_limit_is_the_one_in_force_on_the_day(shipped: Counterparties) -> None:
    assert shipped.limit("write_off_limit", date(2026, 1, 5)) == Money(100_000)
    assert shipped.limit("two_person_limit", date(2026, 1, 1)) == Money(5_000_000)
    with pytest.raises(NoLimitInForce, match="2025-12-31"):
        shipped.limit("write_off_limit", date(2025, 12, 31))
    with pytest.raises(NoLimitInForce, match="'tea_money'"):
        shipped.limit("tea_money", date(2026, 1, 5))


def test_a_later_filing_window_replaces_the_earlier_from_its_first_day(tmp_path: Path) -> None:
    later = '\n[[filing_days]]\nfrom = 2026-03-01\ndays = 60\nsource = "amendment"\n'
    payer = Counterparties.load(folder_with(tmp_path, PA + later)).payer("PA")

    days = [
        rule.days if (rule := payer.filing_rule(day)) else None
        for day in (date(2024, 12, 31), date(2025, 1, 1), date(2026, 2, 28), date(2026, 3, 1))
    ]
    assert days == [None, 180, 180, 60]


def test_an_address_and_a_secret_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIKUAN_ERP_URL", "https://erp.example")
    monkeypatch.setenv("HUIKUAN_ERP_TOKEN", "real-token")
    erp = Counterparties.load(SHIPPED).erp
    assert erp.url == "https://erp.example"
    assert erp.secret().get_secret_value() == "real-token"


def test_a_secret_may_be_a_mounted_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIKUAN_ERP_TOKEN", raising=False)
    (tmp_path / "huikuan_erp_token").write_text("mounted-token\n")
    monkeypatch.setenv("HUIKUAN_SECRETS_FOLDER", str(tmp_path))
    assert Counterparties.load(SHIPPED).erp.secret().get_secret_value() == "mounted-token"


def test_the_pretend_secret_is_used_on_loopback_only(
    shipped: Counterparties, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped.erp.secret().get_secret_value() == "sandbox-token"
    monkeypatch.setenv("HUIKUAN_ERP_URL", "https://erp.example")
    with pytest.raises(NoCredential, match="erp: no secret at env:HUIKUAN_ERP_TOKEN"):
        Counterparties.load(SHIPPED).erp.secret()


def test_the_secret_of_one_time_codes_is_a_reference_like_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HUIKUAN_PAYER_C_TOTP", raising=False)
    monkeypatch.delenv("HUIKUAN_SECRETS_FOLDER", raising=False)
    payer = Counterparties.load(SHIPPED).payer("PC")
    assert payer.totp_secret().get_secret_value() == "SANDBOXSANDBOXSANDBOXSANDBOX2345"
    monkeypatch.setenv("HUIKUAN_PAYER_C_TOTP", "JBSWY3DPEHPK3PXP")
    assert payer.totp_secret().get_secret_value() == "JBSWY3DPEHPK3PXP"
    monkeypatch.delenv("HUIKUAN_PAYER_C_TOTP")
    monkeypatch.setenv("HUIKUAN_PAYER_C_URL", "https://portal.example")
    with pytest.raises(NoCredential) as lacking:
        Counterparties.load(SHIPPED).payer("PC").totp_secret()
    assert str(lacking.value) == "Counterparty PC: no secret at env:HUIKUAN_PAYER_C_TOTP."
    with pytest.raises(NoCredential):
        Counterparties.load(SHIPPED).payer("PB").totp_secret()


def test_a_profile_without_a_webhook_has_no_key_for_it(shipped: Counterparties) -> None:
    with pytest.raises(NoCredential, match="no reference"):
        shipped.erp.webhook_key()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('way = "api"', 'way = "fax"', "payer.way: Input should be 'api' or 'portal'"),
        ("status_poll_days = 2", "status_poll_days = 0", "payer.status_poll_days: Input should be"),
        ("status_poll_days = 2", "status_pol_days = 2", "payer.status_poll_days: Field required"),
        ("days = 180", "", "payer.filing_days.0.days: Field required"),
        ('kind = "payer"', 'kind = "friend"', "file: Input tag 'friend'"),
        ("status_poll_days = 2", "status_poll_days =", "not TOML"),
        ('code = "PA"', 'code = "PX"', "code: is not the folder's name 'PA'"),
        ("${HUIKUAN_PAYER_A_URL:-http://127.0.0.1:18104}", "${HUIKUAN_NOWHERE}", "HUIKUAN_NOWHERE"),
    ],
)
def test_a_faulty_profile_is_refused_with_file_field_and_reason(
    before: str, after: str, told: str, tmp_path: Path
) -> None:
    folder = folder_with(tmp_path, PA.replace(before, after, 1))
    with pytest.raises(ProfileNotUsable) as refused:
        Counterparties.load(folder)
    assert str(folder / "PA" / "profile.toml") in str(refused.value)
    assert told in str(refused.value)


def test_a_secret_written_where_a_reference_belongs_is_refused_and_not_repeated(
    tmp_path: Path,
) -> None:
    text = PA.replace("env:HUIKUAN_PAYER_A_TOKEN", "hunter2-in-clear")
    with pytest.raises(ProfileNotUsable) as refused:
        Counterparties.load(folder_with(tmp_path, text))
    assert "payer.credential" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_an_empty_folder_is_no_set_of_counterparties(tmp_path: Path) -> None:
    with pytest.raises(ProfileNotUsable, match=r"no \*/profile\.toml"):
        Counterparties.load(tmp_path)


def test_an_unknown_counterparty_is_told_with_those_that_are_known(
    shipped: Counterparties,
) -> None:
    with pytest.raises(NoSuchCounterparty, match="No payer 'PX'; known: PA, PB"):
        shipped.payer("PX")
    with pytest.raises(NoSuchCounterparty, match="No payer 'erp'"):
        shipped.payer("erp")


def test_the_shipped_calendar_knows_the_spring_festival_of_2026() -> None:
    days = load_working_days(SHIPPED)
    assert days.is_working_day(date(2026, 2, 14))
    assert not days.is_working_day(date(2026, 2, 16))
    assert days.add_working_days(date(2026, 2, 13), 2) == (date(2026, 2, 24), False)
    assert days.known_until == date(2026, 12, 31)


def test_the_shipped_calendar_is_what_the_package_gives() -> None:
    assert (SHIPPED / "calendar" / "cn.toml").read_text("utf-8") == table_text()


def test_the_alarm_rings_when_fewer_than_60_days_of_calendar_are_left() -> None:
    days = load_working_days(SHIPPED)
    assert alarm(days, date(2026, 11, 1)) is None
    told = alarm(days, date(2026, 11, 2))
    assert told is not None
    assert "ends on 2026-12-31, in 59 days" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("known_until = 2026-12-31\nholidays = []\n", "no field 'make_up'"),
        ("known_until = 2026-12-31\nholidays = ['x']\nmake_up = []", "not a date"),
        (
            "known_until = 2026-12-31\nholidays = [2026-01-01]\nmake_up = [2026-01-01]",
            "2026-01-01 is both",
        ),
        ("known_until =", "Invalid"),
    ],
)
def test_a_faulty_calendar_is_refused(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "calendar").mkdir()
    (tmp_path / "calendar" / "cn.toml").write_text(text)
    with pytest.raises(CalendarNotReadable, match=told):
        load_working_days(tmp_path)
