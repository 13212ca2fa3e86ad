"""The portal of payer C rebuilt in each of its ways: what a person would then type is taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.payer_c import service
from sandbox.webforms.layout import CHANGES
from tests.sandbox.clerk_c import EDIT, INSURED, LINES, ClerkC, P
from tests.sandbox.running import Running, running

TYPED_OTHERWISE: dict[str, dict[str, str]] = {
    "field_renamed": {"txtDjbh": "SO-2026-0101-PC"},
    "field_id_and_name_changed": {"txtOrderNo": "SO-2026-0101"},
    "required_field_added": {"txtLxdh": "0000-1234567"},
    "date_format_changed": {"txtFwrq": "2026-01-05"},
    "popup_became_dropdown": {"ddlCbh": "M-TEST-0001"},
}
FIELDS_ONLY_BEFORE = {
    "field_renamed": "txtSbdh",
    "field_id_and_name_changed": "txtDdh",
    "field_removed": "txtXm",
    "popup_became_dropdown": "hidCbh",
}


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as client:
        yield client


@pytest.fixture
def clerk(portal: Running) -> Iterator[ClerkC]:
    with ClerkC(str(portal.client.base_url)) as clerk:
        yield clerk


@pytest.mark.parametrize("change", [name for name, _ in CHANGES])
def test_a_changed_portal_looks_different_and_takes_the_claim(
    portal: Running, clerk: ClerkC, change: str
) -> None:
    clerk.sign_in()
    usual = pages_of_a_claim(portal, clerk, "")
    portal.put("layout", {"changes": [change]})
    assert portal.get("/_sandbox/layout")["now"] == [change]
    assert pages_of_a_claim(portal, clerk, change) != usual
    assert [claim["billed"] for claim in portal.books()["claims"]] == ["1360.00", "1360.00"]


def pages_of_a_claim(portal: Running, clerk: ClerkC, change: str) -> list[str]:
    """File a claim as a person would and return the pages without what differs each time."""
    typed = {**INSURED, **TYPED_OTHERWISE.get(change, {})}
    typed.pop(FIELDS_ONLY_BEFORE.get(change, ""), None)
    pages = []

    def keep() -> None:
        lines = clerk.text.splitlines()
        pages.append("\n".join(line for line in lines if 'name="__' not in line))

    clerk.open(EDIT)
    keep()
    clerk.press("btnNext", typed)
    keep()
    if change == "step_inserted":
        clerk.press("btnNext", {"chkCn": "on"})
    clerk.press("btnNext", LINES)
    clerk.upload()
    keep()
    clerk.press("btnSubmit")
    keep()
    assert clerk.page.url.path == "/sb/Receipt.aspx"
    number = portal.books()["claims"][-1]["payer_claim_no"]
    pages[-1] = pages[-1].replace(number, "NUMBER")
    clerk.open("/sb/ClaimList.aspx")
    keep()
    return pages


def test_who_fills_the_invisible_field_is_refused(portal: Running, clerk: ClerkC) -> None:
    portal.put("layout", {"changes": ["hidden_decoy_field"]})
    clerk.sign_in()
    clerk.open(EDIT)
    assert clerk.press("btnNext", {**INSURED, "txtSbdh2": "X"}).errors == ["非法提交"]


def test_a_page_that_was_open_before_the_change_is_still_read(
    portal: Running, clerk: ClerkC
) -> None:
    clerk.sign_in()
    clerk.open(EDIT)
    portal.put("layout", {"changes": ["field_renamed", "date_format_changed"]})
    assert clerk.press("btnNext", INSURED).errors == []
    clerk.press("btnPrev")
    assert clerk.form.fields[P + "txtDjbh"] == "SO-2026-0101-PC"
    assert clerk.form.fields[P + "txtFwrq"] == "2026-01-05"


def test_a_fault_changes_the_layout_of_one_page_and_the_setting_of_all(tmp_path: Path) -> None:
    with (
        running(service, tmp_path, layout="heading_changed") as portal,
        ClerkC(str(portal.client.base_url)) as clerk,
    ):
        clerk.sign_in()
        portal.strike(f"GET {EDIT}", "layout:label_changed")
        clerk.open(EDIT)
        assert "单据编号" in clerk.text
        assert "医保结算申请" in clerk.text
        clerk.open(EDIT)
        assert "单据编号" not in clerk.text
        assert "医保结算申请" in clerk.text
        portal.strike(f"GET {EDIT}", "changed_layout")
        clerk.open(EDIT)
        assert "txtOrderNo" in clerk.text
        assert "继续" in clerk.text


def test_an_unknown_change_is_refused_by_name(portal: Running) -> None:
    assert portal.put("layout", {"changes": ["nicer"]}, 422)["error"] == "unknown_change"
    assert list(portal.get("/_sandbox/layout")["changes"]) == [name for name, _ in CHANGES]
