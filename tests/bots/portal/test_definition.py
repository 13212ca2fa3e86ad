"""A portal's file is read whole or refused with every fault; sign-ins are kept sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.portal.browser import BrowserMissing, browser_path
from bots.portal.definition import DefinitionUnreadable, load
from bots.portal.sessions import Sessions
from bots.portal.values import Credentials
from engine.codec import Sealer
from tests.bots.portal.samples import DEFINITION, MEMBER_NO, NAME, claim

ACCOUNT = "http://127.0.0.1:1|hk-bot"
STATE = {"cookies": [{"name": "JSESSIONID", "value": "0123ABCD"}], "origins": []}


def test_the_portal_of_payer_b_is_defined() -> None:
    definition = load(DEFINITION, url="http://127.0.0.1:18105/")
    assert definition.url == "http://127.0.0.1:18105"
    assert definition.pages["insured"].fields["member_no"].anchors["label"] == "参保号"
    assert definition.statuses["已拒付"] == "denied"
    assert definition.listing.lag_minutes == 90
    assert len(definition.hash) == 64


def test_neither_name_nor_member_number_may_be_shown() -> None:
    rule = load(DEFINITION, url="http://127.0.0.1:1").evidence
    assert not {"xm", "cbh", "username", "password"} & set(rule.names)
    assert not {"姓名", "参保号"} & set(rule.labels)


@pytest.mark.parametrize(
    ("said", "instead", "fault"),
    [
        ("page_wait_s = 15.0", 'page_wait_s = "soon"', "line 6: page_wait_s: "),
        ('page = "login"', 'site = "login"', "login.page: Field required"),
        ('to = "attachment"', 'to = "attachments"', "submit.5: there is no page attachments"),
        ('{ fill = "insured" }', '{ type = "insured" }', "has no known verb; there are open,"),
        (
            '{ label = "附件", name = "fj", id = "fj" }',
            '{ name = "fj" }',
            "pages.attachment.fields.file.anchors: Dictionary should have at least 2 items",
        ),
        ('receipt = "受理号"\nbilled', "billed", "its table has no column receipt"),
        ('path = "/claims/\\\\w+/void"', 'path = "/claims/("', "is no regular expression"),
        ('hours = "00:00-24:00"', 'hours = "all day"', "must look like 07:00-22:00"),
        ("format = 2", "format = 1", "line 4: format: Input should be 2"),
        ("format = 2", "format = ", "line 4: Invalid value"),
    ],
)
def test_a_fault_of_a_definition_is_named_with_its_place(
    tmp_path: Path, said: str, instead: str, fault: str
) -> None:
    text = DEFINITION.read_text(encoding="utf-8")
    said, instead = said.replace("\\n", "\n"), instead.replace("\\n", "\n")
    assert said in text
    file = tmp_path / "portal.toml"
    file.write_text(text.replace(said, instead), encoding="utf-8")
    with pytest.raises(DefinitionUnreadable) as unreadable:
        load(file, url="http://127.0.0.1:1")
    assert fault in str(unreadable.value)
    assert str(file) in str(unreadable.value)


def test_no_repr_tells_who_it_is_about() -> None:
    shown = repr(claim()) + repr(Credentials("hk-bot", "a-secret"))
    for secret in (NAME, MEMBER_NO, "a-secret"):
        assert secret not in shown


def test_a_sign_in_survives_a_restart_and_is_sealed_on_disk(tmp_path: Path) -> None:
    sealer = Sealer({"k1": bytes(32)})
    Sessions(tmp_path, sealer).keep(ACCOUNT, STATE)
    (file,) = tmp_path.iterdir()
    assert b"0123ABCD" not in file.read_bytes()
    assert "hk-bot" not in file.name
    restarted = Sessions(tmp_path, sealer)
    kept = restarted.of(ACCOUNT)
    assert kept is not None
    assert "0123ABCD" in kept
    restarted.forget(ACCOUNT, "another state, renewed by somebody else")
    assert restarted.of(ACCOUNT) == kept
    restarted.forget(ACCOUNT, kept)
    assert restarted.of(ACCOUNT) is None
    assert list(tmp_path.iterdir()) == []


def test_the_browser_is_the_configured_one_before_the_noted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUIKUAN_BROWSER_PATH", raising=False)
    assert browser_path(None, tmp_path) is None
    noted, named = tmp_path / "noted", tmp_path / "named"
    noted.touch()
    named.touch()
    (tmp_path / "browser.path").write_text(f"{noted}\n", encoding="utf-8")
    assert browser_path(None, tmp_path) == noted
    monkeypatch.setenv("HUIKUAN_BROWSER_PATH", str(named))
    assert browser_path(None, tmp_path) == named
    assert browser_path(str(noted), tmp_path) == noted
    with pytest.raises(BrowserMissing):
        browser_path(str(tmp_path / "gone"), tmp_path)
