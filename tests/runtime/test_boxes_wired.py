"""An account's file says where its statements lie; nothing else is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.bank import Bank
from connectors.boxes.box import BoxClosed, BoxOfStatements
from engine.counterparties import Counterparties, ProfileNotUsable
from engine.profiles import NoCredential
from runtime.wiring import Callers, statements_of
from tests.store.samples import TODAY

HEAD = """
code = "BA-04"
kind = "bank"
name_zh = "测试银行账户四"
name_en = "Pretend bank account 4"
statement_lag_days = 1
"""
TABLE = 'format = "table"\nlayout = "cmb-detail"\n'
SFTP = '[source]\nway = "sftp"\npath = "/out"\nhost = "127.0.0.1"\nlogin = "hk"\nport = 1\n'


def account(folder: Path, text: str) -> Counterparties:
    (folder / "BA-04").mkdir()
    (folder / "BA-04" / "profile.toml").write_text(HEAD + text, "utf-8")
    return Counterparties.load(folder)


@pytest.mark.parametrize("way", ["folder", "maildir"])
def test_a_place_of_this_machine_is_a_box(tmp_path: Path, way: str) -> None:
    source = f'[source]\nway = "{way}"\npath = "{tmp_path}/nowhere"\n'
    box = statements_of(account(tmp_path, TABLE + source).bank("BA-04"), Callers())
    assert isinstance(box, BoxOfStatements)
    with pytest.raises(BoxClosed, match="BA-04"):
        box.statements("BA-04", TODAY)


def test_an_sftp_server_needs_the_account_s_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = 'host_key = "ecdsa-sha2-nistp256 AAAA"\n'
    bank = account(tmp_path, f'credential = "env:HUIKUAN_BOX"\n{TABLE}{SFTP}{key}').bank("BA-04")
    with pytest.raises(NoCredential, match="env:HUIKUAN_BOX"):
        statements_of(bank, Callers())
    monkeypatch.setenv("HUIKUAN_BOX", "secret")
    assert isinstance(statements_of(bank, Callers()), BoxOfStatements)


def test_an_account_without_a_box_is_asked_over_its_bank_s_api(tmp_path: Path) -> None:
    text = 'format = "pdf"\nurl = "http://127.0.0.1:1"\npretend_credential = "x"\n'
    bank = account(tmp_path, f'credential = "env:HUIKUAN_NONE"\n{text}').bank("BA-04")
    assert isinstance(statements_of(bank, Callers()), Bank)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('format = "table"\n', "a table needs one, and only a print may"),
        ('format = "ofx"\nlayout = "cmb-detail"\n', "a table needs one, and only a print may"),
        (TABLE + SFTP, "an SFTP server needs host, login and host_key"),
        (TABLE + '[source]\nway = "ftp"\npath = "/"\n', "Input should be 'folder', 'maildir'"),
        (TABLE + 'stated_days = "sometimes"\n', "'with_movement', 'working' or 'every'"),
    ],
)
def test_a_source_that_cannot_be_used_says_why(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ProfileNotUsable, match=reason):
        account(tmp_path, text)
