"""A portal's file is read whole or refused with every fault; sign-ins are kept sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.portal.browser import BrowserMissing, Sessions, browser_path
from bots.portal.definition import DefinitionUnreadable, PortalDefinition
from bots.portal.values import Credentials
from engine.codec import Sealer
from tests.bots.portal.samples import DEFINITION, MEMBER_NO, NAME, claim

ACCOUNT = "http://127.0.0.1:1|hk-bot"
STATE = {"cookies": [{"name": "JSESSIONID", "value": "0123ABCD"}], "origins": []}


def test_the_portal_of_payer_b_is_defined() -> None:
    definition = PortalDefinition.load(DEFINITION, url="http://127.0.0.1:18105/")
    assert definition.url == "http://127.0.0.1:18105"
    assert definition.insured.fields["member_no"].label == "参保号"
    assert definition.statuses["已拒付"] == "denied"


def test_neither_name_nor_member_number_may_be_shown() -> None:
    rule = PortalDefinition.load(DEFINITION, url="http://127.0.0.1:1").evidence
    assert not {"xm", "cbh", "username", "password"} & set(rule.show_names)
    assert not {"姓名", "参保号"} & set(rule.show_labels)


def test_every_fault_of_a_definition_is_named_with_its_file(tmp_path: Path) -> None:
    text = DEFINITION.read_text(encoding="utf-8")
    file = tmp_path / "portal.toml"
    broken = text.replace('heading = "受理回执"', 'headline = "受理回执"').replace(
        "page_wait_s = 15.0", 'page_wait_s = "soon"'
    )
    file.write_text(broken, encoding="utf-8")
    with pytest.raises(DefinitionUnreadable) as unreadable:
        PortalDefinition.load(file, url="http://127.0.0.1:1")
    fields = {problem.split(":")[0] for problem in unreadable.value.problems}
    assert fields == {"page_wait_s", "receipt.heading", "receipt.headline"}
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
